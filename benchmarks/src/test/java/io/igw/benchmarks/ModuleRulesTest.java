package io.igw.benchmarks;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * What each module may see, as {@code docs/architecture.md} lays down. Lives here because only this
 * module sees all others.
 */
class ModuleRulesTest {
  private static final String[] ANYBODY = {
    "java..", "javax.crypto..", "org.jspecify..", "io.igw.api..", "io.igw.spi.."
  };

  private static JavaClasses classes;

  @BeforeAll
  static void readEveryClass() {
    classes =
        new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            // Some benchmarks stand in the packages that they measure.
            .withImportOption(location -> !location.contains("/benchmarks/target/classes/"))
            .importPackages("io.igw");
  }

  @Test
  void theApiNeedsNothing() {
    mayOnlySee("io.igw.api..");
    mayOnlySee("io.igw.spi..");
  }

  @Test
  void theSchedulerNeedsTheApiAndJcTools() {
    mayOnlySee("io.igw.scheduler..", "io.igw.scheduler..", "org.jctools..");
  }

  @Test
  void pluginsNeedTheApiAlone() {
    mayOnlySee(
        "io.igw.plugins.prefix..", "io.igw.plugins.prefix..", "com.github.benmanes.caffeine..");
    mayOnlySee("io.igw.plugins.lora..", "io.igw.plugins.lora..");
    mayOnlySee("io.igw.plugins.policies..", "io.igw.plugins.policies..");
    mayOnlySee("io.igw.plugins.cel..", "io.igw.plugins.cel..", "dev.cel..");
  }

  @Test
  void theTestkitNeedsTheApiAndTestLibraries() {
    mayOnlySee(
        "io.igw.testkit..",
        "io.igw.testkit..",
        "org.junit..",
        "org.assertj..",
        "com.sun.management..");
  }

  @Test
  void theRuntimeNeedsNoGateway() {
    mayOnlySee(
        "io.igw.runtime..",
        "io.igw.runtime..",
        "io.igw.scheduler..",
        "com.fasterxml.jackson.core..",
        "org.snakeyaml.engine..",
        "io.netty..",
        "org.slf4j..",
        "javax.net.ssl..");
  }

  @Test
  void onlyTheAdapterSeesGrpcAndProtobuf() {
    noClasses()
        .that()
        .resideOutsideOfPackage("io.igw.extproc..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.grpc..", "com.google.protobuf..", "io.envoyproxy..", "io.igw.extproc..")
        .check(classes);
  }

  @Test
  void onlyRuntimeAndSimulatorSeeJsonAndOnlyTheRuntimeYaml() {
    noClasses()
        .that()
        .resideOutsideOfPackages("io.igw.runtime..", "io.igw.simulator..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("com.fasterxml..")
        .check(classes);
    noClasses()
        .that()
        .resideOutsideOfPackage("io.igw.runtime..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.snakeyaml..")
        .check(classes);
  }

  @Test
  void theStreamStateMachineKnowsNoGrpc() {
    noClasses()
        .that()
        .resideInAPackage("io.igw.extproc.stream..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.grpc..")
        .check(classes);
  }

  @Test
  void nothingSeesTheBenchmarks() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAPackage("io.igw.benchmarks..")
        .check(classes);
  }

  @Test
  void packagesHaveNoCycles() {
    slices()
        .matching("io.igw.(*)..")
        .namingSlices("$1")
        .should()
        .beFreeOfCycles()
        .ignoreDependency(inPackage("io.igw.api"), inPackage("io.igw.spi"))
        .check(classes);
  }

  private static com.tngtech.archunit.base.DescribedPredicate<
          com.tngtech.archunit.core.domain.JavaClass>
      inPackage(String name) {
    return JavaClass.Predicates.resideInAPackage(name);
  }

  private static void mayOnlySee(String packages, String... more) {
    String[] allowed = new String[ANYBODY.length + more.length];
    System.arraycopy(ANYBODY, 0, allowed, 0, ANYBODY.length);
    System.arraycopy(more, 0, allowed, ANYBODY.length, more.length);
    noClasses()
        .that()
        .resideInAPackage(packages)
        .should()
        .dependOnClassesThat()
        .resideOutsideOfPackages(allowed)
        .check(classes);
  }
}
