package io.igw.scheduler;

import io.igw.api.Attribute;
import io.igw.api.Schema;
import io.igw.api.Signal;
import io.igw.spi.DataProducer;
import io.igw.spi.Meters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.Plugin;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Creates plugin contexts, records what each instance produces and consumes, and orders producers.
 * Used by the embedder's builder and by the configuration loader. Not thread-safe.
 */
public final class PluginGraph {
  /**
   * What a consumer lacks: the runtime creates a plugin of type and name {@code producer} for a
   * required one.
   *
   * @param consumer name of the instance that asks
   * @param dataType what it asks for
   * @param producer name of the instance that should write it
   * @param required whether the consumer is useless without
   */
  public record Missing(String consumer, String dataType, String producer, boolean required) {}

  private record StateKey(String instance, Object fingerprint) {}

  private final Schema schema;
  private final PluginContext.Timer timer;
  private final LongSupplier nanoClock;
  private final Executor background;

  /** Not the graph before itself, or every configuration ever loaded would stay in memory. */
  private final Map<StateKey, AutoCloseable> inherited;

  private final Map<String, Plugin> plugins = new LinkedHashMap<>();
  private final Map<String, PerEndpoint> produced = new LinkedHashMap<>();
  private final List<Missing> consumed = new ArrayList<>();
  private final PluginMeters meters = new PluginMeters();
  private final Map<StateKey, AutoCloseable> states = new LinkedHashMap<>();

  /** An empty graph. */
  public PluginGraph(
      Schema schema, PluginContext.Timer timer, LongSupplier nanoClock, Executor background) {
    this(schema, timer, nanoClock, background, null);
  }

  /**
   * A graph whose instances take over learned state from {@code before} where name and fingerprint
   * are the same.
   */
  public PluginGraph(
      Schema schema,
      PluginContext.Timer timer,
      LongSupplier nanoClock,
      Executor background,
      @Nullable PluginGraph before) {
    this.schema = schema;
    this.timer = timer;
    this.nanoClock = nanoClock;
    this.background = background;
    this.inherited = before == null ? Map.of() : before.states;
  }

  /** The columns and keys that the instances share. */
  public Schema schema() {
    return schema;
  }

  /** Context for an instance about to be created. */
  public PluginContext context(String name) {
    return context(name, name);
  }

  /** Context for an instance of another name than its type's. */
  public PluginContext context(String name, String type) {
    return new Context(name, type);
  }

  /** What the instances measure. */
  public PluginMeters meters() {
    return meters;
  }

  /**
   * Registers a created instance under its name.
   *
   * @throws IllegalArgumentException if the name is taken
   */
  public void add(String name, Plugin plugin) {
    if (plugins.putIfAbsent(name, plugin) != null) {
      throw new IllegalArgumentException("name: " + name + " (expected: a name not used before)");
    }
  }

  /** The instances in the order they were added. */
  public Map<String, Plugin> plugins() {
    return Collections.unmodifiableMap(plugins);
  }

  /**
   * Keys consumed that no instance produces, in the order they were asked for. An instance whose
   * creation failed counts with what it had declared by then, so that one error is not two.
   */
  public List<Missing> missing() {
    return consumed.stream()
        .filter(m -> !produced.containsKey(key(m.dataType(), m.producer())))
        .toList();
  }

  /**
   * Names of all DataProducers in dependency order, in the order they were added otherwise.
   *
   * @throws IllegalStateException naming the path of a cycle
   */
  public List<String> producerOrder() {
    List<String> order = new ArrayList<>();
    Set<String> done = new LinkedHashSet<>();
    for (String name : plugins.keySet()) {
      visit(name, new LinkedHashSet<>(), done, order);
    }
    return order.stream().filter(name -> plugins.get(name) instanceof DataProducer).toList();
  }

