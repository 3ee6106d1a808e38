/**
 * Reads request and response bodies as they arrive, in one pass and without keeping them. What an
 * API's document means stands in tables of {@link io.igw.runtime.parse.Field}; one scanner walks
 * all of them.
 */
@NullMarked
package io.igw.runtime.parse;

import org.jspecify.annotations.NullMarked;
