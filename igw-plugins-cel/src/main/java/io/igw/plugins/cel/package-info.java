/**
 * Plugins whose parameters are expressions of the Common Expression Language (CEL).
 *
 * <p>Expressions are checked and planned once, when the configuration is read; a request evaluates
 * the plan. The library is large, so it stands in a module of its own and is loaded only where a
 * configuration names one of these types.
 */
@NullMarked
package io.igw.plugins.cel;

import org.jspecify.annotations.NullMarked;
