package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;

/**
 * Finds out where a replica that lost its disk may have voted, so that it keeps out of there (after the estimation in
 * TOCS 2002, 4.3.2). Such a replica counts as one of the f faulty; so at most f-1 others are, and n-f others answer.
 *
 * <p>Sequence numbers: it voted at most a window above a checkpoint that a quorum certified. Of those that took that
 * checkpoint, f+1 others are correct, and one of them is among any n-f that answer; its own stable checkpoint
 * lies at most a window lower, and is proved by its certificate. So no vote lies more than two windows above the
 * highest certificate.
 *
 * <p>Views: it left for a view at most one above that which f+1 correct others had come to. For the first correct
 * replica that left for a view knew of a quorum that had come to the one before ({@link ViewChanger#hasCompany}),
 * so f+1 correct ones besides this replica had, and whoever follows f+1 others follows a correct one. Answers
 * above the n-f-th lowest may be lies; the n-f-th lowest is not below what one of those f+1 said.
 */
final class AmnesiaRecovery {

    private final PbftState state;
    private final ViewChanger viewChanger;
    private final CheckpointTracker checkpoints;
    private final EstimationReply[] replies;
    private boolean asking;
    private long nonce;

    AmnesiaRecovery(PbftState state, ViewChanger viewChanger, CheckpointTracker checkpoints) {
        this.state = state;
        this.viewChanger = viewChanger;
        this.checkpoints = checkpoints;
        this.replies = new EstimationReply[state.quorums.replicas()];
    }

    /** This replica knows nothing of its earlier incarnations. */
    void begin(long incarnationNonce) {
        asking = true;
        nonce = incarnationNonce;
        state.ledger.forgetEverything();
        state.announce("restarted without any memory of its votes: asking the others where it may have voted");
    }

    void onTick() {
        if (asking && state.tick % state.config.statusIntervalTicks() == 0) {
            state.broadcast(new EstimationQuery(nonce));
        }
    }

    /** Tells where this replica stands, unless it does not know itself what it did before. */
    void onQuery(int sender, EstimationQuery query) {
        if (sender != state.self && !state.isRecovering()) {
            state.send(sender, new EstimationReply(query.nonce(), state.view, state.stable.sequence()));
        }
    }

    PbftVerdict onReply(int sender, EstimationReply reply) {
        if (!asking || reply.nonce() != nonce || sender == state.self) {
            return PbftVerdict.UNEXPECTED;
        }
        replies[sender] = reply;
        decide();
        return PbftVerdict.ACCEPT;
    }

    private void decide() {
        long certified = checkpoints.highestCertified();
        int needed = state.quorums.replicas() - state.quorums.faults();
        // Whoever is at a checkpoint whose certificate is not here yet is waited for: its certificate is on the way.
        List<EstimationReply> usable = Stream.of(replies)
                .filter(Objects::nonNull)
                .filter(reply -> reply.sequence() <= certified)
                .toList();
        if (usable.size() < needed) {
            return;
        }
        long[] views = usable.stream().mapToLong(EstimationReply::view).sorted().toArray();
        long view = views[needed - 1];
        long confirming = Arrays.stream(views).filter(each -> each >= view).count();
        if (confirming >= state.quorums.faults()) {
            keepOut(view + 1, certified + 2L * state.config.logWindow());
        }
    }

    private void keepOut(long view, long sequence) {
        asking = false;
        Arrays.fill(replies, null);
        state.ledger.forgetOnlyUpTo(sequence);
        viewChanger.restoreForgotten(view);
        viewChanger.restoreOpened();
        state.emit(new Action.Persist(new PbftRecord.Forgotten(view, sequence)));
        state.announce("may have voted up to sequence " + sequence + " and below view " + view
                + ": following, and voting again when a stable checkpoint reaches that");
    }
}
