package io.igw.runtime.metrics;

import static io.igw.runtime.metrics.PageServer.page;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.api.EndpointSnapshot;
import io.igw.api.Signal;
import io.igw.scheduler.EndpointReport;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(240)
class PollGroupsTest {
  private final PollerRig rig = new PollerRig();

  @AfterEach
  void close() {
    rig.close();
  }

  @Test
  void endpointsThatStayWhenOthersLeaveArePolledTogetherAgain() {
    List<PageServer> servers = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      servers.add(rig.server(page("vllm:num_requests_waiting 3\n")));
      rig.join("e" + i, servers.get(i));
    }
    rig.start();
    Until.holds("3 polls", () -> servers.stream().allMatch(one -> one.requests.size() >= 3));
    for (int i = 12; i < 20; i++) {
      rig.pool.remove(PollerRig.id("e" + i));
    }
    List<PageServer> left = servers.subList(0, 12);
    Until.holds("polls of those left", () -> least(left) >= 6);
    left.forEach(one -> one.requests.clear());
    Until.holds("20 polls", () -> least(left) >= 20);
    // The clock stands still: who is half an interval out of step waits half as long each time.
    assertThat(left).allMatch(one -> one.requests.size() < 30);
  }

  @Test
  void whatIsReadInOneWakeUpIsPublishedTogether() {
    for (String name : List.of("a", "b")) {
      rig.join(name, rig.server((out, socket) -> socket.getInputStream().read()));
    }
    rig.start();
    long[] before = {0};
    rig.onLook =
        () -> {
          rig.onLook = () -> {};
          before[0] = rig.pool.snapshot().version();
          rig.poller.report(report("a", 7));
          rig.poller.report(report("b", 8));
        };
    Until.holds("a publication", () -> rig.value("a", Signal.WAITING_REQUESTS) == 7);
    EndpointSnapshot first = rig.pool.snapshot();
    assertThat(first.version()).isEqualTo(before[0] + 1);
    assertThat(first.column(Signal.WAITING_REQUESTS)).containsExactly(7, 8);
  }

  private static EndpointReport report(String name, double waiting) {
    return new EndpointReport(PollerRig.id(name), 1).set(Signal.WAITING_REQUESTS, waiting);
  }

  private static int least(List<PageServer> servers) {
    return servers.stream().mapToInt(one -> one.requests.size()).min().orElseThrow();
  }
}
