/**
 * The picker's metrics under the reference's names. Each fact is recorded once; families that only
 * differ in name or in fewer labels are derived when they are read.
 */
@NullMarked
package io.igw.extproc.metrics;

import org.jspecify.annotations.NullMarked;
