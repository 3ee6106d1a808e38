package io.igw.scheduler;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.spi.Cycle;
import io.igw.spi.EndpointView;
import io.igw.spi.PerEndpoint;
import io.igw.spi.RequestKey;
import io.igw.spi.RequestState;
import java.util.Arrays;
import java.util.Objects;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The one {@link Cycle}: what is read of the snapshot, of the live load and of the producers, by
 * the positions of whichever candidates are current. Arrays stay from cycle to cycle and are as
 * long as the largest snapshot seen.
 */
final class SchedulingCycle implements Cycle {
  private static final double[] NO_NUMBERS = {};
  private static final InferenceRequest NO_REQUEST = InferenceRequest.builder().build();
  private static final EndpointSnapshot NO_SNAPSHOT = EndpointSnapshot.builder().build();
  private static final SnapshotPlan NO_PLAN = new SnapshotPlan(NO_SNAPSHOT, 0);

  private final DecisionRandom random = new DecisionRandom();
  private final CandidateCursor cursor = new CandidateCursor(this);
  private final LocalState localState = new LocalState();

  private InferenceRequest request = NO_REQUEST;
  private EndpointSnapshot snapshot = NO_SNAPSHOT;
  private SnapshotPlan plan = NO_PLAN;
  private RequestState state = localState;
  private CandidateSet current;
  private String profile = "";
  private long nowNanos;
  private @Nullable SlowWatch watch;
  private boolean suspicious;
  private boolean sampled;

  private final GatheredColumns signals = new GatheredColumns();
  private final GatheredColumns produced = new GatheredColumns();
  private final GatheredColumns live = new GatheredColumns();

  private double[] requests = NO_NUMBERS;
  private double[] tokens = NO_NUMBERS;
  private boolean requestsRead;
  private boolean tokensRead;

  private double[][] values;
  private boolean[] valuesWritten;
  private double[] zeros = NO_NUMBERS;

  SchedulingCycle(CandidateSet base, int perEndpointKeys) {
    current = base;
    values = new double[perEndpointKeys][];
    Arrays.fill(values, NO_NUMBERS);
    valuesWritten = new boolean[perEndpointKeys];
  }

  void begin(
      InferenceRequest request,
      @Nullable RequestState state,
      EndpointSnapshot snapshot,
      SnapshotPlan plan,
      long nowNanos,
      long seed) {
    this.request = request;
    this.state = state == null ? localState : state;
    this.snapshot = snapshot;
    this.plan = plan;
    this.nowNanos = nowNanos;
    random.reseed(seed);
    requestsRead = false;
    tokensRead = false;
    Arrays.fill(valuesWritten, false);
  }

  /**
   * Which plugins are timed in this cycle.
   *
   * @param watch tells the time; null: none is timed
   * @param suspicious whether slow ones are looked for
   * @param sampled whether their times are shown
   */
  void watch(@Nullable SlowWatch watch, boolean suspicious, boolean sampled) {
    this.watch = watch;
    this.suspicious = suspicious;
    this.sampled = sampled;
  }

  /** A plugin begins. */
  long mark() {
    SlowWatch timing = watch;
    return timing == null ? 0 : timing.now();
  }

  /** The plugin that began at a mark has ended. */
  void elapsed(long mark, Stage<?> stage) {
    SlowWatch timing = watch;
    if (timing != null) {
      took(timing.now() - mark, stage);
    }
  }

  private void took(long nanos, Stage<?> stage) {
    if (suspicious && nanos > SlowWatch.PLUGIN_NANOS) {
      stage.faults().report(PluginFaults.SLOW);
    }
    if (sampled) {
      stage.durations().record(nanos / 1e9);
    }
  }

  /** Lets go of everything that belongs to the request. */
  void end() {
    request = NO_REQUEST;
    snapshot = NO_SNAPSHOT;
    plan = NO_PLAN;
    state = localState;
    localState.clear();
  }

  void enter(String profile, CandidateSet candidates) {
    this.profile = profile;
    this.current = candidates;
  }

  CandidateSet current() {
    return current;
  }

  SnapshotPlan plan() {
    return plan;
  }

  double[] requestsByOrdinal() {
    if (!requestsRead) {
      requests = room(requests);
      plan.loads().requests(requests);
      requestsRead = true;
    }
    return requests;
  }

