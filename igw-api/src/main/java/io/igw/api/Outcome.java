package io.igw.api;

/** Result of a pick. */
public sealed interface Outcome permits Decision, Rejection {}
