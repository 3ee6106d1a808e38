/**
 * Scores endpoints by how much of the prompt they hold in KV cache.
 *
 * <h2>{@code approx-prefix-cache-producer}</h2>
 *
 * Remembers which prompt blocks were sent to which endpoint and tells for each endpoint how many
 * leading blocks of a new prompt it was sent before (prefix-cache.md 2 and 7). An endpoint that
 * lacks block 0 matches nothing, whatever else it holds.
 *
 * <p><b>Inputs.</b> The prompt's block hashes; the engine's cache block size and number of blocks;
 * the destination of each pick and the target of a profile named {@code prefill}, recorded before
 * the decision is answered, so that a request that comes right after sees it.
 *
 * <p><b>Output</b>, per endpoint: {@code PrefixCacheMatchInfo.matchedBlocks}, {@code
 * PrefixCacheMatchInfo.totalBlocks} and {@code PrefixCacheMatchInfo.blockSizeTokens}; the latter
 * two are the same for all candidates. All are 0 for a prompt of which nothing is known.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code autoTune}</td><td>true</td><td>block size and capacity follow the engines</td>
 * </tr>
 * <tr><td>{@code blockSizeTokens}</td><td>16</td><td>block size in tokens where no engine reports
 * one; 1..65536 when {@code autoTune} is false</td></tr>
 * <tr><td>{@code blockSize}</td><td>0</td><td>deprecated alias, used without
 * {@code blockSizeTokens}</td></tr>
 * <tr><td>{@code maxPrefixTokensToMatch}</td><td>131072</td><td>longest prefix matched; 0: the next
 * one decides</td></tr>
 * <tr><td>{@code maxPrefixBlocksToMatch}</td><td>2048</td><td>deprecated; 0: no limit</td></tr>
 * <tr><td>{@code lruCapacityPerServer}</td><td>31250</td><td>blocks that an endpoint holds where
 * its engine does not report it; at least 1</td></tr>
 * <tr><td>{@code maxIndexBytes}</td><td>67108864</td><td>igw's own: bound on the heap of the index;
 * at least 1 MiB</td></tr>
 * </table>
 *
 * <p><b>Block size.</b> One for the pool: each reported size counts as the next multiple of 64
 * tokens (at least 64), and the one that most endpoints report is used, the larger of two equally
 * common ones. A single endpoint that differs cannot make the hashes of the whole pool unreachable;
 * a match on it is wrong by less than one of its own blocks. Reports below 1 or above 65536 are
 * ignored.
 *
 * <p><b>Capacity</b> of an endpoint: {@code engine block size * engine blocks / index block size},
 * read at each pick, so it follows the engine. The index keeps the last half of it at least and
 * about all of it at most, by blocks and not by requests.
 *
 * <p><b>Long prompts</b> are known block by block up to block 256, from there on in steps of eight
 * blocks and as a whole: a match that ends within a step counts to the step's begin. Capacity
 * counts blocks all the same.
 *
 * <p><b>Memory.</b> 16 bytes for a block and up to 64 endpoints, at most 5/8 of the room used: 26
 * bytes for a block that one endpoint holds, 0.8 bytes per pair for one that all of 64 hold. Pages
 * of 8 kB are allocated as they are needed, never beyond {@code maxIndexBytes}.
 *
 * <pre>{@code
 * plugins:
 * - type: approx-prefix-cache-producer
 *   parameters: {maxPrefixTokensToMatch: 16384, lruCapacityPerServer: 31250}
 * }</pre>
 *
 * <h2>{@code prefix-cache-scorer}</h2>
 *
 * {@code score = w * min(1, matched * blockSizeTokens / L)^2 + (1 - w) * matched / total}
 * (plugins-scheduling.md 3.4); 0 where nothing matches or nothing is known.
 *
 * <table>
 * <caption>Parameters</caption>
 * <tr><th>key</th><th>default</th><th>meaning</th></tr>
 * <tr><td>{@code prefixMatchInfoProducerName}</td><td>{@code approx-prefix-cache-producer}</td>
 * <td>whose match is scored</td></tr>
 * <tr><td>{@code matchLengthWeight}</td><td>0</td><td>w, 0..1</td></tr>
 * <tr><td>{@code matchLengthScaleTokens}</td><td>8192</td><td>L, above 0 where w is</td></tr>
 * </table>
 *
 * <p>{@code blockSize}, {@code blockSizeTokens}, {@code maxPrefixBlocksToMatch} and {@code
 * lruCapacityPerServer} were parameters of this scorer once. They are accepted and have no effect;
 * set them on the producer.
 *
 * <pre>{@code
 * plugins:
 * - {name: prefix, type: prefix-cache-scorer, parameters: {matchLengthWeight: 0.3}}
 * schedulingProfiles:
 * - name: default
 *   plugins:
 *   - {pluginRef: prefix, weight: 3}
 * }</pre>
 *
 * <h2>The index</h2>
 *
 * <b>Data.</b> A hash table of cells {@code [key, word]}: the key stands for a block hash and a
 * group of 64 lanes, the word has one bit per lane. An endpoint is lent a lane. A lookup keeps the
 * set of lanes that hold all blocks so far in one register and ands it with the next block's word
 * until it is empty: what one block costs does not depend on the number of endpoints in the group,
 * and what a block costs in memory does not depend on the size of the pool. There are two tables,
 * the current epoch's and the one before; an endpoint has up to two lanes, a young and an old one.
 *
 * <p><b>Who writes.</b> Event loops that picked, each on its own, by compare-and-set on an empty
 * key and an atomic or on a word. Keys are never changed, bits never cleared. Tables, lanes and
 * endpoints are tied together by one immutable layout, which is replaced by compare-and-set: for
 * the first cycle on a snapshot with other endpoints, for an endpoint that has filled half its
 * capacity, for a full table.
 *
 * <p><b>Who reads.</b> Event loops that decide: one read of the layout, then keys and words.
 *
 * <p><b>Which store orders what.</b> The blocks of a record are set last block first, each with
 * release; a lookup reads first block first, each with acquire: who sees block i of a record sees
 * all blocks after it. The layout is published with the release of its compare-and-set, after the
 * tables and lanes in it were made.
 *
 * <p><b>Ageing</b> is least recently used in steps of half a capacity (endpoint) and half the bytes
 * (index): what was recorded since the step before the last is known, the rest is forgotten, by
 * lanes and tables as a whole and hence never the head of a prefix before its tail. A prefix in use
 * is recorded whole at each pick, so it is always in the newest step.
 *
 * <p><b>Stale bits.</b> Bits of an endpoint that is gone stay in the tables but its lane is lent to
 * nobody until both tables are gone. A late record for it finds no lane, or writes to a lane that
 * counts for nobody.
 */
@NullMarked
package io.igw.plugins.prefix;

import org.jspecify.annotations.NullMarked;
