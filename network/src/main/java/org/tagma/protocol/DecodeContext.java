package org.tagma.protocol;

/**
 * What a decoder must know beside the bytes. Immutable.
 *
 * @param limits how much the message may hold
 * @param verifier asked about everything nested that must convince by itself
 */
public record DecodeContext(CodecLimits limits, NestedVerifier verifier) {}
