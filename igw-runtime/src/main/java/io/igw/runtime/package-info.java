/**
 * A running picker: configuration, request parsing, discovery, data sources and request control
 * behind one façade.
 */
@NullMarked
package io.igw.runtime;

import org.jspecify.annotations.NullMarked;
