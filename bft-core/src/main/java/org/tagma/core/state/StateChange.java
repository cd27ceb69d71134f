package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Optional;

/**
 * A key that two states have different values for. Immutable.
 *
 * @param before empty if the first has none
 * @param after empty if the second has none
 */
public record StateChange(ByteString key, Optional<ByteString> before, Optional<ByteString> after) {}
