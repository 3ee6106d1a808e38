package io.igw.simulator.demo;

import io.igw.simulator.OpenAiReader;
import io.igw.spi.RequestParser;
import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.codec.http.HttpClientCodec;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/**
 * Sends a workload to a gateway at its arrival times, whether or not earlier answers are there, and
 * measures.
 *
 * <p><b>Threading.</b> All state belongs to one event loop; {@link #progress} and {@link #await}
 * may be called by any other thread.
 */
final class Play {
  private final EventLoopGroup loop;
  private final int port;
  private final Supplier<Workload.Turn> turns;
  private final int requests;
  private final RequestParser parser = OpenAiReader.parser();
  private final CountDownLatch over = new CountDownLatch(1);
  private final Set<Call> open = new HashSet<>();
  private long startNanos;
  private long lastNanos;
  private boolean stopped;
  private int sent;
  private int answered;
  private int errors;
  private long promptTokens;
  private long cachedTokens;
  private long generatedTokens;
  private long[] firstTokens = new long[256];

  Play(EventLoopGroup loop, int port, Supplier<Workload.Turn> turns, int requests) {
    this.loop = loop;
    this.port = port;
    this.turns = turns;
    this.requests = requests;
  }

  void start() {
    loop.execute(() -> {
      startNanos = System.nanoTime();
      lastNanos = startNanos;
      schedule();
    });
  }

  private void schedule() {
    if (stopped || sent >= requests) {
      overIfDone();
      return;
    }
    Workload.Turn turn = turns.get();
    long wait = startNanos + turn.atNanos() - System.nanoTime();
    loop.schedule(
        () -> {
          if (!stopped) {
            send(turn);
          }
          schedule();
        },
        Math.max(0, wait),
        TimeUnit.NANOSECONDS);
  }

  private void send(Workload.Turn turn) {
    int number = sent++;
    Call call = new Call(this, turn, number, startNanos + turn.atNanos());
    open.add(call);
    ChannelFuture connecting =
        new Bootstrap()
            .group(loop)
            .channel(NioSocketChannel.class)
            .handler(
                new ChannelInitializer<Channel>() {
                  @Override
                  protected void initChannel(Channel channel) {
                    channel.pipeline().addLast(new HttpClientCodec(), call);
                  }
                })
            .connect("127.0.0.1", port);
    connecting.addListener(done -> {
      if (!done.isSuccess()) {
        ended(call, false);
      }
    });
  }

  RequestParser parser() {
    return parser;
  }

  void firstToken(long nanos) {
    if (answered == firstTokens.length) {
      firstTokens = Arrays.copyOf(firstTokens, 2 * answered);
    }
    firstTokens[answered++] = nanos;
  }

  void usage(long prompt, long cached, long generated) {
    promptTokens += Math.max(0, prompt);
    cachedTokens += Math.max(0, cached);
    generatedTokens += Math.max(0, generated);
  }

  /** Each call ends once; a second report is ignored. */
  void ended(Call call, boolean complete) {
    if (!open.remove(call)) {
      return;
    }
    lastNanos = System.nanoTime();
    if (!complete) {
      errors++;
    }
    overIfDone();
  }

  private void overIfDone() {
    if (sent >= requests && open.isEmpty()) {
      over.countDown();
    }
  }

  /** Waits for the last answer; false if it takes longer. */
  boolean await(long millis) throws InterruptedException {
    return over.await(millis, TimeUnit.MILLISECONDS);
  }

  /** What is measured so far. */
  PlayResult progress() {
    return loop.submit(this::result).syncUninterruptibly().getNow();
  }

  private PlayResult result() {
    long end = over.getCount() == 0 ? lastNanos : System.nanoTime();
    return new PlayResult(
        sent,
        errors,
        promptTokens,
        cachedTokens,
        generatedTokens,
        (end - startNanos) / 1e9,
        PlayResult.sorted(firstTokens, answered));
  }

  /** Sends nothing more and ends what is open. */
  void stop() {
    loop.submit(
            () -> {
              stopped = true;
              Set.copyOf(open).forEach(Call::cancel);
              over.countDown();
            })
        .syncUninterruptibly();
  }

  /** Ends what is still open; it counts as failed. */
  void cancel() {
    loop.submit(() -> Set.copyOf(open).forEach(Call::cancel)).syncUninterruptibly();
  }
}
