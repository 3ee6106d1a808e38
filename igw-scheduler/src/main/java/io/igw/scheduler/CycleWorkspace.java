package io.igw.scheduler;

import io.igw.api.Attribute;
import io.igw.api.Derived;
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
 * One thread's view of the decision at hand. Every array is kept and grown to the largest pool
 * seen, so a cycle allocates nothing.
 *
 * <p>Arrays by ordinal are filled on first use in a cycle; arrays by position are the same arrays
 * while nothing is filtered, and are gathered once per set of candidates otherwise.
 */
final class CycleWorkspace implements Cycle {
  private static final Derived<int[]> SLOTS = Derived.of(CycleWorkspace::slots);
  private static final EndpointSnapshot NO_SNAPSHOT = EndpointSnapshot.builder().build();
  private static final InferenceRequest NO_REQUEST = InferenceRequest.builder().build();

  private final LiveLoad load;
  private final SeededRandom random = new SeededRandom();
  private final Column[] signals;
  private final Column[] values;
  private final Column requests = new Column();
  private final Column tokens = new Column();
  private final Cursor cursor = new Cursor();

  private InferenceRequest request = NO_REQUEST;
  private @Nullable RequestState state;
  private EndpointSnapshot snapshot = NO_SNAPSHOT;
  private CandidateSet candidates = new CandidateSet();
  private String profile = "";
  private long nowNanos;
  private int cycle;

  /** One array by ordinal and its gathered form. */
  private static final class Column {
    private double[] byOrdinal = {};
    private double[] gathered = {};
    private int filledIn = -1;
    private int gatheredVersion;
    private @Nullable CandidateSet gatheredFor;

    double[] reserve(int count) {
      if (byOrdinal.length < count) {
        byOrdinal = new double[Math.max(count, 2 * byOrdinal.length)];
      }
      return byOrdinal;
    }

    double[] byPosition(double[] source, CandidateSet candidates) {
      if (candidates.all()) {
        return source;
      }
      if (gatheredFor != candidates || gatheredVersion != candidates.version()) {
        if (gathered.length < candidates.size()) {
          gathered = new double[Math.max(candidates.size(), 2 * gathered.length)];
        }
        candidates.gather(source, gathered);
        gatheredFor = candidates;
        gatheredVersion = candidates.version();
      }
      return gathered;
    }
  }

  CycleWorkspace(LiveLoad load, int signalCount, int perEndpointCount) {
    this.load = load;
    this.signals = columns(signalCount);
    this.values = columns(perEndpointCount);
  }

  private static Column[] columns(int count) {
    Column[] columns = new Column[count];
    for (int i = 0; i < count; i++) {
      columns[i] = new Column();
    }
    return columns;
  }

  void begin(
      InferenceRequest request,
      @Nullable RequestState state,
      EndpointSnapshot snapshot,
      long nowNanos,
      long seed) {
    this.request = request;
    this.state = state;
    if (this.snapshot != snapshot) {
      this.snapshot = snapshot;
      for (Column signal : signals) {
        signal.gatheredFor = null;
      }
    }
    this.nowNanos = nowNanos;
    random.seed(seed);
    profile = "";
    cycle++;
  }

  /** What {@link #column} and its like are indexed by from now on. */
  void look(String profile, CandidateSet candidates) {
    this.profile = profile;
    this.candidates = candidates;
  }

  void end() {
    request = NO_REQUEST;
    state = null;
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
    double[] source = snapshot.column(signal);
    return candidates.all() ? source : signals[signal.index()].byPosition(source, candidates);
  }

  @Override
  public double[] inFlightRequests() {
    if (requests.filledIn != cycle) {
      load.readRequests(
          snapshot.derived(SLOTS), snapshot.size(), requests.reserve(snapshot.size()));
      requests.filledIn = cycle;
    }
    return requests.byPosition(requests.byOrdinal, candidates);
  }

  @Override
  public double[] inFlightTokens() {
    if (tokens.filledIn != cycle) {
      load.readTokens(snapshot.derived(SLOTS), snapshot.size(), tokens.reserve(snapshot.size()));
      tokens.filledIn = cycle;
    }
    return tokens.byPosition(tokens.byOrdinal, candidates);
  }

  @Override
  public double[] values(PerEndpoint key) {
    Column column = values[key.index()];
    return column.byPosition(filled(column), candidates);
  }

  double valueAt(PerEndpoint key, int ordinal) {
    Column column = values[key.index()];
    return column.filledIn == cycle ? column.byOrdinal[ordinal] : 0;
  }

  private double[] filled(Column column) {
    double[] byOrdinal = column.reserve(snapshot.size());
    if (column.filledIn != cycle) {
      Arrays.fill(byOrdinal, 0, snapshot.size(), 0);
      column.filledIn = cycle;
    }
    return byOrdinal;
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
    Column column = values[key.index()];
    filled(column)[ordinal] = value;
    column.gatheredFor = null;
  }

  @Override
  public void putAll(PerEndpoint key, double value) {
    Column column = values[key.index()];
    Arrays.fill(column.reserve(snapshot.size()), 0, snapshot.size(), value);
    column.filledIn = cycle;
    column.gatheredFor = null;
  }

  @Override
  public <T> @Nullable T get(RequestKey<T> key) {
    return state == null ? null : state.get(key);
  }

  @Override
  public <T> void set(RequestKey<T> key, T value) {
    if (state == null) {
      throw new IllegalStateException(key.name() + ": no request state was given to this cycle");
    }
    state.set(key, value);
  }

  @Override
  public EndpointView view(int position) {
    cursor.position = Objects.checkIndex(position, candidates.size());
    return cursor;
  }

  private static int[] slots(EndpointSnapshot snapshot) {
    int[] slots = new int[snapshot.size()];
    for (int i = 0; i < slots.length; i++) {
      slots[i] = snapshot.endpoint(i).slot();
    }
    return slots;
  }

  /** The cursor over candidates. */
  private final class Cursor implements EndpointView {
    private int position;

    private int ordinal() {
      return candidates.ordinal(position);
    }

    @Override
    public Endpoint endpoint() {
      return snapshot.endpoint(ordinal());
    }

    @Override
    public double get(Signal signal) {
      return snapshot.value(signal, ordinal());
    }

    @Override
    public long ageNanos(Signal signal) {
      return snapshot.ageNanos(signal, ordinal(), nowNanos);
    }

    @Override
    public double get(PerEndpoint key) {
      return valueAt(key, ordinal());
    }

    @Override
    public <T> @Nullable T get(Attribute<T> key) {
      return snapshot.attribute(key, ordinal());
    }

    @Override
    public @Nullable String label(String key) {
      return endpoint().labels().get(key);
    }

    @Override
    public double inFlightRequests() {
      return CycleWorkspace.this.inFlightRequests()[position];
    }

    @Override
    public double inFlightTokens() {
      return CycleWorkspace.this.inFlightTokens()[position];
    }
  }
}
