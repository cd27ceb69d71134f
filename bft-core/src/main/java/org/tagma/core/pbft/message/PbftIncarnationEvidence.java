package org.tagma.core.pbft.message;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/** The view and the stable checkpoint: both are in the log before a STATUS tells of them, and neither goes back. */
public final class PbftIncarnationEvidence implements IncarnationEvidence {

    /** Evidence that is the same for all replicas. */
    public PbftIncarnationEvidence() {}

    @Override
    public Position positionOf(List<LogRecord> records) {
        long view = 0;
        long stable = 0;
        for (LogRecord each : records) {
            if (each instanceof PbftRecord.Stable checkpoint) {
                stable = Math.max(stable, checkpoint.certificate().sequence());
            } else if (each instanceof PbftRecord.LeftFor left) {
                view = Math.max(view, left.view());
            } else if (each instanceof PbftRecord.Entered entered) {
                view = Math.max(view, entered.view());
            } else if (each instanceof PbftRecord.Forgotten forgotten) {
                view = Math.max(view, forgotten.view());
            } else if (each instanceof PbftRecord.Reservation reservation) {
                view = Math.max(view, reservation.view());
            }
        }
        return new Position(view, stable);
    }

    @Override
    public Optional<Position> positionIn(Message message) {
        return message instanceof PbftMessage.Status status
                ? Optional.of(new Position(status.view(), status.stable()))
                : Optional.empty();
    }

    @Override
    public boolean isBehind(Position disk, Position said) {
        return disk.view() < said.view() || disk.sequence() < said.sequence();
    }
}
