/** Reads request and response bodies as they arrive: models, limits, prompt hashes, usage. */
@NullMarked
package io.igw.runtime.parse;

import org.jspecify.annotations.NullMarked;
