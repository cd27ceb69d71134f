package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.LifeRecord;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.RaftRecord;
import org.tagma.network.wire.EnteredRecord;
import org.tagma.network.wire.KeptBatchRecord;
import org.tagma.network.wire.LeftForRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.network.wire.PrePreparedRecord;
import org.tagma.network.wire.ReservationRecord;
import org.tagma.network.wire.VoteRecord;

/** The records of the log. */
final class RecordCodec {

    private static final StrictParser<LogRecordPayload> PARSER = new StrictParser<>(LogRecordPayload.parser());

    /** Limits may have been lowered since a record was written, and the replica must still remember it. */
    private static final PartDecoder PARTS = new PartDecoder(CodecLimits.unlimited());

    private static final RaftPartDecoder RAFT_PARTS = new RaftPartDecoder(CodecLimits.unlimited());

    /** What is nested in a record was verified before it was written; the log store vouches for its own bytes. */
    private static final NestedVerifier VERIFIED_BEFORE = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return true;
        }

        @Override
        public boolean verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return true;
        }
    };

    private RecordCodec() {}

    static ByteString encode(LogRecord logRecord) {
        if (logRecord instanceof RaftRecord raft) {
            return RaftRecordCodec.encode(raft).toByteString();
        }
        if (logRecord instanceof LifeRecord life) {
            return LifeCodec.encode(life).toByteString();
        }
        if (!(logRecord instanceof PbftRecord pbft)) {
            throw new IllegalArgumentException("no encoding for " + logRecord.getClass());
        }
        LogRecordPayload.Builder payload = LogRecordPayload.newBuilder();
        if (pbft instanceof PbftRecord.Reservation reservation) {
            payload.setReservation(
                    ReservationRecord.newBuilder().setView(reservation.view()).setSequence(reservation.sequence()));
        } else if (pbft instanceof PbftRecord.Forgotten forgotten) {
            payload.setForgotten(
                    ReservationRecord.newBuilder().setView(forgotten.view()).setSequence(forgotten.upTo()));
        } else if (pbft instanceof PbftRecord.LeftFor left) {
            payload.setLeftFor(LeftForRecord.newBuilder()
                    .setView(left.view())
                    .setViewChange(PartEncoder.viewChange(left.viewChange())));
        } else if (pbft instanceof PbftRecord.Entered entered) {
            payload.setEntered(EnteredRecord.newBuilder()
                    .setView(entered.view())
                    .setNewView(EnvelopeCodec.encode(entered.newView())));
        } else if (pbft instanceof PbftRecord.Stable stable) {
            payload.setStable(PartEncoder.certificate(stable.certificate()));
        } else {
            encodeSlot(pbft, payload);
        }
        return payload.build().toByteString();
    }

    /** The records that belong to one sequence number. */
    private static void encodeSlot(PbftRecord slot, LogRecordPayload.Builder payload) {
        if (slot instanceof PbftRecord.PrePrepared prePrepared) {
            payload.setPrePrepared(PrePreparedRecord.newBuilder()
                    .setView(prePrepared.view())
                    .setSequence(prePrepared.sequence())
                    .setBatch(PartEncoder.batch(prePrepared.batch())));
        } else if (slot instanceof PbftRecord.Reproposed reproposed) {
            payload.setReproposed(vote(reproposed.view(), reproposed.sequence(), reproposed.digest()));
        } else if (slot instanceof PbftRecord.Prepared prepared) {
            payload.setPrepared(vote(prepared.view(), prepared.sequence(), prepared.digest()));
        } else if (slot instanceof PbftRecord.KeptBatch kept) {
            payload.setKeptBatch(KeptBatchRecord.newBuilder()
                    .setSequence(kept.sequence())
                    .setBatch(PartEncoder.batch(kept.batch())));
        } else {
            throw new IllegalArgumentException("no encoding for " + slot.getClass());
        }
    }

    private static VoteRecord vote(long view, long sequence, Digest digest) {
        return VoteRecord.newBuilder()
                .setView(view)
                .setSequence(sequence)
                .setDigest(digest.bytes())
                .build();
    }

    static LogRecord decode(ByteString bytes) throws Rejection {
        LogRecordPayload payload = PARSER.parse(bytes);
        return switch (payload.getRecordCase()) {
            case RESERVATION -> reservation(payload.getReservation());
            case FORGOTTEN -> forgotten(payload.getForgotten());
            case PRE_PREPARED -> prePrepared(payload.getPrePrepared());
            case REPROPOSED -> reproposed(payload.getReproposed());
            case PREPARED -> prepared(payload.getPrepared());
            case KEPT_BATCH -> keptBatch(payload.getKeptBatch());
            case LEFT_FOR -> leftFor(payload.getLeftFor());
            case ENTERED -> entered(payload.getEntered());
            case STABLE -> new PbftRecord.Stable(PARTS.certificate(payload.getStable(), VERIFIED_BEFORE));
            case OWN_LIFE -> LifeCodec.ownLife(payload.getOwnLife());
            case KNOWN_LIVES -> LifeCodec.knownLives(payload.getKnownLives());
            case HARD_STATE -> RaftRecordCodec.hardState(payload.getHardState());
            case MEMORY_REGAINED -> RaftRecordCodec.memoryRegained(payload.getMemoryRegained());
            case APPENDED -> new RaftRecord.Appended(RAFT_PARTS.entry(payload.getAppended(), VERIFIED_BEFORE));
            case SUFFIX_REMOVED -> RaftRecordCodec.suffixRemoved(payload.getSuffixRemoved());
            case SNAPSHOTTED -> new RaftRecord.Snapshotted(RAFT_PARTS.snapshot(payload.getSnapshotted()));
            case RECORD_NOT_SET -> throw new Rejection(RejectReason.UNKNOWN_TYPE, "a record of no known kind");
        };
    }

    private static LogRecord reservation(ReservationRecord reservation) throws Rejection {
        return new PbftRecord.Reservation(view(reservation.getView()), sequence(reservation.getSequence()));
    }

    private static LogRecord forgotten(ReservationRecord forgotten) throws Rejection {
        return new PbftRecord.Forgotten(view(forgotten.getView()), sequence(forgotten.getSequence()));
    }

    private static LogRecord prePrepared(PrePreparedRecord prePrepared) throws Rejection {
        Checks.present("batch", prePrepared.hasBatch());
        return new PbftRecord.PrePrepared(
                view(prePrepared.getView()),
                sequence(prePrepared.getSequence()),
                PARTS.batch(prePrepared.getBatch(), VERIFIED_BEFORE));
    }

    private static LogRecord reproposed(VoteRecord vote) throws Rejection {
        return new PbftRecord.Reproposed(
                view(vote.getView()), sequence(vote.getSequence()), Checks.digest(vote.getDigest()));
    }

    private static LogRecord prepared(VoteRecord vote) throws Rejection {
        return new PbftRecord.Prepared(
                view(vote.getView()), sequence(vote.getSequence()), Checks.digest(vote.getDigest()));
    }

    private static LogRecord keptBatch(KeptBatchRecord kept) throws Rejection {
        Checks.present("batch", kept.hasBatch());
        return new PbftRecord.KeptBatch(sequence(kept.getSequence()), PARTS.batch(kept.getBatch(), VERIFIED_BEFORE));
    }

    private static LogRecord leftFor(LeftForRecord left) throws Rejection {
        Checks.present("view change", left.hasViewChange());
        return new PbftRecord.LeftFor(view(left.getView()), PARTS.viewChange(left.getViewChange(), VERIFIED_BEFORE));
    }

    private static LogRecord entered(EnteredRecord entered) throws Rejection {
        Checks.present("new view", entered.hasNewView());
        return new PbftRecord.Entered(
                view(entered.getView()), PARTS.signedNewView(entered.getNewView(), VERIFIED_BEFORE));
    }

    private static long view(long value) throws Rejection {
        return Checks.counter("view", value);
    }

    private static long sequence(long value) throws Rejection {
        return Checks.counter("sequence", value);
    }
}
