/** Reads YAML and JSON documents strictly, keeping line and column of everything. */
@NullMarked
package io.igw.runtime.yaml;

import org.jspecify.annotations.NullMarked;
