package io.igw.testkit;

import io.igw.api.Endpoint;
import io.igw.api.EndpointSnapshot;
import io.igw.api.InferenceRequest;
import io.igw.api.Signal;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.DataProducer;
import io.igw.spi.EndpointView;
import io.igw.spi.Filter;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PickListener;
import io.igw.spi.Picker;
import io.igw.spi.RequestKey;
import io.igw.spi.Scorer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A cycle for plugin tests: a snapshot, a request, in-flight load and producer values as the test
 * sets them. Not thread-safe.
 *
 * <pre>{@code
 * EndpointSnapshot pool =
 *     EndpointSnapshot.builder().endpoints(2).value(Signal.WAITING_REQUESTS, 0, 7).build();
 * double[] scores = TestCycle.on(pool).score(myScorer);
 * }</pre>
 *
 * <p><b>Cost.</b> After the first read of a column nothing is allocated, so that allocation tests
 * of a plugin measure the plugin.
 */
public final class TestCycle implements Cycle {
  private final EndpointSnapshot snapshot;
  private final TestCandidates candidates;
  private final Column requests;
  private final Column tokens;
  private final List<Column> signals = new ArrayList<>();
  private final List<Column> values = new ArrayList<>();
  private final Map<RequestKey<?>, Object> state = new HashMap<>();
  private final TestView view;
  private InferenceRequest request = InferenceRequest.builder().build();
  private String profile = "default";
  private long nowNanos;
  private RandomGenerator random = new SplittableRandom(1);

  /** Numbers by ordinal, and room for them by position. */
  private record Column(double[] byOrdinal, double[] byPosition) {
    static Column over(double[] byOrdinal) {
      return new Column(byOrdinal, new double[byOrdinal.length]);
    }

    double[] gathered(TestCandidates candidates) {
      if (candidates.all()) {
        return byOrdinal;
      }
      for (int i = 0; i < candidates.size(); i++) {
        byPosition[i] = byOrdinal[candidates.ordinal(i)];
      }
      // What stands behind the candidates is of no meaning; a plugin that reads it shall notice.
      Arrays.fill(byPosition, candidates.size(), byPosition.length, Double.NaN);
      return byPosition;
    }
  }

  private TestCycle(EndpointSnapshot snapshot) {
    this.snapshot = snapshot;
    this.candidates = new TestCandidates(snapshot.size());
    this.requests = Column.over(new double[snapshot.size()]);
    this.tokens = Column.over(new double[snapshot.size()]);
    this.view = new TestView(this, candidates);
  }

  /** A cycle in which every endpoint of the snapshot is a candidate. */
  public static TestCycle on(EndpointSnapshot snapshot) {
    return new TestCycle(snapshot);
  }

  /** Sets the request; an empty one unless set. */
  public TestCycle request(InferenceRequest request) {
    this.request = request;
    return this;
  }

  /** Sets the name of the profile that runs; {@code default} unless set. */
  public TestCycle profile(String profile) {
    this.profile = profile;
    return this;
  }

  /** Sets the time of the decision; 0 unless set. */
  public TestCycle nowNanos(long nowNanos) {
    this.nowNanos = nowNanos;
    return this;
  }

  /** Seeds the generator anew; 1 unless set. */
  public TestCycle seed(long seed) {
    this.random = new SplittableRandom(seed);
    return this;
  }

  /** Sets the load in flight of the endpoint at an ordinal; 0 unless set. */
  public TestCycle inFlight(int ordinal, double requests, double tokens) {
    this.requests.byOrdinal[ordinal] = requests;
    this.tokens.byOrdinal[ordinal] = tokens;
    return this;
  }

  /** Makes the endpoints at these ordinals, and no other, the candidates. */
  public TestCycle only(int... ordinals) {
    candidates.only(ordinals);
    return this;
  }

  /**
   * As {@link #only}, but in the given order: a scheduler keeps endpoint order, and no plugin may
   * depend on it.
   */
  TestCycle inOrder(int... ordinals) {
    candidates.inOrder(ordinals);
    return this;
  }

  /** Makes every endpoint a candidate again; allocates nothing. */
  public TestCycle everyone() {
    candidates.everyone();
    return this;
  }

  /** Per-request state that plugins have set. */
  Set<RequestKey<?>> stateSet() {
    return Set.copyOf(state.keySet());
  }

  /** What producers stored, by key and ordinal. */
  double[][] stored() {
    return values.stream().map(column -> column.byOrdinal.clone()).toArray(double[][]::new);
  }

  /** The candidates. */
  public Candidates candidates() {
    return candidates;
  }

  /** Scores by candidate position, as the plugin wrote them. */
  public double[] score(Scorer scorer) {
    double[] scores = new double[candidates.size()];
    scorer.score(this, candidates, scores);
    view.takeBack();
    return scores;
  }

  /** Positions that the picker chooses, best first. */
  public int[] pick(Picker picker, double... totals) {
    int[] picked = new int[candidates.size()];
    return Arrays.copyOf(picked, picker.pick(this, candidates, totals, picked));
  }

  /** Ordinals that the filter leaves. */
  public int[] filter(Filter filter) {
    filter.filter(this, candidates);
    view.takeBack();
    return candidates.ordinals();
  }

  /** Runs a producer; what it stored is in {@link #values}. */
  public TestCycle produce(DataProducer producer) {
    producer.produce(this, candidates);
    view.takeBack();
    return this;
  }

  /**
   * Tells a listener that the endpoint at an ordinal was picked by the cycle's only profile.
   *
   * @return the headers that it set
   */
  public Map<String, String> picked(PickListener listener, int ordinal) {
    TestResults results = new TestResults(this, ordinal);
    listener.picked(this, results, profile);
    view.takeBack();
    return results.headers();
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
    while (signals.size() <= signal.index()) {
      signals.add(Column.over(new double[0]));
    }
    Column column = signals.get(signal.index());
    if (column.byOrdinal.length != snapshot.size()) {
      column = Column.over(snapshot.column(signal));
      signals.set(signal.index(), column);
    }
    return column.gathered(candidates);
  }

  @Override
  public double[] inFlightRequests() {
    return requests.gathered(candidates);
  }

  @Override
  public double[] inFlightTokens() {
    return tokens.gathered(candidates);
  }

  @Override
  public double[] values(PerEndpoint key) {
    return stored(key).gathered(candidates);
  }

  @Override
  public double value(PerEndpoint key, int ordinal) {
    return stored(key).byOrdinal[ordinal];
  }

  private Column stored(PerEndpoint key) {
    while (values.size() <= key.index()) {
      values.add(Column.over(new double[snapshot.size()]));
    }
    return values.get(key.index());
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
    stored(key).byOrdinal[ordinal] = value;
  }

  @Override
  public EndpointView view(int position) {
    view.moveTo(position);
    return view;
  }

  @Override
  public <T> @Nullable T get(RequestKey<T> key) {
    return key.type().cast(state.get(key));
  }

  @Override
  public <T> void set(RequestKey<T> key, T value) {
    state.put(key, value);
  }
}
