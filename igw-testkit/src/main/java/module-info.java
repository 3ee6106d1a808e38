/** Contract tests that a plugin author extends. */
module io.igw.testkit {
  requires static org.jspecify;
  requires transitive io.igw.api;
  requires transitive org.junit.jupiter.api;
  requires org.assertj.core;
  requires jdk.management;

  exports io.igw.testkit;

  // JUnit calls the inherited tests by reflection.
  opens io.igw.testkit;
}
