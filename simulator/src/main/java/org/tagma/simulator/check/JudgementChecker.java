package org.tagma.simulator.check;

import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/**
 * Holds each correct replica to what PBFT says of single messages, whether or not a mistake would do harm in this run: what must
 * be refused changes nothing (4.2, 4.4), a checkpoint is taken where one is due (4.3), and a primary proposes no further than
 * it may. The rules stand here once more, and are asked of the records that the replica wrote.
 *
 * <p>Not thread-safe.
 */
final class JudgementChecker {

    /** Votes that come late or once more: hundreds a run, and to compare states costs much, so only the first are all looked at. */
    private static final int FIRST_VOTES = 32;

    private static final int SAMPLE_OF_VOTES = 4;

    private final Findings findings;
    private final WellFormed wellFormed;
    private final PerReplica<Standing> standings;
    /** Why what is being stepped must be refused, if it must. */
    private Optional<String> objection = Optional.empty();

    private long votesObjectedTo;
    private boolean compares;

    JudgementChecker(Findings findings, WellFormed wellFormed) {
        this.findings = findings;
        this.wellFormed = wellFormed;
        this.standings = new PerReplica<>(replica -> new Standing(wellFormed.window()));
    }

    Standing standing(int replica) {
        return standings.of(replica);
    }

    /**
     * A correct replica begins a step.
     *
     * @param otherwise why what it is told must be refused, if for nothing that is looked for here
     */
    void stepping(int replica, Event event, Optional<String> otherwise) {
        if (event instanceof Event.Recovered recovered) {
            standing(replica).recovers(recovered.log());
        }
        objection = event instanceof Event.MessageReceived received
                ? objection(
                                standing(replica),
                                received.message().sender(),
                                received.message().message())
                        .or(() -> otherwise)
                : Optional.empty();
        compares = objection.isPresent() && (!isVote(event) || samplesVote());
    }

    private boolean samplesVote() {
        votesObjectedTo++;
        return votesObjectedTo <= FIRST_VOTES || votesObjectedTo % SAMPLE_OF_VOTES == 0;
    }

    private static boolean isVote(Event event) {
        Message message = ((Event.MessageReceived) event).message().message();
        return message instanceof Prepare || message instanceof Commit || message instanceof Committed;
    }

    /** Whether the message that is being stepped must be refused. */
    boolean objects() {
        return objection.isPresent();
    }

    /** Whether the state is to be compared before and after it. */
    boolean compares() {
        return compares;
    }

    private Optional<String> objection(Standing standing, int sender, Message message) {
        if (message instanceof PrePrepare proposal) {
            return toProposal(standing, sender, proposal);
        } else if (message instanceof Prepare vote) {
            return toPrepare(standing, sender, vote);
        } else if (message instanceof Commit vote) {
            return unless(standing.inWindow(vote.sequence()), "it is outside the window");
        } else if (message instanceof Committed said) {
            return unless(standing.inWindow(said.sequence()), "it is outside the window");
        } else if (message instanceof Checkpoint vote) {
            boolean due = vote.sequence() % wellFormed.interval() == 0;
            return unless(due && standing.inWindow(vote.sequence()), "no checkpoint is due there");
        } else if (message instanceof StableCheckpoint stable) {
            return unless(wellFormed.certificate(stable.certificate()), "it proves nothing");
        } else if (message instanceof ViewChange viewChange) {
            boolean late = standing.knowsView() && isBehind(standing, viewChange.view());
            return late
                    ? Optional.of("that view was entered or left")
                    : unless(wellFormed.viewChange(viewChange), "it is not well formed");
        } else if (message instanceof NewView newView) {
            boolean late = standing.knowsView() && isBehind(standing, newView.view());
            return late
                    ? Optional.of("that view was entered or left")
                    : unless(sender == wellFormed.primary(newView.view()), "its sender is not the primary");
        }
        return Optional.empty();
    }

    private static boolean isBehind(Standing standing, long view) {
        return view < standing.view() || (view == standing.view() && standing.isNormal());
    }

    private Optional<String> toProposal(Standing standing, int sender, PrePrepare proposal) {
        if (!standing.knowsView()) {
            return Optional.empty();
        }
        if (!standing.isInView(proposal.view())) {
            return Optional.of("it is of another view");
        }
        if (sender != wellFormed.primary(proposal.view())) {
            return Optional.of("its sender is not the primary");
        }
        if (!standing.inWindow(proposal.sequence()) || proposal.sequence() <= standing.viewStart()) {
            return Optional.of("it is outside the window");
        }
        Optional<Digest> accepted = standing.accepted(proposal.sequence(), proposal.view());
        boolean second =
                accepted.isPresent() && !accepted.get().equals(proposal.batch().digest());
        return unless(!second, "another batch was accepted there");
    }

    private Optional<String> toPrepare(Standing standing, int sender, Prepare vote) {
        if (sender == wellFormed.primary(vote.view())) {
            return Optional.of("the primary's proposal is its prepare");
        }
        if (standing.knowsView() && vote.view() < standing.view()) {
            return Optional.of("that view was left");
        }
        return unless(standing.inWindow(vote.sequence()), "it is outside the window");
    }

    private static Optional<String> unless(boolean fine, String reason) {
        return fine ? Optional.empty() : Optional.of(reason);
    }

    /**
     * The state of a replica before and after a message to which there was an objection. It may well leave its view for that:
     * the message may show that the primary is faulty.
     */
    void compared(int replica, Event event, List<Action> actions, long before, LongSupplier after) {
        if (objection.isPresent()
                && !leaves(actions)
                && before != after.getAsLong()
                && event instanceof Event.MessageReceived received) {
            findings.report(
                    Property.REFUSES_WHAT_IT_MUST,
                    "replica " + replica + " (" + standing(replica) + ") takes the "
                            + received.message().message().getClass().getSimpleName() + " of replica "
                            + received.message().sender() + ", though " + objection.get());
        }
    }

    private static boolean leaves(List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Persist persist && persist.record() instanceof PbftRecord.LeftFor) {
                return true;
            }
        }
        return false;
    }

    /** A correct replica decided this. */
    void decided(int replica, Action action) {
        Standing standing = standing(replica);
        if (action instanceof Action.Persist persist) {
            standing.persists(persist.record());
        } else if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof PrePrepare proposal) {
            long highest = standing.stable() + wellFormed.window() - wellFormed.interval();
            if (proposal.sequence() > highest) {
                // A backup may know the last checkpoint to be stable later than the primary does (fabric #1119).
                report(replica, "proposes for sequence " + proposal.sequence() + ", where " + highest + " is the last");
            }
        } else if (action instanceof Action.Truncate truncate && truncate.sequence() > standing.stable()) {
            report(
                    replica,
                    "lets go of its log up to " + truncate.sequence() + ", where it wrote down no checkpoint above "
                            + standing.stable());
        } else if (action instanceof Action.ReleaseCheckpoints release && release.below() > standing.stable()) {
            report(
                    replica,
                    "lets go of states below " + release.below() + ", where its own checkpoint is "
                            + standing.stable());
        }
    }

    /** A correct replica decided all that follows from an event. */
    void stepped(int replica, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Commit commit
                    && commit.sequence() % wellFormed.interval() == 0
                    && !actions.contains(new Action.TakeCheckpoint(commit.sequence()))) {
                report(replica, "takes no checkpoint at sequence " + commit.sequence());
            }
        }
    }

    private void report(int replica, String what) {
        findings.report(Property.DOES_WHAT_IT_MUST, "replica " + replica + " " + what);
    }
}
