package org.tagma.protocol.pbft;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.List;
import java.util.function.Function;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftRecord.Entered;
import org.tagma.core.pbft.message.PbftRecord.Forgotten;
import org.tagma.core.pbft.message.PbftRecord.KeptBatch;
import org.tagma.core.pbft.message.PbftRecord.LeftFor;
import org.tagma.core.pbft.message.PbftRecord.PrePrepared;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reproposed;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.pbft.message.PbftRecord.Stable;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.codec.Checks;
import org.tagma.network.codec.PartDecoder;
import org.tagma.network.codec.PartEncoder;
import org.tagma.network.codec.StrictParser;
import org.tagma.network.wire.CertificatePart;
import org.tagma.network.wire.EnteredRecord;
import org.tagma.network.wire.KeptBatchRecord;
import org.tagma.network.wire.LeftForRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.network.wire.PrePreparedRecord;
import org.tagma.network.wire.ReservationRecord;
import org.tagma.network.wire.VoteRecord;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.Decoder;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RecordKind;

/** PBFT's log records. */
final class PbftRecords {

    private static final StrictParser<ReservationRecord> RESERVATION = new StrictParser<>(ReservationRecord.parser());
    private static final StrictParser<PrePreparedRecord> PRE_PREPARED = new StrictParser<>(PrePreparedRecord.parser());
    private static final StrictParser<VoteRecord> VOTE = new StrictParser<>(VoteRecord.parser());
    private static final StrictParser<KeptBatchRecord> KEPT_BATCH = new StrictParser<>(KeptBatchRecord.parser());
    private static final StrictParser<LeftForRecord> LEFT_FOR = new StrictParser<>(LeftForRecord.parser());
    private static final StrictParser<EnteredRecord> ENTERED = new StrictParser<>(EnteredRecord.parser());
    private static final StrictParser<CertificatePart> STABLE = new StrictParser<>(CertificatePart.parser());

    static final List<RecordKind<?>> ALL = List.of(
            kind(
                    LogRecordPayload.RESERVATION_FIELD_NUMBER,
                    Reservation.class,
                    logRecord -> reservation(logRecord.view(), logRecord.sequence()),
                    PbftRecords::reservation),
            kind(
                    LogRecordPayload.FORGOTTEN_FIELD_NUMBER,
                    Forgotten.class,
                    logRecord -> reservation(logRecord.view(), logRecord.upTo()),
                    PbftRecords::forgotten),
            kind(
                    LogRecordPayload.PRE_PREPARED_FIELD_NUMBER,
                    PrePrepared.class,
                    PbftRecords::prePrepared,
                    PbftRecords::prePrepared),
            kind(
                    LogRecordPayload.REPROPOSED_FIELD_NUMBER,
                    Reproposed.class,
                    logRecord -> vote(logRecord.view(), logRecord.sequence(), logRecord.digest()),
                    PbftRecords::reproposed),
            kind(
                    LogRecordPayload.PREPARED_FIELD_NUMBER,
                    Prepared.class,
                    logRecord -> vote(logRecord.view(), logRecord.sequence(), logRecord.digest()),
                    PbftRecords::prepared),
            kind(
                    LogRecordPayload.KEPT_BATCH_FIELD_NUMBER,
                    KeptBatch.class,
                    PbftRecords::keptBatch,
                    PbftRecords::keptBatch),
            kind(LogRecordPayload.LEFT_FOR_FIELD_NUMBER, LeftFor.class, PbftRecords::leftFor, PbftRecords::leftFor),
            kind(LogRecordPayload.ENTERED_FIELD_NUMBER, Entered.class, PbftRecords::entered, PbftRecords::entered),
            kind(
                    LogRecordPayload.STABLE_FIELD_NUMBER,
                    Stable.class,
                    logRecord -> PbftEncoder.certificate(logRecord.certificate()),
                    (bytes, context) -> new Stable(PbftDecoder.certificate(STABLE.parse(bytes), context))));

