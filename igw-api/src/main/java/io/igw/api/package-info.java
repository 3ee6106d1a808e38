/** The nouns of a scheduling decision: endpoints, snapshots, requests, decisions. */
@NullMarked
package io.igw.api;

import org.jspecify.annotations.NullMarked;
