/** InferenceObjective and InferenceModelRewrite objects: read from files, followed, applied. */
@NullMarked
package io.igw.runtime.resources;

import org.jspecify.annotations.NullMarked;
