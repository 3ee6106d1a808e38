/**
 * igw in a gateway made with a well-known framework, whose own annotations about null are not those
 * that this project checks.
 */
package io.igw.examples.vertx;
