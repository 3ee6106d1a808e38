package io.igw.extproc.stream;

import io.envoyproxy.envoy.extensions.filters.http.ext_proc.v3.ProcessingMode.BodySendMode;
import java.util.EnumSet;
import java.util.Set;

/**
 * What a handler knows beforehand of the data planes that call it.
 *
 * @param bodyModes body modes they are expected to use; others are served too, and reported
 * @param reports whether they tell of responses
 * @param negotiates whether a data plane that announces no bodies is asked for those that are
 *     needed (ext-proc.md 9.3)
 */
public record DataPlaneTraits(Set<BodySendMode> bodyModes, Reports reports, boolean negotiates) {
  /** Nothing is known. */
  public static final DataPlaneTraits UNKNOWN =
      new DataPlaneTraits(
          EnumSet.complementOf(EnumSet.of(BodySendMode.UNRECOGNIZED)), Reports.AS_ANNOUNCED, false);

  /** Whether a data plane tells of the response, so that a stream without one has lost it. */
  public enum Reports {
    /** If it has announced response bodies. */
    AS_ANNOUNCED,
    /** In any case. */
    ALWAYS,
    /** It only asks for a pick: claims run out by time. */
    NEVER
  }
}
