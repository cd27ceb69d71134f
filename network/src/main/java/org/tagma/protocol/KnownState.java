package org.tagma.protocol;

import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.protocol.LogRecord;

/**
 * The newest state that a log vouches for. Immutable.
 *
 * @param logRecord the record that does: a log of it alone is one that begins with that state
 * @param sequence of the state
 * @param stateDigest of the state
 * @param certificate what proves it to others; empty where a replica's own word is enough
 */
public record KnownState(LogRecord logRecord, long sequence, Digest stateDigest, Optional<Certificate> certificate) {}
