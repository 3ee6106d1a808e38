/**
 * Sessions in files: each process appends what it binds to a file of its own in a folder that all
 * pickers of a pool share, and reads what the others append. A file that nobody has written to for
 * longer than bindings live is deleted by whoever comes by, so nothing is ever compacted.
 */
@NullMarked
package io.igw.runtime.session;

import org.jspecify.annotations.NullMarked;
