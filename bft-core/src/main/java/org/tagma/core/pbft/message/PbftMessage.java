package org.tagma.core.pbft.message;

import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;

/** The messages between PBFT replicas, named as in Castro and Liskov (OSDI 1999, TOCS 2002). */
public sealed interface PbftMessage extends Message {

    /** The primary of {@code view} proposes a batch for a sequence number (4.2). */
    record PrePrepare(long view, long sequence, Batch batch) implements PbftMessage {}

    /** A replica accepted the pre-prepare with this digest (4.2). The primary's pre-prepare counts as its prepare. */
    record Prepare(long view, long sequence, Digest digest) implements PbftMessage {}

    /** A replica holds a prepared certificate for this digest (4.2). */
    record Commit(long view, long sequence, Digest digest) implements PbftMessage {}

    /** A replica executed up to and including {@code sequence} and its state then had this digest (4.3). Signed. */
    record Checkpoint(long sequence, Digest stateDigest) implements PbftMessage {}

    /**
     * A replica leaves the views below {@code view} (TOCS 4.5.2). Signed.
     *
     * @param view the view it wants to enter
     * @param stable proof of its last stable checkpoint
     * @param prepared P: for each sequence number above it, the latest view in which a batch prepared here; ascending,
     *     at most one a sequence number
     * @param prePrepared Q: for each sequence number above it, the latest view in which each digest pre-prepared here;
     *     ascending by (sequence, digest), at most one entry a pair
     */
    record ViewChange(long view, CheckpointCertificate stable, List<VoteInfo> prepared, List<VoteInfo> prePrepared)
            implements PbftMessage {
        public ViewChange {
            prepared = List.copyOf(prepared);
            prePrepared = List.copyOf(prePrepared);
        }
    }

    /**
     * The primary of {@code view} starts it (TOCS 4.5.2). Signed.
     *
     * @param viewChanges the view changes it decided from, by ascending sender; each replica decides again from them
     * @param reproposals what the decision must come out as, ascending and without a gap
     */
    record NewView(long view, List<Authenticated<ViewChange>> viewChanges, List<Reproposal> reproposals)
            implements PbftMessage {
        public NewView {
            viewChanges = List.copyOf(viewChanges);
            reproposals = List.copyOf(reproposals);
        }
    }

    /**
     * Where a replica stands; sent to all now and then, so that what the network lost is sent again (PBFT 5.2).
     *
     * @param view its view, or the view it wants to enter
     * @param viewChanging whether it has not entered that view yet
     * @param lastCommitted up to where everything is committed there
     * @param stable its last stable checkpoint
     * @param recoveringUpTo if above {@code stable}: it lost its memory of votes up to here, and cannot vote until a
     *     stable checkpoint covers them
     * @param suspects whether it finds fault with the primary of {@code view}; with f+1 that do, replicas leave it (as
     *     with Zyzzyva's I-HATE-THE-PRIMARY)
     */
    record Status(
            long view, boolean viewChanging, long lastCommitted, long stable, long recoveringUpTo, boolean suspects)
            implements PbftMessage {}

    /** Proof of a stable checkpoint, for a replica that lags. */
    record StableCheckpoint(CheckpointCertificate certificate) implements PbftMessage {}

    /**
     * The sender committed the batch with this digest at this sequence number, in whatever view. f+1 of these suffice.
     */
    record Committed(long sequence, Digest digest) implements PbftMessage {}

    /**
     * The sender keeps aside what the primary proposed with this digest: it holds requests that are not authentic
     * there. To the primary.
     */
    record Unchecked(long view, long sequence, Digest digest) implements PbftMessage {}

    /** Asks for the batch that has this digest. */
    record FetchBatch(long sequence, Digest digest) implements PbftMessage {}

    /** A batch that was asked for; its digest is checked by whoever reads it. */
    record BatchBody(long sequence, Batch batch) implements PbftMessage {}

    /**
     * An entry of P or Q.
     *
     * @param view the latest view in which it happened, at least 0
     */
    record VoteInfo(long sequence, Digest digest, long view) {}

    /** A batch, or the null batch, that a new view carries over. */
    record Reproposal(long sequence, Digest digest) {}

    /**
     * Proof that a checkpoint is stable: a quorum of signed, matching checkpoint messages from different replicas. The
     * genesis certificate, for sequence 0, has none.
     */
    record CheckpointCertificate(long sequence, Digest stateDigest, List<Authenticated<Checkpoint>> votes) {

        /** The empty state before the first batch, which needs no proof. */
        public static final CheckpointCertificate GENESIS = new CheckpointCertificate(0, Digest.NULL, List.of());

        public CheckpointCertificate {
            votes = List.copyOf(votes);
        }
    }
}
