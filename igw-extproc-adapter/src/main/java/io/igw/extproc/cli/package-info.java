/** The command line of the runnable jar: flags, start and stop of the endpoint picker. */
@NullMarked
package io.igw.extproc.cli;

import org.jspecify.annotations.NullMarked;
