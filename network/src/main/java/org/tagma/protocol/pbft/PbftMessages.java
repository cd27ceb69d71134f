package org.tagma.protocol.pbft;

import static org.tagma.network.codec.ProtobufKind.kind;

import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.FetchBatch;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;

/** PBFT's messages: their numbers in the schema, and what proves each. */
final class PbftMessages {

    private static final MessageKind<PrePrepare> PRE_PREPARE = kind(
            MessageType.PRE_PREPARE,
            PrePrepare.class,
            Proof.SIGNATURE_OR_MAC,
            PbftEncoder::prePrepare,
            PbftDecoder::prePrepare);
    private static final MessageKind<Prepare> PREPARE = kind(
            MessageType.PREPARE, Prepare.class, Proof.SIGNATURE_OR_MAC, PbftEncoder::prepare, PbftDecoder::prepare);
    private static final MessageKind<Commit> COMMIT =
            kind(MessageType.COMMIT, Commit.class, Proof.SIGNATURE_OR_MAC, PbftEncoder::commit, PbftDecoder::commit);
    static final MessageKind<Checkpoint> CHECKPOINT = kind(
            MessageType.CHECKPOINT,
            Checkpoint.class,
            Proof.SIGNATURE,
            PbftEncoder::checkpoint,
            PbftDecoder::checkpoint);
    static final MessageKind<ViewChange> VIEW_CHANGE = kind(
                    MessageType.VIEW_CHANGE,
                    ViewChange.class,
                    Proof.SIGNATURE,
                    PbftEncoder::viewChange,
                    PbftDecoder::viewChange)
            .showingSigned();
    static final MessageKind<NewView> NEW_VIEW = kind(
                    MessageType.NEW_VIEW, NewView.class, Proof.SIGNATURE, PbftEncoder::newView, PbftDecoder::newView)
            .showingSigned();
    private static final MessageKind<Unchecked> UNCHECKED =
            kind(MessageType.UNCHECKED, Unchecked.class, Proof.MAC, PbftEncoder::unchecked, PbftDecoder::unchecked);
    private static final MessageKind<Status> STATUS =
            kind(MessageType.STATUS, Status.class, Proof.MAC, PbftEncoder::status, PbftDecoder::status);
    private static final MessageKind<StableCheckpoint> STABLE_CHECKPOINT = kind(
                    MessageType.STABLE_CHECKPOINT,
                    StableCheckpoint.class,
                    Proof.MAC,
                    PbftEncoder::stableCheckpoint,
                    PbftDecoder::stableCheckpoint)
            .showingSigned();
    private static final MessageKind<Committed> COMMITTED =
            kind(MessageType.COMMITTED, Committed.class, Proof.MAC, PbftEncoder::committed, PbftDecoder::committed);
    private static final MessageKind<FetchBatch> FETCH_BATCH = kind(
            MessageType.FETCH_BATCH, FetchBatch.class, Proof.MAC, PbftEncoder::fetchBatch, PbftDecoder::fetchBatch);
    private static final MessageKind<BatchBody> BATCH_BODY = kind(
                    MessageType.BATCH_BODY, BatchBody.class, Proof.MAC, PbftEncoder::batchBody, PbftDecoder::batchBody)
            .askedForByDigest();

    static final List<MessageKind<?>> ALL = List.of(
            PRE_PREPARE,
            PREPARE,
            COMMIT,
            CHECKPOINT,
            VIEW_CHANGE,
            NEW_VIEW,
            UNCHECKED,
            STATUS,
            STABLE_CHECKPOINT,
            COMMITTED,
            FETCH_BATCH,
            BATCH_BODY);

    private PbftMessages() {}
}
