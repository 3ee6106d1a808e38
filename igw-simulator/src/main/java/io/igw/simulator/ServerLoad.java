package io.igw.simulator;

import java.util.List;

/**
 * What a model server is doing.
 *
 * @param waiting requests in its queue
 * @param running requests that run
 * @param kvUsage share of KV blocks that running requests use
 * @param adapters loaded LoRA adapters
 */
public record ServerLoad(int waiting, int running, double kvUsage, List<String> adapters) {}
