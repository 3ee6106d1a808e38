package io.igw.extproc.server;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.igw.extproc.picker.PickerHandler;
import io.igw.extproc.testing.ScriptedExchange;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The HTTP/2 windows that a server announces, frame by frame (RFC 9113). */
@Timeout(240)
class ConnectionsTest {
  private static final int HEADERS = 1;
  private static final int SETTINGS = 4;
  private static final int WINDOW_UPDATE = 8;
  private static final int END_HEADERS = 4;
  private static final int INITIAL_WINDOW_SIZE = 4;
  private static final int FIRST_WINDOW = 65_535;

  @Test
  void aConnectionMaySendMoreThanOneStream() throws Exception {
    try (EventLoops loops = new EventLoops(1);
        ExtProcServer server =
            ExtProcServer.builder(
                    new PickerHandler(loop -> new ScriptedExchange(), false, false), loops)
                .limits(new Limits(10, 64 << 10, 48 << 10, 1 << 20))
                .start(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
      DataOutputStream output = new DataOutputStream(socket.getOutputStream());
      output.writeBytes("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n");
      frame(output, SETTINGS, 0, 0, new byte[0]);
      frame(output, HEADERS, END_HEADERS, 1, requestHeaders());
      output.flush();

      DataInputStream input = new DataInputStream(socket.getInputStream());
      int stream = FIRST_WINDOW;
      int connection = FIRST_WINDOW;
      while (connection < 1 << 20 || stream == FIRST_WINDOW) {
        int length = input.readUnsignedByte() << 16 | input.readUnsignedShort();
        int type = input.readUnsignedByte();
        input.readUnsignedByte();
        int id = input.readInt();
        byte[] payload = input.readNBytes(length);
        DataInputStream fields = new DataInputStream(new ByteArrayInputStream(payload));
        if (type == WINDOW_UPDATE && id == 0) {
          connection += fields.readInt();
        }
        for (int i = 0; type == SETTINGS && i < length; i += 6) {
          boolean window = fields.readUnsignedShort() == INITIAL_WINDOW_SIZE;
          int value = fields.readInt();
          stream = window ? value : stream;
        }
      }
      assertThat(stream).isEqualTo(48 << 10);
      assertThat(connection).isEqualTo(1 << 20);
    }
  }

  private static void frame(DataOutputStream output, int type, int flags, int id, byte[] payload)
      throws IOException {
    output.writeByte(0);
    output.writeShort(payload.length);
    output.writeByte(type);
    output.writeByte(flags);
    output.writeInt(id);
    output.write(payload);
  }

  /** Without Huffman codes, names from HPACK's static table where it has them. */
  private static byte[] requestHeaders() throws IOException {
    ByteArrayOutputStream block = new ByteArrayOutputStream();
    block.write(0x83); // :method: POST
    block.write(0x86); // :scheme: http
    block.write(0x04); // :path
    text(block, "/envoy.service.ext_proc.v3.ExternalProcessor/Process");
    block.write(0x01); // :authority
    text(block, "localhost");
    block.write(0);
    text(block, "content-type");
    text(block, "application/grpc");
    block.write(0);
    text(block, "te");
    text(block, "trailers");
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) throws IOException {
    block.write(text.length());
    block.write(text.getBytes(US_ASCII));
  }
}
