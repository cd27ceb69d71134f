package org.tagma.core.protocol;

import com.google.protobuf.ByteString;

/**
 * A message whose sender has been verified, with the exact bytes that were authenticated, so that it can be shown to a
 * third replica without being encoded again. Only the verification stage in front of a protocol makes these from the
 * network; everything nested in the message that must itself convince has been verified too.
 *
 * <p>Immutable.
 *
 * @param sender the replica that authenticated it
 * @param message what it says
 * @param payload the bytes that were authenticated
 * @param authenticator signature or vector of MACs over the payload under the cluster's domain prefix
 */
public record Authenticated<M extends Message>(int sender, M message, ByteString payload, ByteString authenticator) {}
