package io.igw.extproc.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Struct;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.core.v3.Metadata;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpBody;
import io.envoyproxy.envoy.service.ext_proc.v3.HttpHeaders;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingRequest;
import io.envoyproxy.envoy.service.ext_proc.v3.ProcessingResponse;
import io.igw.extproc.stream.Answers;
import io.igw.extproc.stream.BodyPiece;
import io.igw.extproc.stream.KeptReply;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is written and read by hand is what protobuf writes and reads. */
class BodyCodecTest {
  private static final int[] SIZES = {
    0, 1, 100, 110, 115, 120, 127, 128, 4000, 4062, 4064, 4066, 4096, 16_383, 16_384, 62_000,
    2_097_151, 2_097_152
  };

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void writesWhatProtobufWrites(boolean ofResponse) throws IOException {
    for (int size : SIZES) {
      for (boolean end : new boolean[] {true, false}) {
        BodyPiece piece = new BodyPiece(ofResponse, bytes(size), end);
        ProcessingResponse expected = Answers.piece(piece);
        ByteArrayOutputStream out = new ByteArrayOutputStream();

        int drained = ProcessMethod.Reply.of(piece).drainTo(out);

        assertThat(out.toByteArray()).as("%d %s", size, end).isEqualTo(expected.toByteArray());
        assertThat(drained).isEqualTo(expected.getSerializedSize());
        assertThat(ProcessMethod.Reply.of(piece).readAllBytes()).isEqualTo(out.toByteArray());
        assertThat(ProcessMethod.Reply.of(piece).available()).isEqualTo(out.size());
      }
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 4_000, 4_096, 70_000})
  void aKeptReplyIsWrittenAsProtobufWritesIt(int size) throws IOException {
    ProcessingResponse message = Answers.piece(new BodyPiece(true, bytes(size), true));
    KeptReply kept = new KeptReply(message, message.toByteString());
    ByteArrayOutputStream out = new ByteArrayOutputStream();

    int drained = ProcessMethod.Reply.of(kept).drainTo(out);

    assertThat(out.toByteArray()).isEqualTo(message.toByteArray());
    assertThat(drained).isEqualTo(out.size());
    assertThat(ProcessMethod.Reply.of(kept).available()).isEqualTo(out.size());
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void readsWhatProtobufReads(boolean ofResponse) throws IOException {
    for (int size : SIZES) {
      for (boolean end : new boolean[] {true, false}) {
        BodyPiece piece = new BodyPiece(ofResponse, bytes(size), end);

        assertThat(BodyCodec.read(message(piece).toByteArray())).as("%d", size).isEqualTo(piece);
      }
    }
  }

  @Test
  void leavesEverythingElseToTheParser() throws IOException {
    ProcessingRequest piece = message(new BodyPiece(true, bytes(10), false));
    ProcessingRequest headers =
        ProcessingRequest.newBuilder().setRequestHeaders(HttpHeaders.getDefaultInstance()).build();
    ProcessingRequest withMetadata =
        piece.toBuilder()
            .setMetadataContext(
                Metadata.newBuilder().putFilterMetadata("a", Struct.getDefaultInstance()))
            .build();
    UnknownFieldSet newer =
        UnknownFieldSet.newBuilder()
            .addField(3, UnknownFieldSet.Field.newBuilder().addVarint(1).build())
            .build();
    ProcessingRequest withMore =
        ProcessingRequest.newBuilder()
            .setResponseBody(HttpBody.newBuilder().setUnknownFields(newer))
            .build();

    assertThat(BodyCodec.read(new byte[0])).isNull();
    assertThat(BodyCodec.read(headers.toByteArray())).isNull();
    assertThat(BodyCodec.read(withMetadata.toByteArray())).isNull();
    assertThat(BodyCodec.read(withMore.toByteArray())).isNull();
    // The last of a repeated message counts, merged: too rare to be read here.
    assertThat(BodyCodec.read(twice(piece.toByteArray()))).isNull();
  }

  @Test
  void neverReadsWhatTheParserWouldNot() {
    SplittableRandom random = new SplittableRandom(7);
    byte[] good = message(new BodyPiece(false, bytes(30), true)).toByteArray();
    for (int i = 0; i < 200_000; i++) {
      byte[] bytes = Arrays.copyOf(good, random.nextInt(good.length + 3));
      for (int changes = random.nextInt(4); changes > 0 && bytes.length > 0; changes--) {
        bytes[random.nextInt(Math.min(8, bytes.length))] = (byte) random.nextInt(256);
      }
      check(bytes);
    }
  }

  private static void check(byte[] bytes) {
    BodyPiece piece;
    try {
      piece = BodyCodec.read(bytes);
    } catch (IOException e) {
      assertThatThrownBy(() -> ProcessingRequest.parseFrom(bytes))
          .as(Arrays.toString(bytes))
          .isInstanceOf(InvalidProtocolBufferException.class);
      return;
    }
    if (piece != null) {
      try {
        ProcessingRequest parsed = ProcessingRequest.parseFrom(bytes);
        assertThat(parsed).as(Arrays.toString(bytes)).isEqualTo(message(piece));
      } catch (IOException e) {
        throw new AssertionError("read what is no message: " + Arrays.toString(bytes), e);
      }
    }
  }

  private static byte[] twice(byte[] bytes) {
    byte[] both = Arrays.copyOf(bytes, 2 * bytes.length);
    System.arraycopy(bytes, 0, both, bytes.length, bytes.length);
    return both;
  }

  private static ProcessingRequest message(BodyPiece piece) {
    HttpBody body =
        HttpBody.newBuilder().setBody(piece.body()).setEndOfStream(piece.endOfStream()).build();
    ProcessingRequest.Builder message = ProcessingRequest.newBuilder();
    return (piece.ofResponse() ? message.setResponseBody(body) : message.setRequestBody(body))
        .build();
  }

  private static ByteString bytes(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom(size).nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
