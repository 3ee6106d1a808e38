/** The demo: a shared-prefix chat workload through a gateway, random against igw. */
@NullMarked
package io.igw.simulator.demo;

import org.jspecify.annotations.NullMarked;
