package org.tagma.network.codec;

import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.RaftRecord;
import org.tagma.network.wire.HardStateRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.network.wire.MemoryRegainedRecord;
import org.tagma.network.wire.SuffixRemovedRecord;

/** The records of Raft's log. */
final class RaftRecordCodec {

    private RaftRecordCodec() {}

    static LogRecordPayload encode(RaftRecord raft) {
        LogRecordPayload.Builder payload = LogRecordPayload.newBuilder();
        if (raft instanceof RaftRecord.Appended appended) {
            payload.setAppended(RaftPartEncoder.entry(appended.entry()));
        } else if (raft instanceof RaftRecord.HardState hardState) {
            payload.setHardState(
                    HardStateRecord.newBuilder().setTerm(hardState.term()).setVotedFor(hardState.votedFor() + 1));
        } else if (raft instanceof RaftRecord.MemoryRegained regained) {
            payload.setMemoryRegained(MemoryRegainedRecord.newBuilder().setTerm(regained.term()));
        } else if (raft instanceof RaftRecord.SuffixRemoved removed) {
            payload.setSuffixRemoved(
                    SuffixRemovedRecord.newBuilder().setFrom(removed.from()).setThrough(removed.through()));
        } else {
            payload.setSnapshotted(RaftPartEncoder.snapshot(((RaftRecord.Snapshotted) raft).snapshot()));
        }
        return payload.build();
    }

    static LogRecord hardState(HardStateRecord hardState) throws Rejection {
        return new RaftRecord.HardState(
                Checks.counter("term", hardState.getTerm()),
                Checks.atMost("vote", hardState.getVotedFor(), CodecLimits.MAX_NODES) - 1);
    }

    static LogRecord memoryRegained(MemoryRegainedRecord regained) throws Rejection {
        return new RaftRecord.MemoryRegained(Checks.counter("term", regained.getTerm()));
    }

    static LogRecord suffixRemoved(SuffixRemovedRecord removed) throws Rejection {
        return new RaftRecord.SuffixRemoved(
                Checks.positive("index", removed.getFrom()), Checks.positive("index", removed.getThrough()));
    }
}
