package io.igw.runtime.resources;

/**
 * The pool whose objects count (rule K-OBJ-3).
 *
 * @param namespace in which an object stands unless it names none
 * @param name that {@code poolRef} has to name; empty: objects of every pool count
 * @param group that {@code poolRef} has to name
 */
public record PoolScope(String namespace, String name, String group) {
  /** Group of pools unless something else is said. */
  public static final String DEFAULT_GROUP = "inference.networking.k8s.io";

  /** Objects of every pool. */
  public static final PoolScope ALL = new PoolScope("", "", DEFAULT_GROUP);

  boolean includes(String objectNamespace, String poolName, String poolGroup) {
    return name.isEmpty()
        || name.equals(poolName)
            && group.equals(poolGroup)
            && (objectNamespace.isEmpty() || objectNamespace.equals(namespace));
  }
}
