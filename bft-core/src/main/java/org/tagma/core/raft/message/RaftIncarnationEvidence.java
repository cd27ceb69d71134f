package org.tagma.core.raft.message;

import java.util.List;
import java.util.Optional;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/**
 * The term, and the last index acknowledged to the term's leader: both are in the log before the answer leaves. In a
 * later term the log may be shorter; in the same it is not, since a leader overwrites nothing of what agrees with its
 * own log.
 */
public final class RaftIncarnationEvidence implements IncarnationEvidence {

    /** Evidence that is the same for all replicas. */
    public RaftIncarnationEvidence() {}

    @Override
    public Position positionOf(List<LogRecord> records) {
        long term = 0;
        long lastIndex = 0;
        long snapshot = 0;
        for (LogRecord each : records) {
            if (each instanceof RaftRecord.HardState hardState) {
                term = Math.max(term, hardState.term());
            } else if (each instanceof RaftRecord.Appended appended) {
                lastIndex = appended.entry().index();
            } else if (each instanceof RaftRecord.SuffixRemoved removed) {
                lastIndex = Math.min(lastIndex, removed.from() - 1);
            } else if (each instanceof RaftRecord.Snapshotted snapshotted) {
                snapshot = Math.max(snapshot, snapshotted.snapshot().index());
            }
        }
        return new Position(term, Math.max(lastIndex, snapshot));
    }

    /** Not a candidate's question: in a pre-vote its term is one that it has not come to yet. */
    @Override
    public Optional<Position> positionIn(Message message) {
        if (message instanceof RaftMessage.AppendEntriesReply reply) {
            return Optional.of(new Position(reply.term(), reply.success() ? reply.index() : 0));
        }
        return message instanceof RaftMessage.RequestVoteReply reply
                ? Optional.of(new Position(reply.term(), 0))
                : Optional.empty();
    }

    @Override
    public boolean isBehind(Position disk, Position said) {
        return disk.view() < said.view() || (disk.view() == said.view() && disk.sequence() < said.sequence());
    }
}
