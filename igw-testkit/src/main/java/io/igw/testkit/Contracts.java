package io.igw.testkit;

import io.igw.api.Signal;
import io.igw.spi.DataProducer;
import io.igw.spi.Filter;
import io.igw.spi.Picker;
import io.igw.spi.Plugin;
import io.igw.spi.Scorer;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;

/**
 * Runs contracts on plugins that a {@code @TestFactory} lists, such as all of a jar, where a class
 * for each would be long and could be forgotten.
 */
public final class Contracts {
  private Contracts() {}

  /**
   * The contracts of the roles that a plugin has; none for roles without one.
   *
   * @param make makes plugin and surroundings anew for each test
   */
  public static List<DynamicContainer> ofRoles(Supplier<? extends Subject> make) {
    Plugin plugin = make.get().plugin();
    List<DynamicContainer> contracts = new ArrayList<>();
    if (plugin instanceof Filter) {
      contracts.add(contract("filter", () -> new OfFilter(make.get())));
    }
    if (plugin instanceof Scorer) {
      contracts.add(contract("scorer", () -> new OfScorer(make.get())));
    }
    if (plugin instanceof Picker) {
      contracts.add(contract("picker", () -> new OfPicker(make.get())));
    }
    if (plugin instanceof DataProducer) {
      contracts.add(contract("producer", () -> new OfProducer(make.get())));
    }
    return contracts;
  }

  private static DynamicContainer contract(String role, Supplier<? extends Contract> make) {
    Stream<DynamicTest> tests =
        Arrays.stream(make.get().getClass().getMethods())
            .filter(method -> method.isAnnotationPresent(Test.class))
            .sorted(Comparator.comparing(Method::getName))
            .map(
                method -> DynamicTest.dynamicTest(method.getName(), () -> run(make.get(), method)));
    return DynamicContainer.dynamicContainer(role, tests);
  }

  private static void run(Contract contract, Method test) throws Throwable {
    try {
      test.invoke(contract);
    } catch (InvocationTargetException e) {
      throw e.getCause();
    }
  }

  private static final class OfFilter extends FilterContract {
    private final Subject subject;

    OfFilter(Subject subject) {
      this.subject = subject;
    }

    @Override
    protected Filter filter() {
      return (Filter) subject.plugin();
    }

    @Override
    protected boolean allocatesPerEndpoint() {
      return subject.allocatesPerEndpoint();
    }

    @Override
    protected boolean reliesOnEndpointOrder() {
      return subject.reliesOnEndpointOrder();
    }

    @Override
    protected Signal[] signals() {
      return subject.signals();
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      subject.prepare(cycle, random);
    }
  }

  private static final class OfScorer extends ScorerContract {
    private final Subject subject;

    OfScorer(Subject subject) {
      this.subject = subject;
    }

    @Override
    protected Scorer scorer() {
      return (Scorer) subject.plugin();
    }

    @Override
    protected boolean ranksTiesByPlace() {
      return subject.ranksTiesByPlace();
    }

    @Override
    protected boolean reliesOnEndpointOrder() {
      return subject.reliesOnEndpointOrder();
    }

    @Override
    protected Signal[] signals() {
      return subject.signals();
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      subject.prepare(cycle, random);
    }
  }

  private static final class OfPicker extends PickerContract {
    private final Subject subject;

    OfPicker(Subject subject) {
      this.subject = subject;
    }

    @Override
    protected Picker picker() {
      return (Picker) subject.plugin();
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      subject.prepare(cycle, random);
    }
  }

  private static final class OfProducer extends ProducerContract {
    private final Subject subject;

    OfProducer(Subject subject) {
      this.subject = subject;
    }

    @Override
    protected DataProducer producer() {
      return (DataProducer) subject.plugin();
    }

    @Override
    protected boolean onlyDeclares() {
      return subject.onlyDeclares();
    }

    @Override
    protected boolean reliesOnEndpointOrder() {
      return subject.reliesOnEndpointOrder();
    }

    @Override
    protected Signal[] signals() {
      return subject.signals();
    }

    @Override
    protected void prepare(TestCycle cycle, RandomGenerator random) {
      subject.prepare(cycle, random);
    }
  }
}
