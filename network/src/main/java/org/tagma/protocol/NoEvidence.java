package org.tagma.protocol;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/** Of a protocol whose messages do not tell how far a replica's disk is. */
enum NoEvidence implements IncarnationEvidence {
    INSTANCE;

    @Override
    public Position positionOf(List<LogRecord> records) {
        return Position.START;
    }

    @Override
    public Optional<Position> positionIn(Message message) {
        return Optional.empty();
    }

    @Override
    public boolean isBehind(Position disk, Position said) {
        return false;
    }
}
