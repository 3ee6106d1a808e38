package io.igw.extproc.stream;

import com.google.protobuf.ByteString;

/**
 * A piece of a body, as the data plane sends it and as it goes back streamed. Nearly all messages
 * of a stream are of this kind, so they are read and written without protobuf objects.
 *
 * @param ofResponse whether it belongs to the response's body, not the request's
 * @param body may be empty; shares the array of the message that it came in
 * @param endOfStream whether the body ends with it
 */
public record BodyPiece(boolean ofResponse, ByteString body, boolean endOfStream) {}