  private void visit(
      String name, LinkedHashSet<String> path, Set<String> done, List<String> order) {
    if (done.contains(name) || !plugins.containsKey(name)) {
      return;
    }
    if (!path.add(name)) {
      List<String> cycle = new ArrayList<>(path);
      cycle = new ArrayList<>(cycle.subList(cycle.indexOf(name), cycle.size()));
      cycle.add(name);
      throw new IllegalStateException("producers need each other: " + String.join(" → ", cycle));
    }
    for (Missing need : consumed) {
      if (need.consumer().equals(name)
          && produced.containsKey(key(need.dataType(), need.producer()))) {
        visit(need.producer(), path, done, order);
      }
    }
    path.remove(name);
    done.add(name);
    order.add(name);
  }

  /**
   * The key of that data type that an instance produces, the first one added; null if nothing does.
   */
  public @Nullable PerEndpoint produced(String dataType) {
    for (PerEndpoint key : produced.values()) {
      if (key.dataType().equals(dataType)) {
        return key;
      }
    }
    return null;
  }

  /**
   * Closes learned state that {@code successor} has not taken over, all of it if null. To be called
   * once the last request on this graph has ended; and on the graph of a refused configuration,
   * with the running one as successor.
   *
   * @throws IllegalStateException if some state did not close; the rest is closed
   */
  public void closeState(@Nullable PluginGraph successor) {
    IllegalStateException failed = null;
    for (Map.Entry<StateKey, AutoCloseable> state : states.entrySet()) {
      if (successor != null && successor.states.get(state.getKey()) == state.getValue()) {
        continue;
      }
      try {
        state.getValue().close();
      } catch (Exception e) {
        if (failed == null) {
          failed = new IllegalStateException("state of some plugins did not close");
        }
        failed.addSuppressed(e);
      }
    }
    if (failed != null) {
      throw failed;
    }
  }

  private static String key(String dataType, String producer) {
    return dataType + "/" + producer;
  }

  private final class Context implements PluginContext {
    private final String name;
    private final String type;

    private Context(String name, String type) {
      this.name = name;
      this.type = type;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public Signal signal(String name) {
      return schema.signal(name);
    }

    @Override
    public List<Signal> signals(String dataType) {
      return schema.signalsOf(dataType);
    }

    @Override
    public <T> Attribute<T> attribute(String dataType, Class<T> type) {
      return schema.attribute(dataType, name, type);
    }

    @Override
    public <T> Attribute<T> attribute(String dataType, String producer, Class<T> type) {
      return schema.attribute(dataType, producer, type);
    }

    @Override
    public <T> RequestKey<T> requestKey(String name, Class<T> type) {
      return schema.requestKey(name, type);
    }

    @Override
    public List<RequestKey<?>> requestKeys(String dataType) {
      return schema.requestKeysOf(dataType);
    }

    @Override
    public PerEndpoint produces(String dataType) {
      PerEndpoint made = schema.perEndpoint(dataType, name);
      produced.put(key(dataType, name), made);
      return made;
    }

    @Override
    public PerEndpoint consumes(String dataType, String producer, boolean required) {
      consumed.add(new Missing(name, dataType, producer, required));
      return schema.perEndpoint(dataType, producer).reader();
    }

    @Override
    public <T extends AutoCloseable> T state(Object fingerprint, Supplier<T> create) {
      StateKey key = new StateKey(name, fingerprint);
      AutoCloseable known = states.get(key);
      if (known == null) {
        known = inherited.get(key);
      }
      T value = known == null ? create.get() : cast(known);
      states.put(key, value);
      return value;
    }

    @SuppressWarnings("unchecked")
    private <T> T cast(AutoCloseable value) {
      return (T) value;
    }

    @Override
    public <T extends Plugin> @Nullable T plugin(String name, Class<T> kind) {
      Plugin plugin = plugins.get(name);
      return kind.isInstance(plugin) ? kind.cast(plugin) : null;
    }

    @Override
    public Meters meters() {
      return meters.of(name, type);
    }

    @Override
    public Timer timer() {
      return timer;
    }

    @Override
    public LongSupplier nanoClock() {
      return nanoClock;
    }

    @Override
    public Executor background() {
      return background;
    }
  }
}
