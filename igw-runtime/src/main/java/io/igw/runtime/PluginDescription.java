package io.igw.runtime;

import io.igw.api.Schema;
import io.igw.runtime.config.AbsentParameters;
import io.igw.runtime.config.KnownTypes;
import io.igw.runtime.config.KnownTypes.KnownType;
import io.igw.scheduler.PluginCatalog;
import io.igw.scheduler.PluginGraph;
import io.igw.spi.Admitter;
import io.igw.spi.AsyncDataProducer;
import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.PickListener;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.PluginProvider;
import io.igw.spi.ProfileHandler;
import io.igw.spi.ReadinessCheck;
import io.igw.spi.RequestHeaderProcessor;
import io.igw.spi.RequestParser;
import io.igw.spi.ResponseObserver;
import io.igw.spi.SaturationDetector;
import io.igw.spi.Scorer;
import io.igw.spi.Screener;
import io.igw.spi.SessionStore;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a plugin type is, found out by making one without parameters and listening to what its code
 * asks for.
 *
 * @param type as configuration names it
 * @param present whether this build, or a jar beside it, has it
 * @param stability alpha, beta or stable; deprecated where the reference is about to drop it
 * @param summary one line
 * @param absence why an absent type cannot be used, and what to use in its place, if anything;
 *     empty if it is present
 * @param roles what it can be used as
 * @param parameters what its parameters object may hold; of an absent type what the reference says
 * @param reads data of other plugins that it needs or can use
 * @param place class and jar; empty if it is absent
 */
public record PluginDescription(
    String type,
    boolean present,
    String stability,
    String summary,
    String absence,
    List<String> roles,
    List<Parameter> parameters,
    List<String> reads,
    String place) {

  /**
   * A parameter.
   *
   * @param name with the objects and lists that it is in
   * @param kind integer, number, boolean, duration, text, a list or a map of texts
   * @param initial value without it; {@code none} where there is none
   * @param range what else is asked of it; may be empty
   */
  public record Parameter(String name, String kind, String initial, String range) {}

  private static final Map<String, Class<?>> ROLES = new LinkedHashMap<>();

  static {
    ROLES.put("filter", Filter.class);
    ROLES.put("scorer", Scorer.class);
    ROLES.put("picker", Picker.class);
    ROLES.put("profile handler", ProfileHandler.class);
    ROLES.put("data producer", DataProducer.class);
    ROLES.put("asynchronous data producer", AsyncDataProducer.class);
    ROLES.put("screener", Screener.class);
    ROLES.put("admitter", Admitter.class);
    ROLES.put("saturation detector", SaturationDetector.class);
    ROLES.put("request header processor", RequestHeaderProcessor.class);
    ROLES.put("pick listener", PickListener.class);
    ROLES.put("response observer", ResponseObserver.class);
    ROLES.put("parser", RequestParser.class);
    ROLES.put("readiness check", ReadinessCheck.class);
    ROLES.put("session store", SessionStore.class);
  }

  /** Every type of a catalogue and every absent one of the reference, sorted by type. */
  public static List<PluginDescription> all(PluginCatalog catalog) {
    TreeMap<String, PluginDescription> all = new TreeMap<>();
    KnownTypes.all().values().forEach(known -> all.put(known.type(), absent(known, catalog)));
    catalog.providers().values().forEach(provider -> all.put(provider.type(), of(provider)));
    return List.copyOf(all.values());
  }

  /** One type; null if neither the catalogue nor the reference has it. */
  public static @Nullable PluginDescription of(String type, PluginCatalog catalog) {
    PluginProvider provider = catalog.provider(type);
    if (provider != null) {
      return of(provider);
    }
    KnownType known = KnownTypes.find(type);
    return known == null ? null : absent(known, catalog);
  }

  private static PluginDescription absent(KnownType known, PluginCatalog catalog) {
    String absence = KnownTypes.missing(known.type(), catalog);
    return new PluginDescription(
        known.type(),
        false,
        known.stability(),
        known.purpose().isEmpty() ? absence : known.purpose(),
        absence,
        List.of(known.kind().name().toLowerCase(Locale.ROOT)),
        AbsentParameters.of(known.type()).stream()
            .map(p -> new Parameter(p.name(), p.kind(), p.initial(), p.range()))
            .toList(),
        List.of(),
        "");
  }

  private static PluginDescription of(PluginProvider provider) {
    ParameterRecorder parameters = new ParameterRecorder();
    PluginGraph graph =
        new PluginGraph(new Schema(), (nanos, task) -> () -> {}, System::nanoTime, task -> {});
    List<String> roles = new ArrayList<>();
    Plugin plugin = null;
    try {
      plugin = provider.create(parameters, graph.context(provider.type()));
    } catch (RuntimeException e) {
      // Without parameters it may not come into being; what it asked for until then is known.
      roles.add("unknown: cannot be made without parameters");
    }
    if (plugin != null) {
      for (Map.Entry<String, Class<?>> role : ROLES.entrySet()) {
        if (role.getValue().isInstance(plugin)) {
          roles.add(role.getKey());
        }
      }
      plugin.close();
    }
    List<String> reads =
        graph.missing().stream()
            .map(key ->
                key.dataType().replaceFirst("\\..*", "")
                    + " of "
                    + key.producer()
                    + (key.required() ? "" : " (if it is there)"))
            .distinct()
            .toList();
    KnownType known = KnownTypes.find(provider.type());
    boolean leaving = known != null && known.stability().equals("deprecated");
    return new PluginDescription(
        provider.type(),
        true,
        leaving ? "deprecated" : provider.stability().name().toLowerCase(Locale.ROOT),
        provider.summary(),
        "",
        List.copyOf(roles),
        parameters.found(),
        reads,
        PluginCatalog.place(provider));
  }
}
