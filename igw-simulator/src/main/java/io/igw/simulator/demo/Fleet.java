package io.igw.simulator.demo;

import io.igw.scheduler.EndpointSpec;
import io.igw.simulator.Fault;
import io.igw.simulator.ModelServers;
import io.igw.simulator.ServerCounters;
import io.igw.simulator.ServerLoad;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The model servers of a play and what a spectator may do to them. Some are spares that no gateway
 * knows at first. One thread.
 */
final class Fleet {
  /** How a server fares. */
  enum State {
    UP("up"),
    SLOW("slow"),
    DEAD("dead"),
    SPARE("spare");

    final String word;

    State(String word) {
      this.word = word;
    }
  }

  /** A server as the table shows it. */
  record Row(String name, State state, ServerLoad load, double hitRatio, double share) {}

  private final ModelServers servers;
  private final State[] states;
  private final ServerCounters[] before;
  private DemoGateway.@Nullable Running gateway;

  Fleet(ModelServers servers, int spares) {
    int all = servers.servers().size();
    this.servers = servers;
    this.states = new State[all];
    this.before = new ServerCounters[all];
    for (int i = 0; i < all; i++) {
      states[i] = i < all - spares ? State.UP : State.SPARE;
      before[i] = servers.server(i).counters();
    }
  }

  /** From here on shares and hit ratios count. */
  void begin(DemoGateway.Running running) {
    gateway = running;
    for (int i = 0; i < before.length; i++) {
      before[i] = servers.server(i).counters();
    }
  }

  /** Those that a gateway is to know. */
  List<EndpointSpec> listed() {
    List<EndpointSpec> listed = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      if (states[i] == State.UP || states[i] == State.SLOW) {
        listed.add(servers.endpoint(i));
      }
    }
    return listed;
  }

  /** Kills a server, or brings it back with empty caches; discovery follows. */
  void killOrRestart(int index) throws IOException {
    if (states[index] == State.DEAD) {
      servers.server(index).restart();
      states[index] = State.UP;
    } else if (states[index] != State.SPARE && listed().size() > 1) {
      servers.server(index).kill();
      states[index] = State.DEAD;
    }
    tell();
  }

  /** Slows a server down to a tenth of its speed, or ends that. */
  void slowOrNot(int index) {
    if (states[index] == State.UP) {
      servers.server(index).fault(Fault.SLOW);
      states[index] = State.SLOW;
    } else if (states[index] == State.SLOW) {
      servers.server(index).fault(Fault.OK);
      states[index] = State.UP;
    }
  }

  /** Adds the next spare. */
  void add() throws IOException {
    for (int i = 0; i < states.length; i++) {
      if (states[i] == State.SPARE) {
        states[i] = State.UP;
        tell();
        return;
      }
    }
  }

  private void tell() throws IOException {
    if (gateway != null) {
      gateway.endpoints(listed());
    }
  }

  int size() {
    return states.length;
  }

  /** All servers as they are now. */
  List<Row> rows() {
    long[] requests = new long[states.length];
    long sum = 0;
    for (int i = 0; i < states.length; i++) {
      requests[i] = servers.server(i).counters().requests() - before[i].requests();
      sum += requests[i];
    }
    List<Row> rows = new ArrayList<>();
    for (int i = 0; i < states.length; i++) {
      ServerCounters now = servers.server(i).counters();
      long prompt = now.promptTokens() - before[i].promptTokens();
      long cached = now.cachedTokens() - before[i].cachedTokens();
      rows.add(
          new Row(
              "server-" + i,
              states[i],
              servers.server(i).load(),
              prompt == 0 ? 0 : (double) cached / prompt,
              sum == 0 ? 0 : (double) requests[i] / sum));
    }
    return rows;
  }
}
