package org.tagma.protocol.raft;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.List;
import java.util.function.Function;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.message.RaftRecord.Appended;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.MemoryRegained;
import org.tagma.core.raft.message.RaftRecord.Snapshotted;
import org.tagma.core.raft.message.RaftRecord.SuffixRemoved;
import org.tagma.network.codec.Checks;
import org.tagma.network.codec.StrictParser;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.HardStateRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.network.wire.MemoryRegainedRecord;
import org.tagma.network.wire.SnapshotPart;
import org.tagma.network.wire.SuffixRemovedRecord;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.Decoder;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RecordKind;

/** Raft's log records. */
final class RaftRecords {

    private static final StrictParser<HardStateRecord> HARD_STATE = new StrictParser<>(HardStateRecord.parser());
    private static final StrictParser<MemoryRegainedRecord> MEMORY_REGAINED =
            new StrictParser<>(MemoryRegainedRecord.parser());
    private static final StrictParser<EntryPart> ENTRY = new StrictParser<>(EntryPart.parser());
    private static final StrictParser<SuffixRemovedRecord> SUFFIX_REMOVED =
            new StrictParser<>(SuffixRemovedRecord.parser());
    private static final StrictParser<SnapshotPart> SNAPSHOT = new StrictParser<>(SnapshotPart.parser());

    static final List<RecordKind<?>> ALL = List.of(
            kind(
                    LogRecordPayload.HARD_STATE_FIELD_NUMBER,
                    HardState.class,
                    RaftRecords::hardState,
                    (bytes, context) -> hardState(bytes)),
            kind(
                    LogRecordPayload.MEMORY_REGAINED_FIELD_NUMBER,
                    MemoryRegained.class,
                    regained -> MemoryRegainedRecord.newBuilder()
                            .setTerm(regained.term())
                            .build(),
                    (bytes, context) -> memoryRegained(bytes)),
            kind(
                    LogRecordPayload.APPENDED_FIELD_NUMBER,
                    Appended.class,
                    appended -> RaftPartEncoder.entry(appended.entry()),
                    (bytes, context) -> new Appended(RaftPartDecoder.entry(ENTRY.parse(bytes), context))),
            kind(
                    LogRecordPayload.SUFFIX_REMOVED_FIELD_NUMBER,
                    SuffixRemoved.class,
                    RaftRecords::suffixRemoved,
                    (bytes, context) -> suffixRemoved(bytes)),
            kind(
                    LogRecordPayload.SNAPSHOTTED_FIELD_NUMBER,
                    Snapshotted.class,
                    snapshotted -> RaftPartEncoder.snapshot(snapshotted.snapshot()),
                    (bytes, context) -> new Snapshotted(RaftPartDecoder.snapshot(SNAPSHOT.parse(bytes), context))));

    private RaftRecords() {}

    private static <R extends LogRecord> RecordKind<R> kind(
            int type, Class<R> of, Function<R, MessageLite> encoder, Decoder<R> decoder) {
        return new RecordKind<>(type, of, logRecord -> encoder.apply(logRecord).toByteString(), decoder);
    }

    private static MessageLite hardState(HardState hardState) {
        return HardStateRecord.newBuilder()
                .setTerm(hardState.term())
                .setVotedFor(hardState.votedFor() + 1)
                .build();
    }

    private static MessageLite suffixRemoved(SuffixRemoved removed) {
        return SuffixRemovedRecord.newBuilder()
                .setFrom(removed.from())
                .setThrough(removed.through())
                .build();
    }

    private static HardState hardState(ByteString bytes) throws InvalidMessageException {
        HardStateRecord hardState = HARD_STATE.parse(bytes);
        return new HardState(
                Checks.counter("term", hardState.getTerm()),
                Checks.atMost("vote", hardState.getVotedFor(), CodecLimits.MAX_NODES) - 1);
    }

    private static MemoryRegained memoryRegained(ByteString bytes) throws InvalidMessageException {
        return new MemoryRegained(
                Checks.counter("term", MEMORY_REGAINED.parse(bytes).getTerm()));
    }

    private static SuffixRemoved suffixRemoved(ByteString bytes) throws InvalidMessageException {
        SuffixRemovedRecord removed = SUFFIX_REMOVED.parse(bytes);
        return new SuffixRemoved(
                Checks.positive("index", removed.getFrom()), Checks.positive("index", removed.getThrough()));
    }
}
