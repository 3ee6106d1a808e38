/** JMH benchmarks of the library and the table of bounds that they are held against. */
package io.igw.benchmarks;
