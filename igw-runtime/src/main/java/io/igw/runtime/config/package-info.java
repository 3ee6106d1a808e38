/** Reads an {@code EndpointPickerConfig}, completes it and makes the plugins that it names. */
@NullMarked
package io.igw.runtime.config;

import org.jspecify.annotations.NullMarked;
