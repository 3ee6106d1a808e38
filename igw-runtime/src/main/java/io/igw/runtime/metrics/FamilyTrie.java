package io.igw.runtime.metrics;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * The needed family names as a tree of bytes: a line is turned away at the first byte that leaves
 * it, and a name that arrives in pieces is followed by one number, the node reached.
 *
 * <p><b>Threading.</b> Immutable.
 *
 * <p><b>Cost.</b> A few array reads per byte of a name, up to the byte that decides.
 */
final class FamilyTrie {
  /** Where every name starts. */
  static final int ROOT = 0;

  /** No such node or family. */
  static final int NONE = -1;

  private byte[] label = new byte[64];
  private int[] firstChild = new int[64];
  private int[] sibling = new int[64];
  private int[] family = new int[64];
  private int nodes;

  /** A tree of names; a family is known by its place in the list. */
  FamilyTrie(List<String> names) {
    add((byte) 0, NONE);
    for (int i = 0; i < names.size(); i++) {
      int node = ROOT;
      for (byte b : names.get(i).getBytes(StandardCharsets.UTF_8)) {
        int next = child(node, b);
        if (next == NONE) {
          next = add(b, firstChild[node]);
          firstChild[node] = next;
        }
        node = next;
      }
      family[node] = i;
    }
  }

  private int add(byte b, int nextSibling) {
    if (nodes == label.length) {
      label = Arrays.copyOf(label, nodes * 2);
      firstChild = Arrays.copyOf(firstChild, nodes * 2);
      sibling = Arrays.copyOf(sibling, nodes * 2);
      family = Arrays.copyOf(family, nodes * 2);
    }
    label[nodes] = b;
    firstChild[nodes] = NONE;
    sibling[nodes] = nextSibling;
    family[nodes] = NONE;
    return nodes++;
  }

  /** The node that follows on a byte, or {@link #NONE}. */
  int child(int node, byte b) {
    int c = firstChild[node];
    while (c >= 0 && label[c] != b) {
      c = sibling[c];
    }
    return c;
  }

  /** The family whose name ends at a node, or {@link #NONE}. */
  int family(int node) {
    return family[node];
  }
}
