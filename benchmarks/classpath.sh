# Sourced: builds the benchmarks and sets java (the JVM to measure on) and classpath.
for home in "${IGW_CHECK_JAVA_HOME:-}" "${JAVA25_HOME:-}" /usr/lib/jvm/*25* "${JAVA_HOME:-}"; do
  if [ -n "$home" ] && [ -x "$home/bin/java" ]; then java=$home/bin/java; break; fi
done
java=${java:-$(command -v java)}
mvn -B -ntp -q -DskipTests -Dspotless.check.skip=true package dependency:build-classpath \
  -Dmdep.outputFile=target/classpath -pl benchmarks,igw-extproc-adapter -am </dev/null >&2
classpath=benchmarks/target/classes:$(cat benchmarks/target/classpath)
