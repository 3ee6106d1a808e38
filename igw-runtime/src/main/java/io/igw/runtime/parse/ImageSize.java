package io.igw.runtime.parse;

import java.util.Arrays;

/**
 * Finds width and height at the head of an image while its base64 text arrives, with or without
 * {@code data:…;base64,} before it: PNG, JPEG, GIF and WebP. Of everything else, an address too,
 * the size stays unknown. Not thread-safe.
 *
 * <p><b>Cost.</b> Text behind the size is not looked at; segments of a JPEG are jumped over.
 */
final class ImageSize {
  private static final String BASE64 =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  private static final byte[] SIXES = sixes();
  private static final byte[] SCHEME = {'d', 'a', 't', 'a', ':'};
  private static final int PNG = 0x89504E47;
  private static final int GIF = 0x47494638;
  private static final int RIFF = 0x52494646;
  private static final int VP8_LOSSY = 0x56503820;
  private static final int VP8_LOSSLESS = 0x5650384C;
  private static final int VP8_EXTENDED = 0x56503858;

  /** Longest head that is looked at: a WebP's. */
  private static final int HEAD = 30;

  private static final int MAGIC = 4;
  private static final int SEGMENT = 4;
  private static final int FRAME = 9;

  private enum State {
    /** At the first characters, or in what stands before the data. */
    BEFORE,
    MAGIC,
    PNG,
    GIF,
    WEBP,
    JPEG,
    OVER
  }

  private State state = State.BEFORE;

  /** Characters of {@link #SCHEME} seen; -1 behind them, until the comma. */
  private int scheme;

  /** Six bits of each character of a group of four. */
  private int group;

  private int inGroup;
  private final byte[] head = new byte[HEAD];
  private int filled;
  private int wanted;

  /** Bytes to jump over. */
  private int skip;

  private int width;
  private int height;

  /** Width in pixels, 0 if unknown. */
  int width() {
    return width;
  }

  /** Height in pixels, 0 if unknown. */
  int height() {
    return height;
  }

  /** Another image begins. */
  void clear() {
    state = State.BEFORE;
    scheme = 0;
    width = 0;
    height = 0;
  }

  /** The next characters. */
  void feed(byte[] source, int offset, int length) {
    int at = offset;
    int end = offset + length;
    if (state == State.BEFORE) {
      at = before(source, at, end);
    }
    while (at < end && state != State.OVER && state != State.BEFORE) {
      if (skip >= 3 && inGroup == 0) {
        int groups = Math.min(skip / 3, (end - at) / 4);
        skip -= 3 * groups;
        at += 4 * groups;
        if (at == end) {
          return;
        }
      }
      character(source[at++]);
    }
  }

  private int before(byte[] source, int from, int end) {
    int at = from;
    while (scheme >= 0 && at < end) {
      if (source[at] != SCHEME[scheme]) {
        begin();
        for (int i = 0; i < scheme; i++) {
          character(SCHEME[i]);
        }
        return at;
      }
      at++;
      scheme = scheme + 1 == SCHEME.length ? -1 : scheme + 1;
    }
    while (at < end) {
      if (source[at++] == ',') {
        begin();
        return at;
      }
    }
    return at;
  }

  private void begin() {
    state = State.MAGIC;
    group = 0;
    inGroup = 0;
    filled = 0;
    skip = 0;
    wanted = MAGIC;
  }

  private void character(byte character) {
    int six = character < 0 ? -1 : SIXES[character];
    if (six < 0) {
      state = State.OVER;
      return;
    }
    group = group << 6 | six;
    if (++inGroup == 4) {
      inGroup = 0;
      octet(group >>> 16);
      octet(group >>> 8);
      octet(group);
    }
  }

  private void octet(int octet) {
    if (skip > 0) {
      skip--;
      return;
    }
    if (state == State.OVER) {
      return;
    }
    head[filled++] = (byte) octet;
    if (filled == wanted) {
      full();
    }
  }

  private void full() {
    switch (state) {
      case MAGIC -> magic();
      case PNG -> found(big(16, 4), big(20, 4));
      case GIF -> found(little(6, 2), little(8, 2));
      case WEBP -> webp();
      case JPEG -> segment();
      default -> {}
    }
  }

  private void magic() {
    int magic = big(0, 4);
    if (magic == PNG) {
      next(State.PNG, 24);
    } else if (magic == GIF) {
      next(State.GIF, 10);
    } else if (magic == RIFF) {
      next(State.WEBP, HEAD);
    } else if (magic >>> 8 == 0xFFD8FF) {
      state = State.JPEG;
      drop(2);
    } else {
      state = State.OVER;
    }
  }

  private void next(State format, int bytes) {
    state = format;
    wanted = bytes;
  }

  private void webp() {
    switch (big(12, 4)) {
      case VP8_LOSSY -> found(little(26, 2) & 0x3FFF, little(28, 2) & 0x3FFF);
      case VP8_LOSSLESS -> {
        int bits = little(21, 4);
        found((bits & 0x3FFF) + 1, (bits >>> 14 & 0x3FFF) + 1);
      }
      case VP8_EXTENDED -> found(little(24, 3) + 1, little(27, 3) + 1);
      default -> state = State.OVER;
    }
  }

  /** A marker, with the length of what follows, or with a frame's size. */
  private void segment() {
    int marker = head[1] & 0xFF;
    if (head[0] != (byte) 0xFF) {
      state = State.OVER;
    } else if (filled == FRAME) {
      found(big(7, 2), big(5, 2));
    } else if (marker == 0xFF) {
      drop(1);
    } else if (marker == 0x01 || marker >= 0xD0 && marker <= 0xD7) {
      drop(2);
    } else if (isFrame(marker)) {
      wanted = FRAME;
    } else if (marker == 0xD9 || marker == 0xDA || big(2, 2) < 2) {
      state = State.OVER;
    } else {
      skip = big(2, 2) - 2;
      drop(filled);
    }
  }

  private static boolean isFrame(int marker) {
    return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
  }

  /** Forgets the first bytes; the next segment is looked at when it is there. */
  private void drop(int bytes) {
    System.arraycopy(head, bytes, head, 0, filled - bytes);
    filled -= bytes;
    wanted = SEGMENT;
  }

  private void found(int width, int height) {
    state = State.OVER;
    if (width > 0 && height > 0) {
      this.width = width;
      this.height = height;
    }
  }

  private int big(int at, int bytes) {
    int value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | head[at + i] & 0xFF;
    }
    return value;
  }

  private int little(int at, int bytes) {
    int value = 0;
    for (int i = bytes - 1; i >= 0; i--) {
      value = value << 8 | head[at + i] & 0xFF;
    }
    return value;
  }

  private static byte[] sixes() {
    byte[] sixes = new byte[128];
    Arrays.fill(sixes, (byte) -1);
    for (int i = 0; i < BASE64.length(); i++) {
      sixes[BASE64.charAt(i)] = (byte) i;
    }
    return sixes;
  }
}
