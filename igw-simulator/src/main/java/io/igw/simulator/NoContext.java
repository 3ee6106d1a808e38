package io.igw.simulator;

import io.igw.api.Attribute;
import io.igw.api.Signal;
import io.igw.spi.Meters;
import io.igw.spi.PerEndpoint;
import io.igw.spi.PluginContext;
import io.igw.spi.RequestKey;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** The context of a parser outside a picker: there is nothing to register with. */
final class NoContext implements PluginContext {
  @Override
  public String name() {
    return "simulator";
  }

  @Override
  public Signal signal(String name) {
    throw nothing();
  }

  @Override
  public Meters meters() {
    throw nothing();
  }

  @Override
  public List<Signal> signals(String dataType) {
    throw nothing();
  }

  @Override
  public List<RequestKey<?>> requestKeys(String dataType) {
    throw nothing();
  }

  @Override
  public <T> Attribute<T> attribute(String dataType, Class<T> type) {
    throw nothing();
  }

  @Override
  public <T> Attribute<T> attribute(String dataType, String producer, Class<T> type) {
    throw nothing();
  }

  @Override
  public <T> RequestKey<T> requestKey(String name, Class<T> type) {
    throw nothing();
  }

  @Override
  public PerEndpoint produces(String dataType) {
    throw nothing();
  }

  @Override
  public PerEndpoint consumes(String dataType, String producer, boolean required) {
    throw nothing();
  }

  @Override
  public <T extends AutoCloseable> T state(Object fingerprint, Supplier<T> create) {
    return create.get();
  }

  @Override
  public Timer timer() {
    throw nothing();
  }

  @Override
  public LongSupplier nanoClock() {
    return System::nanoTime;
  }

  @Override
  public Executor background() {
    throw nothing();
  }

  private static UnsupportedOperationException nothing() {
    return new UnsupportedOperationException("a model server has no picker to register with");
  }
}