  double[] tokensByOrdinal() {
    if (!tokensRead) {
      tokens = room(tokens);
      plan.loads().tokens(tokens);
      tokensRead = true;
    }
    return tokens;
  }

  private boolean written(PerEndpoint key) {
    return key.index() < valuesWritten.length && valuesWritten[key.index()];
  }

  private double[] room(double[] array) {
    return array.length < snapshot.size() ? new double[snapshot.size()] : array;
  }

  @Override
  public InferenceRequest request() {
    return request;
  }

  @Override
  public EndpointSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public String profile() {
    return profile;
  }

  @Override
  public long nowNanos() {
    return nowNanos;
  }

  @Override
  public RandomGenerator random() {
    return random;
  }

  @Override
  public double[] column(Signal signal) {
    double[] byOrdinal = snapshot.column(signal);
    return current.all() ? byOrdinal : signals.get(signal.index(), byOrdinal, current);
  }

  @Override
  public double[] inFlightRequests() {
    double[] byOrdinal = requestsByOrdinal();
    return current.all() ? byOrdinal : live.get(0, byOrdinal, current);
  }

  @Override
  public double[] inFlightTokens() {
    double[] byOrdinal = tokensByOrdinal();
    return current.all() ? byOrdinal : live.get(1, byOrdinal, current);
  }

  @Override
  public double[] values(PerEndpoint key) {
    if (!written(key)) {
      zeros = room(zeros);
      return zeros;
    }
    double[] byOrdinal = values[key.index()];
    return current.all() ? byOrdinal : produced.get(key.index(), byOrdinal, current);
  }

  @Override
  public double value(PerEndpoint key, int ordinal) {
    return written(key) ? values[key.index()][ordinal] : 0;
  }

  @Override
  public void put(PerEndpoint key, Endpoint endpoint, double value) {
    int ordinal = snapshot.ordinalOf(endpoint.slot(), endpoint.generation());
    if (ordinal >= 0) {
      put(key, ordinal, value);
    }
  }

  @Override
  public void put(PerEndpoint key, int ordinal, double value) {
    Objects.checkIndex(ordinal, snapshot.size());
    requireWritable(key);
    if (!written(key)) {
      putAll(key, 0);
    }
    values[key.index()][ordinal] = value;
    produced.forget(key.index());
  }

  private static void requireWritable(PerEndpoint key) {
    if (!key.writable()) {
      throw new IllegalStateException(
          "key: " + key.dataType() + " of " + key.producer() + " (expected: a key from produces)");
    }
  }

  @Override
  public void putAll(PerEndpoint key, double value) {
    requireWritable(key);
    int k = key.index();
    if (k >= values.length) {
      int old = values.length;
      values = Arrays.copyOf(values, k + 1);
      Arrays.fill(values, old, k + 1, NO_NUMBERS);
      valuesWritten = Arrays.copyOf(valuesWritten, k + 1);
    }
    values[k] = room(values[k]);
    Arrays.fill(values[k], 0, snapshot.size(), value);
    valuesWritten[k] = true;
    produced.forget(k);
  }

  @Override
  public EndpointView view(int position) {
    cursor.move(current.ordinal(position));
    return cursor;
  }

  @Override
  public <T> @Nullable T get(RequestKey<T> key) {
    return state.get(key);
  }

  @Override
  public <T> void set(RequestKey<T> key, T value) {
    state.set(key, value);
  }

  /** Per-request state of a request whose caller keeps none: it lasts for the cycle. */
  private static final class LocalState implements RequestState {
    private @Nullable Object[] slots = {};
    private boolean used;

    @Override
    @SuppressWarnings("unchecked")
    public <T> @Nullable T get(RequestKey<T> key) {
      return key.index() < slots.length ? (T) slots[key.index()] : null;
    }

    @Override
    public <T> void set(RequestKey<T> key, T value) {
      if (key.index() >= slots.length) {
        slots = Arrays.copyOf(slots, key.index() + 1);
      }
      slots[key.index()] = value;
      used = true;
    }

    void clear() {
      if (used) {
        Arrays.fill(slots, null);
        used = false;
      }
    }
  }
}
