package io.igw.runtime.parse;

import io.igw.api.Prompt;
import io.igw.api.Prompt.Modality;
import io.igw.api.PromptBuilder;
import io.igw.api.RequestHeaders;
import io.igw.scheduler.plugins.MediaTokens;
import io.igw.spi.RequestParser;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One request whose body is a JSON object: hashes its prompt and notes its routing fields while
 * bytes arrive. Of equal keys the last counts.
 *
 * <p>Token counts that stand in for media are bounded per request: a block of a few bytes must not
 * cost thousands of tokens without end.
 */
final class JsonRequest
    implements RequestParser.RequestBody, RequestParser.Parsed, FieldWalker.Visitor {
  private static final int MAX_MEDIA_TOKENS = 131_072;
  private static final int LIMITS = 3;
  private static final int NULL_BYTES = 4;
  private static final byte[] BILLING =
      "x-anthropic-billing-header".getBytes(StandardCharsets.US_ASCII);

  private final FieldWalker walker;
  private final JsonScanner scanner;
  private final PromptBuilder prompt = new PromptBuilder();
  private final PromptBuilder context = new PromptBuilder();
  private final PromptBuilder media = new PromptBuilder();
  private final ShortText text = new ShortText();
  private final int[] limits = new int[LIMITS];
  private final JsonApi asked;
  private JsonApi api;

  /** Elements of the main list, or pieces of the main text; 0 means it is missing. */
  private int found;

  /** The main field is there, empty or not. */
  private boolean present;

  /** STRING, NUMBER or ARRAY, the kind of the elements of a prompt; 0 before the first. */
  private int elementKind;

  private final MediaTokens estimate;
  private final RequestHeaders headers;
  private @Nullable ImageSize imageSize;

  /** Tokens of each video, 0 before the first. */
  private int videoTokens;

  private int mediaTokens;
  private @Nullable MediaFeatures features;

  /** Bytes of {@link #BILLING} that the system text began with, -1 once it is another text. */
  private int billing;

  private @Nullable String model;
  private boolean modelIsText;
  private long modelStart = -1;
  private long modelEnd = -1;
  private @Nullable String salt;
  private boolean stream;
  private @Nullable String error;

  JsonRequest(JsonApi api, MediaTokens estimate, RequestHeaders headers) {
    this.api = api;
    this.estimate = estimate;
    this.headers = headers;
    this.asked = api;
    this.walker = new FieldWalker(api.fields(), this);
    this.scanner = new JsonScanner(walker);
    Arrays.fill(limits, -1);
  }

  @Override
  public void limitDepth(int levels) {
    scanner.limitDepth(levels);
  }

  @Override
  public void feed(byte[] source, int offset, int length) {
    scanner.feed(source, offset, length);
  }

  @Override
  public @Nullable String errorLimit() {
    return scanner.tooDeep() ? "request_body_depth" : null;
  }

  @Override
  public RequestParser.Parsed finish() {
    String malformed = scanner.error();
    String wrong = walker.error();
    if (api.lenient()) {
      if (malformed != null || wrong != null || model == null) {
        model = null;
        modelStart = -1;
        modelEnd = -1;
      }
      return this;
    }
    if (malformed != null) {
      error = api.malformed(malformed);
    } else if (wrong != null) {
      error = api.invalid(wrong);
    } else if (found == 0) {
      error = api.missing(present);
    } else if (features != null) {
      features.addTo(prompt);
    }
    return this;
  }

  @Override
  public boolean begin(Field field, int kind, long at) {
    switch (field.action) {
      case MODEL -> {
        model = null;
        modelIsText = kind == JsonSink.STRING;
        modelStart = at;
        modelEnd = at + NULL_BYTES; // of others the end will be told
      }
      case STREAM -> stream = kind == JsonSink.TRUE;
      case LIMIT -> limits[field.detail] = -1;
      case SALT -> salt = null;
      case MAIN -> {
        return main(field, kind);
      }
      case ITEM -> {
        found++;
        prompt.border(field.detail);
      }
      case TEXT_OR_TOKEN -> {
        return element(field, kind);
      }
      case TOKEN -> found++;
      case LIMITS -> Arrays.fill(limits, -1);
      case FEATURES -> features = null;
      case MEDIA_HASH -> {
        if (kind == JsonSink.NULL) {
          features().hash(field.detail, MediaFeatures.NONE);
        }
      }
      case PLACEHOLDER -> features().placeholder(field.detail);
      case CONTENT -> {
        if (isContent(field, kind)) {
          prompt.border(field.detail);
        }
      }
      case CONTEXT, SYSTEM_TEXT -> {
        if (isContent(field, kind)) {
          context.border(field.detail);
          billing = 0;
        }
      }
      default -> {}
    }
    return true;
  }

  private static boolean isContent(Field field, int kind) {
    return kind == JsonSink.STRING || field.treatment(kind) == JsonSink.RAW;
  }

  private boolean main(Field field, int kind) {
    JsonApi shape = asked.ofField(field.name);
    if (shape != asked) {
      if (kind == JsonSink.NULL || (api != asked && api != shape)) {
        return false; // nothing, or another field has decided
      }
      api = shape;
    }
    present = kind != JsonSink.NULL;
    prompt.clear();
    elementKind = 0;
    found = field.treatment(kind) == JsonSink.RAW ? 1 : 0;
    return true;
  }

  private boolean element(Field field, int kind) {
    if (elementKind != 0 && elementKind != kind) {
      walker.fail(field, "expected all strings or all token ids");
      return false;
    }
    elementKind = kind;
    if (found > 0 && kind != JsonSink.NUMBER) {
      prompt.border(Borders.NEXT_PROMPT);
    }
    if (kind != JsonSink.ARRAY) {
      found++;
    }
    return true;
  }

  @Override
  public void text(Field field, byte[] source, int offset, int length) {
    switch (field.action) {
      case MODEL -> {
        if (modelIsText) {
          shortText(field, source, offset, length);
        }
      }
      case SALT -> shortText(field, source, offset, length);
      case MAIN -> {
        found++;
        prompt.bytes(source, offset, length);
      }
      case ITEM, TEXT_OR_TOKEN, CONTENT -> prompt.bytes(source, offset, length);
      case CONTEXT -> context.bytes(source, offset, length);
      case SYSTEM_TEXT -> systemText(source, offset, length);
      case MEDIA -> {
        media.bytes(source, offset, length);
        if (field.detail == Borders.IMAGE && estimate.readsImageSize()) {
          imageSize().feed(source, offset, length);
        }
      }
      case MEDIA_HASH -> media.bytes(source, offset, length);
      default -> {}
    }
  }

  private void shortText(Field field, byte[] source, int offset, int length) {
    if (!text.append(source, offset, length)) {
      walker.fail(field, "expected at most " + ShortText.LIMIT + " bytes");
    }
  }

  @Override
  public void number(Field field, long whole) {
    if (field.action == Field.Action.LIMIT) {
      limits[field.detail] = (int) Math.min(Integer.MAX_VALUE, whole);
    } else if (field.action == Field.Action.PLACEHOLDER_LENGTH) {
      features().length(field.detail, whole);
    } else if (whole < 0 || whole > TokenIds.MAX) {
      walker.fail(field, "expected a token id, 0 to " + TokenIds.MAX);
    } else {
      prompt.token((int) whole);
    }
  }

  @Override
  public long numbers(Field field, byte[] source, int from, int end) {
    if (field.action == Field.Action.TEXT_OR_TOKEN && elementKind != JsonSink.NUMBER) {
      return from;
    }
    long read = TokenIds.read(source, from, end, prompt);
    found += (int) (read >>> Integer.SIZE);
    return read;
  }

  @Override
  public void end(Field field, long at) {
    switch (field.action) {
      case MODEL -> {
        model = modelIsText ? text.take() : null;
        modelEnd = at;
      }
      case SALT -> salt = text.take();
      case SYSTEM_TEXT -> endSystemText();
      case MEDIA -> endMedia(field.detail);
      case MEDIA_HASH -> {
        features().hash(field.detail, media.digest());
        media.clear();
      }
      default -> {}
    }
  }

  private MediaFeatures features() {
    if (features == null) {
      features = new MediaFeatures();
    }
    return features;
  }

  /**
   * Leaves out the block that some clients put in front with numbers of their own, and that engines
   * drop (prefix-cache.md 5.1): it is another one in each request.
   */
  private void systemText(byte[] source, int offset, int length) {
    int at = offset;
    int end = offset + length;
    while (billing >= 0 && billing < BILLING.length && at < end) {
      if (source[at] == BILLING[billing]) {
        billing++;
        at++;
      } else {
        context.bytes(BILLING, 0, billing);
        billing = -1;
      }
    }
    if (billing < 0) {
      context.bytes(source, at, end - at);
    }
  }

  /** A text that was only the beginning of such a block is text. */
  private void endSystemText() {
    if (billing > 0 && billing < BILLING.length) {
      context.bytes(BILLING, 0, billing);
      billing = -1;
    }
  }

  private ImageSize imageSize() {
    if (imageSize == null) {
      imageSize = new ImageSize();
    }
    return imageSize;
  }

  private int imageTokens() {
    ImageSize size = imageSize;
    if (size == null) {
      return estimate.image(0, 0);
    }
    int tokens = estimate.image(size.width(), size.height());
    size.clear();
    return tokens;
  }

  private int videoTokens() {
    if (videoTokens == 0) {
      videoTokens = estimate.video(headers);
    }
    return videoTokens;
  }

  private void endMedia(int border) {
    if (media.length() == 0) {
      return;
    }
    long digest = media.digest();
    media.clear();
    prompt.border(border);
    prompt.token((int) (digest >>> Integer.SIZE));
    int tokens = border == Borders.VIDEO ? videoTokens() : imageTokens();
    tokens = Math.min(tokens, MAX_MEDIA_TOKENS - mediaTokens);
    mediaTokens += tokens;
    if (tokens > 0) {
      prompt.media(border == Borders.VIDEO ? Modality.VIDEO : Modality.IMAGE, digest, tokens);
    }
    for (int i = 0; i < tokens; i++) {
      prompt.token((int) digest);
    }
  }

  @Override
  public @Nullable String error() {
    return error;
  }

  @Override
  public @Nullable String model() {
    return model;
  }

  @Override
  public boolean modelRequired() {
    return api.needsModel() || model != null;
  }

  @Override
  public boolean usesModel() {
    return api.usesModel() || model != null;
  }

  @Override
  public long modelStart() {
    return modelStart;
  }

  @Override
  public long modelEnd() {
    return modelEnd;
  }

  @Override
  public boolean stream() {
    return stream;
  }

  @Override
  public int maxOutputTokens() {
    for (int limit : limits) {
      if (limit >= 0) {
        return limit;
      }
    }
    return -1;
  }

  @Override
  public Prompt prompt(String targetModel) {
    return prompt.build(targetModel, salt, context);
  }
}
