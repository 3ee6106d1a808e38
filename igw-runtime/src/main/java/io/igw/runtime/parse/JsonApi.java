package io.igw.runtime.parse;

/**
 * An API whose requests are JSON objects: what {@link JsonRequest} reads of one, and the words for
 * what is wrong with it. Immutable.
 */
interface JsonApi {
  /** What the fields of a request mean. */
  Field fields();

  /** The error for a body that is no JSON object. */
  String malformed(String cause);

  /**
   * The error for a value of the wrong kind.
   *
   * @param cause path of the field and what was expected
   */
  String invalid(String cause);

  /**
   * The error for the required value.
   *
   * @param present whether it is there, but empty
   */
  String missing(boolean present);

  /** Whether a body without a model is refused. */
  default boolean needsModel() {
    return true;
  }

  /** Whether a model answers, be it one that the body need not name. */
  default boolean usesModel() {
    return needsModel();
  }

  /** Whether this is an API of whose bodies only the model is read, and nothing is an error. */
  default boolean lenient() {
    return false;
  }

  /** The API of a body with this main field, where the path does not tell it. */
  default JsonApi ofField(String name) {
    return this;
  }
}
