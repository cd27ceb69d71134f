package org.tagma.core.state;

import com.google.protobuf.ByteString;

/** A key with its value. Immutable. */
public record StateEntry(ByteString key, ByteString value) {}
