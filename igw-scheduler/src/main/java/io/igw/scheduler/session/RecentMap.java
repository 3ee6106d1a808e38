package io.igw.scheduler.session;

import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Values of the keys that were used lately, bounded in number and in time without a clean-up: there
 * are two maps; what is used moves to the younger one, and when that is full or old, it takes the
 * place of the older one, whose values are forgotten.
 *
 * <p><b>Threading.</b> Any thread; one lookup for a key that is in use, without a lock; each call
 * takes effect at once. A value that is used while the maps change places may be kept for one term
 * longer, or forgotten as if it had been used just before.
 *
 * <p><b>Guarantee.</b> At most {@code most} values; a value is kept for at least {@code idle} after
 * its last use unless more than {@code most / 2} other keys are used meanwhile, and for at most
 * twice that.
 *
 * @param <V> value type
 */
public final class RecentMap<V> implements AutoCloseable {
  /** Longer keys are not kept: they come from clients. */
  static final int MAX_KEY = 512;

  private record Terms<V>(
      ConcurrentHashMap<String, V> young, ConcurrentHashMap<String, V> old, long startNanos) {}

  private final int mostYoung;
  private final long idleNanos;
  private volatile Terms<V> terms;

  /** An empty map of at most {@code most} values, at least 2. */
  public RecentMap(int most, long idleNanos, long nowNanos) {
    this.mostYoung = Math.max(1, most / 2);
    this.idleNanos = idleNanos;
    this.terms = new Terms<>(new ConcurrentHashMap<>(), new ConcurrentHashMap<>(), nowNanos);
  }

  /** The value of a key, null if there is none any more; counts as a use. */
  public @Nullable V get(String key, long nowNanos) {
    while (true) {
      Terms<V> now = turned(nowNanos);
      V value = used(now, key);
      if (value != null || terms == now) {
        return value;
      }
      // The maps changed places: what was in the younger one may have moved on.
    }
  }

  /** The value of a key, made if there is none; null if the key is too long. */
  public @Nullable V computeIfAbsent(String key, long nowNanos, Supplier<V> make) {
    if (key.length() > MAX_KEY) {
      return null;
    }
    while (true) {
      Terms<V> now = turned(nowNanos);
      V known = used(now, key);
      V value = known == null ? now.young.computeIfAbsent(key, k -> make.get()) : known;
      if (known != null || terms == now) {
        return value;
      }
    }
  }

  /** Sets the value of a key, unless that is too long. */
  public void put(String key, V value, long nowNanos) {
    if (key.length() > MAX_KEY) {
      return;
    }
    Terms<V> now;
    do {
      now = turned(nowNanos);
      now.young.put(key, value);
      now.old.remove(key);
    } while (terms != now);
  }

  /**
   * The value of a key, moved to the younger map. It is there before it leaves the older one, so
   * that whoever looks in this order, and once more in the younger one, does not miss it.
   */
  private static <V> @Nullable V used(Terms<V> now, String key) {
    V value = now.young.get(key);
    if (value != null) {
      return value;
    }
    V aged = now.old.get(key);
    if (aged == null) {
      return now.young.get(key);
    }
    // What another thread has put meanwhile is newer.
    V newer = now.young.putIfAbsent(key, aged);
    now.old.remove(key, aged);
    return newer == null ? aged : newer;
  }

  /** How many values there are. */
  public int size() {
    Terms<V> now = terms;
    return now.young.size() + now.old.size();
  }

  private Terms<V> turned(long nowNanos) {
    Terms<V> now = terms;
    // The size of a map that others write is summed up, so it is asked only now and then.
    boolean old = nowNanos - now.startNanos >= idleNanos;
    return old || now.young.mappingCount() >= mostYoung ? turn(nowNanos) : now;
  }

  private synchronized Terms<V> turn(long nowNanos) {
    Terms<V> now = terms;
    boolean veryOld = nowNanos - now.startNanos >= 2 * idleNanos;
    if (nowNanos - now.startNanos >= idleNanos || now.young.mappingCount() >= mostYoung) {
      now =
          new Terms<>(
              new ConcurrentHashMap<>(), veryOld ? new ConcurrentHashMap<>() : now.young, nowNanos);
      terms = now;
    }
    return now;
  }

  @Override
  public void close() {}
}
