package io.igw.scheduler.session;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * Endpoint ids as clients carry them: standard base64, and with a key {@code .} and the first 16
 * bytes of an HMAC-SHA256 in base64 behind it, so that a client cannot choose an endpoint. Any
 * thread.
 */
final class EndpointTokens {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int MAC_BYTES = 16;
  private static final int MAX_TOKEN = 1024;

  private final byte @Nullable [] key;

  /** Tokens signed with a key; null: not signed, as in the reference. */
  EndpointTokens(byte @Nullable [] key) {
    this.key = key == null ? null : key.clone();
  }

  String encode(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    String plain = Base64.getEncoder().encodeToString(bytes);
    return key == null ? plain : plain + "." + Base64.getEncoder().encodeToString(mac(key, bytes));
  }

  /** The id, null if it is none or not signed with the key. */
  @Nullable String decode(String token) {
    if (token.length() > MAX_TOKEN) {
      return null;
    }
    int dot = token.indexOf('.');
    if ((dot >= 0) != (key != null)) {
      return null;
    }
    try {
      byte[] id = Base64.getDecoder().decode(dot < 0 ? token : token.substring(0, dot));
      if (key != null) {
        byte[] signature = Base64.getDecoder().decode(token.substring(dot + 1));
        if (!MessageDigest.isEqual(signature, mac(key, id))) {
          return null;
        }
      }
      return new String(id, StandardCharsets.UTF_8);
    } catch (IllegalArgumentException e) {
      return null;
    }
  }

  private static byte[] mac(byte[] key, byte[] message) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(key, ALGORITHM));
      return Arrays.copyOf(mac.doFinal(message), MAC_BYTES);
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(ALGORITHM + " is part of every Java runtime", e);
    }
  }
}
