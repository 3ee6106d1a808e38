/** Profile handlers beyond {@code single-profile-handler} (plugins-scheduling.md 6). Stateless. */
@NullMarked
package io.igw.scheduler.handlers;

import org.jspecify.annotations.NullMarked;
