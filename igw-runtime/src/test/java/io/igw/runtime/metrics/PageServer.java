package io.igw.runtime.metrics;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;

/**
 * A server that answers each request as told, byte by byte if need be: what a well-behaved HTTP
 * server would not do is as easy as what it would.
 */
class PageServer implements AutoCloseable {
  /** Answers one request; the connection is closed if this throws or closes it. */
  interface Answer {
    void write(OutputStream out, Socket socket) throws IOException;
  }

  private final ServerSocket listener;
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final CountDownLatch closed = new CountDownLatch(1);
  final AtomicInteger connections = new AtomicInteger();
  final List<String> requests = new CopyOnWriteArrayList<>();
  volatile Answer answer;

  PageServer(Answer answer) {
    this(answer, null);
  }

  PageServer(Answer answer, SSLContext tls) {
    this.answer = answer;
    try {
      InetAddress loopback = InetAddress.getByName("127.0.0.1");
      listener =
          tls == null
              ? new ServerSocket(0, 50, loopback)
              : tls.getServerSocketFactory().createServerSocket(0, 50, loopback);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    prepare(listener);
    daemon(this::accept);
  }

  /** For servers with further wishes. */
  void prepare(ServerSocket listener) {}

  int port() {
    return listener.getLocalPort();
  }

  int openConnections() {
    return open.size();
  }

  /** Blocks an answer until the server is closed. */
  void hang() {
    try {
      closed.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void daemon(Runnable work) {
    Thread thread = new Thread(work, "page-server");
    thread.setDaemon(true);
    thread.start();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        connections.incrementAndGet();
        daemon(() -> serve(socket));
      } catch (IOException e) {
        // Closed, or a client that went away.
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      InputStream in = socket.getInputStream();
      StringBuilder request = new StringBuilder();
      for (int b = in.read(); b >= 0; b = in.read()) {
        request.append((char) b);
        if (request.length() >= 4 && request.substring(request.length() - 4).equals("\r\n\r\n")) {
          requests.add(request.toString());
          request.setLength(0);
          answer.write(socket.getOutputStream(), socket);
        }
      }
    } catch (IOException e) {
      // The client went away, or the answer wanted this.
    } finally {
      open.remove(socket);
    }
  }

  /** A response with a length. */
  static Answer page(String body) {
    return page(200, body);
  }

  static Answer page(int status, String body) {
    byte[] bytes = body.getBytes(UTF_8);
    byte[] head =
        ("HTTP/1.1 " + status + " x\r\ncontent-type: text/plain\r\ncontent-length: " + bytes.length)
            .concat("\r\n\r\n")
            .getBytes(UTF_8);
    return (out, socket) -> {
      out.write(head);
      out.write(bytes);
      out.flush();
    };
  }

  /** A response in chunks of the given size. */
  static Answer chunked(String body, int size) {
    byte[] bytes = body.getBytes(UTF_8);
    return (out, socket) -> {
      out.write("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n".getBytes(UTF_8));
      for (int p = 0; p < bytes.length; p += size) {
        int length = Math.min(size, bytes.length - p);
        out.write((Integer.toHexString(length) + "\r\n").getBytes(UTF_8));
        out.write(bytes, p, length);
        out.write("\r\n".getBytes(UTF_8));
        out.flush();
      }
      out.write("0\r\n\r\n".getBytes(UTF_8));
      out.flush();
    };
  }

  /** These bytes, then the end of the connection. */
  static Answer bytesThenClose(String text) {
    return (out, socket) -> {
      out.write(text.getBytes(UTF_8));
      out.flush();
      socket.close();
    };
  }

  /** A TCP reset. */
  static Answer reset() {
    return (out, socket) -> {
      socket.setSoLinger(true, 0);
      socket.close();
    };
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      listener.close();
      for (Socket socket : open) {
        socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
