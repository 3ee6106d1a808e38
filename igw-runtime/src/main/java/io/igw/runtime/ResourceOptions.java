package io.igw.runtime;

import io.igw.runtime.resources.PoolScope;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where objectives and model rewrites come from, and how rewrites work: InferenceObjectives and
 * InferenceModelRewrites as Kubernetes has them, in YAML or JSON files that are read again when
 * they change. Not thread-safe; a picker takes what was set when it is built.
 */
public final class ResourceOptions {
  final List<Path> paths = new ArrayList<>();
  PoolScope scope = PoolScope.ALL;
  @Nullable String stickyHeader;
  boolean restoreModel = true;

  private ResourceOptions() {}

  /** From these files, and from the YAML and JSON files of these folders; none: no objects. */
  public static ResourceOptions of(Path... filesAndFolders) {
    ResourceOptions options = new ResourceOptions();
    options.paths.addAll(Arrays.asList(filesAndFolders));
    return options;
  }

  /**
   * The pool that is served: objects in another namespace, or whose {@code poolRef} names another
   * pool or group, do not count. Unset, objects of every pool count.
   */
  public ResourceOptions pool(String namespace, String name, String group) {
    this.scope = new PoolScope(namespace, name, group);
    return this;
  }

  /**
   * Requests with the same value of this header stay with one target of a rule; unset, each goes by
   * chance.
   */
  public ResourceOptions stickyHeader(String lowerCaseName) {
    this.stickyHeader = lowerCaseName;
    return this;
  }

  /**
   * Whether responses to rewritten requests name the model that the client asked for (rule EPP-56);
   * they do unless set.
   */
  public ResourceOptions restoreModel(boolean restore) {
    this.restoreModel = restore;
    return this;
  }
}
