package io.igw.simulator;

/**
 * What a vLLM server's Python process and its HTTP library show: no reader of engine metrics needs
 * it, and real pages are full of it.
 */
final class PythonFamilies {
  private static final String[] HANDLERS = {
    "/v1/completions", "/v1/chat/completions", "/v1/models", "/metrics", "/health"
  };
  private static final double[] HTTP_SECONDS = {
    0.01, 0.025, 0.05, 0.075, 0.1, 0.25, 0.5, 0.75, 1, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 7.5, 10, 30
  };

  private PythonFamilies() {}

  static String text() {
    StringBuilder page = new StringBuilder(24_000);
    page.append("# HELP python_gc_objects_collected_total Objects collected during gc\n")
        .append("# TYPE python_gc_objects_collected_total counter\n");
    for (int generation = 0; generation < 3; generation++) {
      page.append("python_gc_objects_collected_total{generation=\"")
          .append(generation)
          .append("\"} 12874.0\n");
    }
    page.append("# HELP python_info Python platform information\n# TYPE python_info gauge\n")
        .append("python_info{implementation=\"CPython\",major=\"3\",minor=\"12\",")
        .append("patchlevel=\"11\",version=\"3.12.11\"} 1.0\n")
        .append("# HELP process_resident_memory_bytes Resident memory size in bytes.\n")
        .append("# TYPE process_resident_memory_bytes gauge\n")
        .append("process_resident_memory_bytes 6.41339392e+09\n")
        .append("# HELP process_cpu_seconds_total Total user and system CPU time.\n")
        .append("# TYPE process_cpu_seconds_total counter\nprocess_cpu_seconds_total 812.46\n")
        .append("# HELP http_requests_total Total number of requests.\n")
        .append("# TYPE http_requests_total counter\n");
    for (String handler : HANDLERS) {
      page.append("http_requests_total{handler=\"")
          .append(handler)
          .append("\",method=\"POST\",status=\"2xx\"} 4711.0\n");
    }
    page.append("# HELP http_request_duration_seconds Latency by handler.\n")
        .append("# TYPE http_request_duration_seconds histogram\n");
    for (String handler : HANDLERS) {
      for (String method : new String[] {"GET", "POST"}) {
        for (double bound : HTTP_SECONDS) {
          page.append("http_request_duration_seconds_bucket{handler=\"")
              .append(handler)
              .append("\",le=\"")
              .append(bound)
              .append("\",method=\"")
              .append(method)
              .append("\"} 4711.0\n");
        }
        page.append("http_request_duration_seconds_count{handler=\"")
            .append(handler)
            .append("\",method=\"")
            .append(method)
            .append("\"} 4711.0\n");
      }
    }
    return page.toString();
  }
}
