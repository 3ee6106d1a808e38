package io.igw.runtime;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Pickers that share their sessions in a folder. */
@Timeout(240)
class SharedSessionsTest {
  @TempDir Path folder;

  private PickerRuntime picker() {
    return Gateway.started(configured("kept").endpoints(Gateway.endpoints(20)));
  }

  private PickerRuntime.Builder configured(String store) {
    return Gateway.runtime(
            "plugins:",
            "- {name: kept, type: file-session-store, parameters: {directory: '" + folder + "'}}",
            "- type: session-affinity-filter",
            "  parameters: {strategy: session_id, sessionIdConfig: {store: " + store + "}}",
            "schedulingProfiles: [{name: default, plugins: [{pluginRef: session-affinity-filter}]}]",
            "dataLayer: {injectDefaults: false}")
        .allowExperimentalPlugins(true);
  }

  private static String pick(PickerRuntime picker, String session) {
    Gateway gateway = new Gateway(picker);
    gateway.post(Gateway.CHAT, Rig.BODY, "x-session-id", session);
    return gateway.decision().destination();
  }

  @Test
  void pickersThatRunSideBySideKnowEachOthersSessions() {
    try (PickerRuntime one = picker();
        PickerRuntime other = picker()) {
      assertKnown(round -> {
        List<String> bound = pickAll(one, round);
        return sleep(round) && pickAll(other, round).equals(bound);
      });
    }
  }

  @Test
  void sessionsOutliveTheirPicker() {
    assertKnown(round -> {
      List<String> bound;
      try (PickerRuntime one = picker()) {
        bound = pickAll(one, round);
      }
      try (PickerRuntime later = picker()) {
        return sleep(round) && pickAll(later, round).equals(bound);
      }
    });
  }

  /** By chance five sessions go to the same places of twenty in one of three million rounds. */
  private static List<String> pickAll(PickerRuntime picker, int round) {
    return IntStream.range(0, 5).mapToObj(i -> pick(picker, round + "-" + i)).toList();
  }

  /** A session that is asked for too early is bound anew, so each round has sessions of its own. */
  private static void assertKnown(IntPredicate round) {
    assertThat(IntStream.rangeClosed(1, 12).anyMatch(round)).isTrue();
  }

  private static boolean sleep(int round) {
    LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(round * 750L));
    return true;
  }

  @Test
  void aStoreThatIsNotThereIsAnError() {
    assertThatThrownBy(() -> configured("lost").endpoints(Gateway.endpoints(1)).build())
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("lost");
  }
}
