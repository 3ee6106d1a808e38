package io.igw.runtime.yaml;

/**
 * A place in a document.
 *
 * @param line from 1; 0 if unknown
 * @param column from 1; 0 if unknown
 * @param path keys and indexes from the root, such as {@code plugins[2].type}; empty for the root
 */
public record Place(int line, int column, String path) {
  /** Nowhere in the document: what defaulting made. */
  public static final Place NONE = new Place(0, 0, "");

  /** The same line and column under another path. */
  public Place at(String path) {
    return new Place(line, column, path);
  }
}
