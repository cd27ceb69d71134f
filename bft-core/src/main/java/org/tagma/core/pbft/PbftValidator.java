package org.tagma.core.pbft;

import java.util.List;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/**
 * Decides whether a message may be looked at, given where the replica stands. Pure: it reads the state and
 * changes none.
 */
final class PbftValidator {

    private PbftValidator() {}

    static PbftVerdict prePrepare(PbftState state, int sender, PrePrepare message) {
        if (message.view() != state.view || !state.normal) {
            return PbftVerdict.WRONG_VIEW;
        }
        if (sender != state.primary()) {
            return PbftVerdict.WRONG_ROLE;
        }
        PbftVerdict window = inWindow(state, message.sequence());
        if (!window.isAccepted()) {
            return window;
        }
        // Up to where its new view goes, a view repeats what that says, and nothing else.
        if (message.sequence() <= state.viewStart) {
            return PbftVerdict.OUTSIDE_WINDOW;
        }
        // Only a new view may place the null batch; a primary that has nothing to say sends an empty one.
        if (message.batch().isNull()) {
            return PbftVerdict.CONFLICTING;
        }
        if (sender == state.self) {
            return PbftVerdict.ACCEPT;
        }
        if (tooLarge(state, message)) {
            return PbftVerdict.TOO_LARGE;
        }
        return isTimely(state, message.batch()) ? PbftVerdict.ACCEPT : PbftVerdict.BAD_TIME;
    }

    private static boolean tooLarge(PbftState state, PrePrepare message) {
        PbftConfig config = state.config;
        Batch batch = message.batch();
        long bytes = batch.requests().stream().mapToLong(Request::size).sum();
        return batch.requests().size() > config.maxBatchRequests()
                || (bytes > config.maxBatchBytes() && batch.requests().size() > 1)
                || !state.room.isWellMade(batch)
                || state.room.weight(batch) > state.room.inInterval(message.sequence());
    }

    /**
     * Not ahead of this replica's clock, and not behind the last commit, by more than the skew allowed. After an
     * outage a proposal is sent again that is as old as the outage; to refuse it by the clock would cost a view
     * change.
     */
    private static boolean isTimely(PbftState state, Batch batch) {
        long skewMillis = state.config.maxClockSkewMillis();
        return batch.timeMillis() <= state.nowMillis + skewMillis
                && batch.timeMillis() >= Math.min(state.nowMillis, state.lastCommitMillis) - skewMillis;
    }

    static PbftVerdict prepare(PbftState state, int sender, Prepare message) {
        PbftVerdict verdict = inWindow(state, message.sequence());
        // For a view that this replica has yet to enter it is kept; for one it has left it is of no use.
        if (message.view() < state.view) {
            verdict = PbftVerdict.WRONG_VIEW;
        }
        // The primary's pre-prepare is its prepare: one vote, not two (PBFT 4.2).
        return verdict.isAccepted() && sender == state.quorums.primary(message.view())
                ? PbftVerdict.WRONG_ROLE
                : verdict;
    }

    /**
     * A commit counts in any view: a quorum of them proves that the batch is committed, and a replica that has left the
     * view in which the others go on can follow them by it.
     */
    static PbftVerdict commit(PbftState state, Commit message) {
        return inWindow(state, message.sequence());
    }

    private static PbftVerdict inWindow(PbftState state, long sequence) {
        if (sequence <= state.stable.sequence()) {
            return PbftVerdict.DUPLICATE;
        }
        return state.inWindow(sequence) ? PbftVerdict.ACCEPT : PbftVerdict.OUTSIDE_WINDOW;
    }

    static PbftVerdict checkpoint(PbftState state, Checkpoint message) {
        boolean atCheckpoint = message.sequence() % state.config.checkpointInterval() == 0;
        return atCheckpoint ? inWindow(state, message.sequence()) : PbftVerdict.OUTSIDE_WINDOW;
    }

    static PbftVerdict viewChange(PbftState state, ViewChange message) {
        if (message.view() < state.view || (message.view() == state.view && state.normal)) {
            return PbftVerdict.WRONG_VIEW;
        }
        return wellFormed(state.config, message) ? PbftVerdict.ACCEPT : PbftVerdict.BAD_VIEW_CHANGE;
    }

    private static boolean wellFormed(PbftConfig config, ViewChange message) {
        return message.view() > 0
                && certifies(message.stable(), config)
                && entriesFit(config, message, message.prepared(), false)
                && entriesFit(config, message, message.prePrepared(), true);
    }

    /** Ascending, in the window above the stable checkpoint, of earlier views; in P one entry a sequence number. */
    private static boolean entriesFit(
            PbftConfig config, ViewChange message, List<VoteInfo> entries, boolean manyPerSequence) {
        long low = message.stable().sequence();
        long lastSequence = low;
        Digest lastDigest = null;
        for (VoteInfo entry : entries) {
            boolean ascends = entry.sequence() > lastSequence
                    || (manyPerSequence
                            && lastDigest != null
                            && entry.sequence() == lastSequence
                            && entry.digest().compareTo(lastDigest) > 0);
            if (!ascends
                    || entry.sequence() > low + config.logWindow()
                    || entry.view() < 0
                    || entry.view() >= message.view()) {
                return false;
            }
            lastSequence = entry.sequence();
            lastDigest = entry.digest();
        }
        return true;
    }

    /**
     * Whether a certificate proves what it says: a quorum of different replicas that voted for just that. Their
     * signatures have been verified before.
     */
    static boolean certifies(CheckpointCertificate certificate, PbftConfig config) {
        if (certificate.sequence() == 0) {
            return certificate.equals(CheckpointCertificate.GENESIS);
        }
        TreeSet<Integer> voters = new TreeSet<>();
        for (Authenticated<Checkpoint> vote : certificate.votes()) {
            if (vote.message().sequence() != certificate.sequence()
                    || !vote.message().stateDigest().equals(certificate.stateDigest())) {
                return false;
            }
            voters.add(vote.sender());
        }
        return certificate.sequence() % config.checkpointInterval() == 0
                && voters.size() == certificate.votes().size()
                && voters.size() >= config.quorums().certificate();
    }

    /** All but the decision itself: from the primary, and from enough good view changes of different replicas. */
    static PbftVerdict newView(PbftState state, int sender, NewView message) {
        if (message.view() < state.view || (message.view() == state.view && state.normal)) {
            return PbftVerdict.WRONG_VIEW;
        }
        Quorums quorums = state.quorums;
        if (sender != quorums.primary(message.view())) {
            return PbftVerdict.WRONG_ROLE;
        }
        TreeSet<Integer> senders = new TreeSet<>();
        for (Authenticated<ViewChange> viewChange : message.viewChanges()) {
            if (viewChange.message().view() != message.view() || !wellFormed(state.config, viewChange.message())) {
                return PbftVerdict.BAD_NEW_VIEW;
            }
            senders.add(viewChange.sender());
        }
        boolean enough = senders.size() == message.viewChanges().size() && senders.size() >= quorums.certificate();
        return enough ? PbftVerdict.ACCEPT : PbftVerdict.BAD_NEW_VIEW;
    }
}
