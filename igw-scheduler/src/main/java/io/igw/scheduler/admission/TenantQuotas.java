package io.igw.scheduler.admission;

import io.igw.api.Rejection;
import io.igw.api.Rejection.Reason;
import io.igw.scheduler.session.RecentMap;
import io.igw.spi.Admitter;
import io.igw.spi.Candidates;
import io.igw.spi.Cycle;
import io.igw.spi.Parameters;
import io.igw.spi.PluginContext;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Limits the requests and the prompt tokens that a tenant (fairness id) may send per second, with a
 * burst of some seconds' worth: beyond it 429 with {@code retry-after}. igw's own type {@code
 * tenant-quota-admitter}.
 *
 * <p>The generic cell rate algorithm: a tenant has a time by which what it has sent would be paid
 * for at its rate; a request is admitted unless that is further ahead than the burst.
 *
 * <p><b>Threading.</b> Any number of event loops; one compare-and-set for each rate. <b>Cost.</b>
 * One map lookup; nothing is allocated for a tenant that is known.
 */
final class TenantQuotas implements Admitter {
  private static final double SECOND_NANOS = 1e9;
  private static final long LONGEST_DEBT_NANOS = Duration.ofMinutes(10).toNanos();

  /** When what a tenant has sent is paid for. */
  private static final class Account {
    private final AtomicLong requests;
    private final AtomicLong tokens;

    Account(long now) {
      requests = new AtomicLong(now);
      tokens = new AtomicLong(now);
    }
  }

  private final double nanosPerRequest;
  private final double nanosPerToken;
  private final long burstNanos;
  private final RecentMap<Account> accounts;

  private TenantQuotas(
      double nanosPerRequest, double nanosPerToken, long burst, RecentMap<Account> accounts) {
    this.nanosPerRequest = nanosPerRequest;
    this.nanosPerToken = nanosPerToken;
    this.burstNanos = burst;
    this.accounts = accounts;
  }

  static Admitter of(Parameters parameters, PluginContext context) {
    double requests = parameters.number("requestsPerSecond", 0, 0, 1e9);
    double tokens = parameters.number("tokensPerSecond", 0, 0, 1e12);
    parameters.explain("requestsPerSecond", "0", "0 to 1000000000; > 0, or tokensPerSecond > 0");
    if (requests == 0 && tokens == 0) {
      parameters.reject("requestsPerSecond", "> 0, or tokensPerSecond > 0");
    }
    Duration burst = parameters.duration("burst", Duration.ofSeconds(2));
    int tenants = parameters.integer("maxTenants", 100_000, 2, Integer.MAX_VALUE);
    RecentMap<Account> accounts =
        context.state(
            List.of("accounts", tenants),
            () -> new RecentMap<>(tenants, LONGEST_DEBT_NANOS, context.nanoClock().getAsLong()));
    return new TenantQuotas(
        requests == 0 ? 0 : SECOND_NANOS / requests,
        tokens == 0 ? 0 : SECOND_NANOS / tokens,
        burst.toNanos(),
        accounts);
  }

  @Override
  public @Nullable Rejection admit(Cycle cycle, Candidates candidates) {
    long now = cycle.nowNanos();
    String tenant = cycle.request().fairnessId();
    Account account = accounts.computeIfAbsent(tenant, now, () -> new Account(now));
    if (account == null) {
      return Rejection.of(
          Reason.BAD_REQUEST, "fairness id is too long (expected: at most 512 characters)");
    }
    long requestStep = step(nanosPerRequest);
    long wait = spend(account.requests, requestStep, now);
    String rate = "request";
    if (wait == 0 && nanosPerToken > 0) {
      double cost = nanosPerToken * Math.max(1, cycle.request().prompt().estimatedTokens());
      wait = spend(account.tokens, step(cost), now);
      rate = "token";
      if (wait > 0) {
        // A refused request costs nothing.
        account.requests.addAndGet(-requestStep);
      }
    }
    return wait == 0
        ? null
        : new Rejection(
            Reason.NOT_ADMITTED,
            "tenant-quota-admitter: the " + rate + " rate of this tenant is used up",
            Duration.ofNanos(wait));
  }

  /** How much further ahead a cost moves the time; 0 without a rate. */
  private long step(double cost) {
    return cost == 0 ? 0 : (long) Math.min(Math.max(1, cost), LONGEST_DEBT_NANOS - burstNanos);
  }

  /** Pays; else how long to wait until there is room, above 0. */
  private long spend(AtomicLong paidUntil, long step, long now) {
    if (step == 0) {
      return 0;
    }
    while (true) {
      long known = paidUntil.get();
      long from = known - now > 0 ? known : now;
      long ahead = from - now;
      if (ahead > burstNanos) {
        return ahead - burstNanos;
      }
      if (paidUntil.compareAndSet(known, from + step)) {
        return 0;
      }
    }
  }
}
