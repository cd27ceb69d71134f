package org.tagma.core.protocol;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.IncarnationMessage.Position;

/**
 * What a protocol's messages and records say of how far a replica is, so that an old disk can be told from the newest.
 */
public interface IncarnationEvidence {

    /** How far a replica is whose log holds these records. */
    Position positionOf(List<LogRecord> records);

    /**
     * How far the sender of a message is, if the message says so. It must not be able to send it before that is on its
     * disk, and its disk must not fall behind it afterwards.
     */
    Optional<Position> positionIn(Message message);

    /** Whether a disk at one position cannot be that of a replica which had said that it is at the other. */
    boolean isBehind(Position disk, Position said);
}
