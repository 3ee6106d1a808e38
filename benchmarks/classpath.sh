# Sourced: builds the benchmarks if they are older than their sources, and sets java (the JVM to measure on), quiet (flags that
# keep that JVM's own warnings out of the output) and classpath.
for home in "${IGW_CHECK_JAVA_HOME:-}" "${JAVA25_HOME:-}" /usr/lib/jvm/*25* "${JAVA_HOME:-}"; do
  if [ -n "$home" ] && [ -x "$home/bin/java" ]; then java=$home/bin/java; break; fi
done
java=${java:-$(command -v java)}
quiet=()
"$java" -version 2>&1 | grep -q 'version "\(17\|21\)' || quiet=(--enable-native-access=ALL-UNNAMED --sun-misc-unsafe-memory-access=allow)
built=benchmarks/target/classpath
# Whether sources are newer than the file, or something that it names is gone.
benchmarks_stale() {
  local entry entries
  [ -f "$built" ] && [ -d benchmarks/target/classes ] || return 0
  [ -z "$(find pom.xml igw-*/pom.xml benchmarks/pom.xml igw-*/src/main benchmarks/src/main -type f -newer "$built" -print -quit)" ] || return 0
  IFS=: read -ra entries <"$built" || true
  for entry in "${entries[@]}"; do
    [ -e "$entry" ] || return 0
  done
  return 1
}
if benchmarks_stale; then
  echo "$(basename "$0"): building (once, and after changes of the sources; a minute or two)" >&2
  mkdir -p benchmarks/target
  touch benchmarks/target/build.start
  rm -f "$built"
  mvn -B -ntp -q -DskipTests -Dspotless.check.skip=true package dependency:build-classpath \
    -Dmdep.outputFile=target/classpath -pl benchmarks,igw-extproc-adapter -am </dev/null >&2
  # Sources that change from here on are newer, whatever time Maven left on the file.
  touch -r benchmarks/target/build.start "$built"
fi
classpath=benchmarks/target/classes:$(cat "$built")