    private PbftRecords() {}

    private static <R extends LogRecord> RecordKind<R> kind(
            int type, Class<R> of, Function<R, MessageLite> encoder, Decoder<R> decoder) {
        return new RecordKind<>(type, of, logRecord -> encoder.apply(logRecord).toByteString(), decoder);
    }

    private static MessageLite reservation(long view, long sequence) {
        return ReservationRecord.newBuilder()
                .setView(view)
                .setSequence(sequence)
                .build();
    }

    private static MessageLite prePrepared(PrePrepared prePrepared) {
        return PrePreparedRecord.newBuilder()
                .setView(prePrepared.view())
                .setSequence(prePrepared.sequence())
                .setBatch(PartEncoder.batch(prePrepared.batch()))
                .build();
    }

    private static MessageLite keptBatch(KeptBatch kept) {
        return KeptBatchRecord.newBuilder()
                .setSequence(kept.sequence())
                .setBatch(PartEncoder.batch(kept.batch()))
                .build();
    }

    private static MessageLite leftFor(LeftFor left) {
        return LeftForRecord.newBuilder()
                .setView(left.view())
                .setViewChange(PbftEncoder.viewChange(left.viewChange()))
                .build();
    }

    private static MessageLite entered(Entered entered) {
        return EnteredRecord.newBuilder()
                .setView(entered.view())
                .setNewView(PartEncoder.signed(entered.newView()))
                .build();
    }

    private static MessageLite vote(long view, long sequence, Digest digest) {
        return VoteRecord.newBuilder()
                .setView(view)
                .setSequence(sequence)
                .setDigest(digest.bytes())
                .build();
    }

    private static Reservation reservation(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        ReservationRecord reservation = RESERVATION.parse(bytes);
        return new Reservation(view(reservation.getView()), sequence(reservation.getSequence()));
    }

    private static Forgotten forgotten(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        ReservationRecord forgotten = RESERVATION.parse(bytes);
        return new Forgotten(view(forgotten.getView()), sequence(forgotten.getSequence()));
    }

    private static PrePrepared prePrepared(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        PrePreparedRecord prePrepared = PRE_PREPARED.parse(bytes);
        Checks.present("batch", prePrepared.hasBatch());
        return new PrePrepared(
                view(prePrepared.getView()),
                sequence(prePrepared.getSequence()),
                PartDecoder.batch(prePrepared.getBatch(), context));
    }

    private static Reproposed reproposed(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        VoteRecord vote = VOTE.parse(bytes);
        return new Reproposed(view(vote.getView()), sequence(vote.getSequence()), Checks.digest(vote.getDigest()));
    }

    private static Prepared prepared(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        VoteRecord vote = VOTE.parse(bytes);
        return new Prepared(view(vote.getView()), sequence(vote.getSequence()), Checks.digest(vote.getDigest()));
    }

    private static KeptBatch keptBatch(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        KeptBatchRecord kept = KEPT_BATCH.parse(bytes);
        Checks.present("batch", kept.hasBatch());
        return new KeptBatch(sequence(kept.getSequence()), PartDecoder.batch(kept.getBatch(), context));
    }

    private static LeftFor leftFor(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        LeftForRecord left = LEFT_FOR.parse(bytes);
        Checks.present("view change", left.hasViewChange());
        return new LeftFor(view(left.getView()), PbftDecoder.viewChange(left.getViewChange(), context));
    }

    private static Entered entered(ByteString bytes, DecodeContext context) throws InvalidMessageException {
        EnteredRecord entered = ENTERED.parse(bytes);
        Checks.present("new view", entered.hasNewView());
        return new Entered(
                view(entered.getView()), PartDecoder.signed(entered.getNewView(), PbftMessages.NEW_VIEW, context));
    }

    private static long view(long value) throws InvalidMessageException {
        return Checks.counter("view", value);
    }

    private static long sequence(long value) throws InvalidMessageException {
        return Checks.counter("sequence", value);
    }
}
