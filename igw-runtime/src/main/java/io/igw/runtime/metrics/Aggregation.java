package io.igw.runtime.metrics;

/** How several series of one family become one number (epp-protocol.md MS-7). */
enum Aggregation {
  /** Added up: requests, blocks. */
  SUM,
  /** The greatest: usage. */
  MAX,
  /** One number that all must agree on, else it is unknown: block size. */
  EQUAL,
  /** The series with the latest timestamp, without timestamps the first: what the user defines. */
  LATEST
}
