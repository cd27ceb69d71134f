package org.tagma.simulator.check;

import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/** Who says where it stands is told what it lacks, and nothing else, and not too much at once (PBFT 5.2). Not thread-safe. */
final class AnswerRule implements StepRule {

    /** Sequence numbers that one answer speaks of at most, in each way. */
    private static final int MOST_SLOTS = 64;

    private final Complaints complaints;
    private final Mirror mirror;
    /** What is answered now, or null. */
    private Status status;

    private int asker;
    private int committed;
    private int commits;
    private int prepares;
    private int proposals;
    private long bytes;

    AnswerRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void begins(Event event) {
        status = null;
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof Status said) {
            status = said;
            asker = received.message().sender();
            committed = 0;
            commits = 0;
            prepares = 0;
            proposals = 0;
            bytes = 0;
        }
    }

    @Override
    public void decides(Event event, Action action) {
        if (status == null) {
            return;
        }
        if (action instanceof Action.Send send && send.to() == asker) {
            expectLacking(send.message());
        } else if (action instanceof Action.Forward forward && forward.to() == asker) {
            expectLacking(forward.message().message());
        }
    }

    private void expectLacking(Message said) {
        if (!isLacking(said)) {
            complaints.of("tells replica " + asker + ", which says " + status + ", by a "
                    + said.getClass().getSimpleName() + " what it does not lack: " + said);
        }
        boolean much =
                committed > MOST_SLOTS || commits > MOST_SLOTS || prepares > MOST_SLOTS || proposals > MOST_SLOTS;
        if (much || bytes > 2L * mirror.config.maxBatchBytes()) {
            complaints.of("tells replica " + asker + " too much at once: " + committed + " that committed, " + commits
                    + " commits, " + prepares + " prepares, and " + proposals + " proposals of " + bytes + " bytes");
        }
    }

    private boolean isLacking(Message said) {
        if (said instanceof Committed word) {
            committed++;
            return isMissing(word.sequence()) && word.sequence() <= mirror.lastCommitted;
        } else if (said instanceof Commit vote) {
            commits++;
            return isMissing(vote.sequence()) && vote.view() == status.view();
        } else if (said instanceof Prepare vote) {
            prepares++;
            return isMissing(vote.sequence()) && isInSameView(vote.view());
        } else if (said instanceof PrePrepare proposal) {
            proposals++;
            bytes += proposal.batch().size();
            boolean carriedOver = proposal.sequence() <= mirror.viewStart + mirror.carriedOver.size();
            return isMissing(proposal.sequence()) && isInSameView(proposal.view()) && !carriedOver;
        } else if (said instanceof StableCheckpoint) {
            return status.stable() < mirror.stable.sequence();
        } else if (said instanceof Checkpoint vote) {
            return vote.sequence() > status.stable();
        }
        return !(said instanceof NewView newView)
                || status.view() < newView.view()
                || (status.view() == newView.view() && status.viewChanging());
    }

    private boolean isMissing(long sequence) {
        return sequence > status.lastCommitted();
    }

    private boolean isInSameView(long view) {
        return view == mirror.view && mirror.normal && status.view() == view && !status.viewChanging();
    }
}
