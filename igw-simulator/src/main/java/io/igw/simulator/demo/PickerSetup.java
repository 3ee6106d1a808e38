package io.igw.simulator.demo;

import java.nio.file.Path;

/** A picker configuration that the demo compares. */
public enum PickerSetup {
  /** Any endpoint, whatever it holds: what a plain load balancer does. */
  RANDOM(
      """
      - type: random-picker
      """,
      """
        - pluginRef: random-picker
      """),
  /** By queue, KV cache, prefix and LoRA adapter. */
  IGW(
      """
      - type: queue-scorer
      - type: kv-cache-utilization-scorer
      - type: prefix-cache-scorer
      - type: lora-affinity-scorer
      - type: max-score-picker
      """,
      """
        - {pluginRef: queue-scorer, weight: 2}
        - {pluginRef: kv-cache-utilization-scorer, weight: 2}
        - {pluginRef: prefix-cache-scorer, weight: 3}
        - {pluginRef: lora-affinity-scorer, weight: 1}
        - pluginRef: max-score-picker
      """);

  private static final String HEAD =
      """
      apiVersion: llm-d.ai/v1alpha1
      kind: EndpointPickerConfig
      plugins:
      """;

  private final String plugins;
  private final String profile;

  PickerSetup(String plugins, String profile) {
    this.plugins = plugins;
    this.profile = profile;
  }

  /** The EndpointPickerConfig, without discovery. */
  public String yaml() {
    return HEAD + plugins + "schedulingProfiles:\n- name: default\n  plugins:\n" + profile;
  }

  /** The EndpointPickerConfig with discovery from a file. */
  public String yaml(Path endpoints) {
    String discovery =
        "- {name: endpoints, type: file-discovery, parameters: {path: \""
            + endpoints
            + "\", watchFile: true}}\n";
    return yaml().replace(HEAD, HEAD + discovery)
        + "dataLayer:\n  discovery: {pluginRef: endpoints}\n";
  }

  /** As the result table names it. */
  String label() {
    return this == RANDOM ? "random" : "igw";
  }
}
