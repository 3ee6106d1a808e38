package io.igw.extproc.testing;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Where a model server would be: keeps what reached it and answers a request with the digest of its
 * body, its own address in {@code x-served-by} and three cookies. It ends each connection, so that
 * no gateway takes up one that is about to end.
 */
public final class Upstream implements AutoCloseable {
  /** {@code a}, {@code b} and {@code c}: three headers, not one. */
  public static final List<String> COOKIES = List.of("a=1; Path=/", "b=2, two", "c=3");

  private static final int THREADS = 16;

  private final ConcurrentLinkedQueue<Seen> seen = new ConcurrentLinkedQueue<>();
  private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
  private final HttpServer server;
  private final String hostPort;

  /**
   * A request as it arrived.
   *
   * @param target path and query
   * @param headers by lower-case name, each value apart
   * @param bytes length of the body
   */
  public record Seen(String target, Map<String, List<String>> headers, long bytes) {}

  /** Listens on a free port. */
  public Upstream() throws IOException {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    server = HttpServer.create(new InetSocketAddress(loopback, 0), 1024);
    hostPort = loopback.getHostAddress() + ":" + server.getAddress().getPort();
    server.setExecutor(threads);
    server.createContext("/", this::answer);
    server.createContext("/metrics", exchange -> end(exchange, new byte[0]));
    server.start();
  }

  private void answer(HttpExchange exchange) throws IOException {
    MessageDigest digest = sha256();
    long bytes = 0;
    try (InputStream body = exchange.getRequestBody()) {
      byte[] buffer = new byte[64 * 1024];
      for (int read = body.read(buffer); read >= 0; read = body.read(buffer)) {
        digest.update(buffer, 0, read);
        bytes += read;
      }
    }
    Map<String, List<String>> headers = new TreeMap<>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
    seen.add(new Seen(exchange.getRequestURI().toString(), headers, bytes));
    Headers sent = exchange.getResponseHeaders();
    COOKIES.forEach(cookie -> sent.add("set-cookie", cookie));
    sent.set("x-served-by", hostPort);
    end(exchange, HexFormat.of().formatHex(digest.digest()).getBytes(StandardCharsets.US_ASCII));
  }

  private static void end(HttpExchange exchange, byte[] body) throws IOException {
    exchange.getResponseHeaders().set("connection", "close");
    exchange.sendResponseHeaders(200, body.length == 0 ? -1 : body.length);
    exchange.getResponseBody().write(body);
    exchange.close();
  }

  /** The digest that a body is answered with. */
  public static String digest(byte[] body) {
    return HexFormat.of().formatHex(sha256().digest(body));
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Its address. */
  public String hostPort() {
    return hostPort;
  }

  /** What came for a path and query. */
  public List<Seen> seen(String target) {
    return seen.stream().filter(request -> request.target().equals(target)).toList();
  }

  @Override
  public void close() {
    server.stop(0);
    threads.shutdownNow();
  }
}
