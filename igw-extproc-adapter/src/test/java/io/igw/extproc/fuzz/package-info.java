/**
 * Fuzz targets for what strangers send: request bodies, response bodies, sequences of messages. A
 * target is a method over bytes that throws where an invariant does not hold; a fuzzer is only
 * needed to find new bytes.
 */
package io.igw.extproc.fuzz;
