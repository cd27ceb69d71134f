package org.tagma.simulator.check;

import java.util.List;
import java.util.Optional;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;

/**
 * View changes (PBFT 4.4, 4.5, TOCS 2002, 4.5.2): a replica joins f+1 others that are ahead, and nobody else; gives a view up when
 * its timer runs out, and not before; says in its view change what it wrote down, all of it; and enters every view whose new view
 * follows from its view changes, and no other. Not thread-safe.
 */
final class LeavingRule implements StepRule {

    private static final long NOT_RUNNING = -1;

    private final Complaints complaints;
    private final Mirror mirror;
    private long deadlineTick = NOT_RUNNING;
    private long openedView;
    private boolean isNews;
    /** A new view that it must enter, and one that it must blame its sender for, or null. */
    private NewView good;

    private Authenticated<?> bad;
    private boolean mustBlame;

    LeavingRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
        // What it left for in an earlier life it may have opened in that; and once more it would open it otherwise.
        this.openedView = mirror.view;
    }

    @Override
    public void begins(Event event) {
        isNews = false;
        good = null;
        bad = null;
        if (event instanceof Event.MessageReceived received) {
            hears(received.message());
        }
    }

    private void hears(Authenticated<?> signed) {
        int sender = signed.sender();
        if (signed.message() instanceof ViewChange viewChange) {
            Authenticated<ViewChange> earlier = mirror.viewChangeOf(sender);
            isNews = !isBehind(viewChange.view())
                    && mirror.wellFormed.viewChange(viewChange)
                    && (earlier == null || earlier.message().view() < viewChange.view());
            if (isNews) {
                mirror.wants(new Authenticated<>(sender, viewChange, signed.payload(), signed.authenticator()));
            }
        } else if (signed.message() instanceof NewView newView) {
            if (!isBehind(newView.view()) && sender == mirror.wellFormed.primary(newView.view())) {
                judge(signed, newView);
            }
        } else if (signed.message() instanceof PrePrepare proposal) {
            if (sender == mirror.wellFormed.primary(proposal.view())) {
                mirror.patience.primarySaid(proposal.view());
            }
        } else if (signed.message() instanceof Prepare vote) {
            mirror.patience.voterSaid(vote.view(), sender);
        } else if (signed.message() instanceof Commit vote) {
            mirror.patience.voterSaid(vote.view(), sender);
        }
    }

    private boolean isBehind(long view) {
        return view < mirror.view || (view == mirror.view && mirror.normal);
    }

    private void judge(Authenticated<?> signed, NewView newView) {
        List<ViewChange> shown =
                newView.viewChanges().stream().map(each -> each.message()).toList();
        boolean follows = mirror.wellFormed.newView(newView)
                && new NewViewReference(shown, mirror.wellFormed.quorum(), mirror.weak)
                        .decide()
                        .equals(Optional.of(newView.reproposals()));
        if (follows) {
            good = newView;
        } else {
            bad = signed;
            mustBlame = mirror.isFreeToBlame(signed.sender());
        }
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Persist persist && persist.record() instanceof PbftRecord.LeftFor left) {
            expectWholeTruth(left.viewChange());
            expectCause(event, left.view());
            if (left.view() > mirror.view) {
                mirror.patience.gaveUp(mirror.view);
            }
        } else if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof NewView newView) {
            expectReady(newView);
        }
    }

    /** A primary opens a view when it has all that the view begins with (condition A3), and once. */
    private void expectReady(NewView newView) {
        if (newView.view() != mirror.view || mirror.normal || !mirror.isPrimary() || newView.view() <= openedView) {
            complaints.of("opens view " + newView.view() + ", which is not its to open");
        }
        openedView = Math.max(openedView, newView.view());
        if (Mirror.startOf(newView) > mirror.stable.sequence()) {
            complaints.of("opens view " + newView.view() + " from checkpoint " + Mirror.startOf(newView)
                    + ", where it is at " + mirror.stable.sequence());
        }
        newView.reproposals().stream()
                .filter(each -> mirror.inWindow(each.sequence()))
                .filter(each -> !mirror.slot(each.sequence()).mayHave(each.digest()))
                .findFirst()
                .ifPresent(each ->
                        complaints.of("opens view " + newView.view() + " without the batch that it places by " + each));
    }

    private void expectWholeTruth(ViewChange said) {
        List<VoteInfo> prepared = mirror.slots.all().stream()
                .flatMap(slot -> slot.preparedEntries().stream())
                .toList();
        List<VoteInfo> prePrepared = mirror.slots.all().stream()
                .flatMap(slot -> slot.prePreparedEntries().stream())
                .toList();
        if (!said.stable().equals(mirror.stable)
                || !said.prepared().equals(prepared)
                || !said.prePrepared().equals(prePrepared)) {
            complaints.of("leaves for view " + said.view() + " and says " + said.prepared() + " and "
                    + said.prePrepared() + " from " + said.stable().sequence() + ", where it wrote down " + prepared
                    + " and " + prePrepared + " from " + mirror.stable.sequence());
        }
    }

    private void expectCause(Event event, long view) {
        long wanted = mirror.wantedByOthers();
        boolean restates =
                mirror.mayRestate && view == mirror.view && !mirror.normal && mirror.viewChangeOf(mirror.self) == null;
        if ((wanted == view && wanted > mirror.view) || restates) {
            return;
        }
        boolean refuses = bad != null && ((NewView) bad.message()).view() == mirror.view;
        boolean timedOut =
                event instanceof Event.TimerFired && deadlineTick != NOT_RUNNING && mirror.tick >= deadlineTick;
        if (view != mirror.view + 1) {
            complaints.of("leaves view " + mirror.view + " for view " + view + ", where f+1 others want " + wanted);
        } else if (!mirror.normal && !refuses && !timedOut) {
            complaints.of("gives up view " + mirror.view + " at tick " + mirror.tick + ", where "
                    + (deadlineTick == NOT_RUNNING ? "no timer runs" : "its timer runs out at " + deadlineTick));
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof NewView newView
                && received.message().sender() == mirror.wellFormed.primary(newView.view())) {
            mirror.patience.primarySaid(newView.view());
        }
        if (mirror.halted) {
            return;
        }
        if (good != null && mirror.enteredView != good.view()) {
            complaints.of("does not enter view " + good.view() + ", though its new view follows from its view changes");
        }
        if (bad != null) {
            expectRefused(actions);
        }
        if ((isNews || event instanceof Event.TimerFired) && mirror.wantedByOthers() > mirror.view) {
            complaints.of("stays in view " + mirror.view + ", where f+1 others want view " + mirror.wantedByOthers());
        }
        boolean due = event instanceof Event.TimerFired
                && !mirror.normalBefore
                && deadlineTick != NOT_RUNNING
                && mirror.tick >= deadlineTick;
        if (due && !mirror.leaves) {
            complaints.of("waits for view " + mirror.viewBefore + " at tick " + mirror.tick
                    + ", where its timer ran out at " + deadlineTick);
        }
        runTimer(event);
    }

    private void expectRefused(List<Action> actions) {
        long view = ((NewView) bad.message()).view();
        if (mustBlame && !StepRule.blames(actions, bad.sender())) {
            complaints.of("does not blame replica " + bad.sender() + " for its false new view " + view);
        }
        if (view == mirror.viewBefore && !mirror.normalBefore && !mirror.leaves) {
            complaints.of("waits on for view " + view + ", whose primary sent a false new view");
        }
    }

    private void runTimer(Event event) {
        if (mirror.normal != mirror.normalBefore || mirror.view != mirror.viewBefore) {
            deadlineTick = NOT_RUNNING;
        }
        boolean looks = isNews
                || (event instanceof Event.TimerFired && !mirror.normalBefore && !mirror.leaves)
                || event instanceof Event.StateInstalled
                || (event instanceof Event.MessageReceived received
                        && received.message().message() instanceof BatchBody
                        && !mirror.rejects);
        if (looks
                && !mirror.normal
                && deadlineTick == NOT_RUNNING
                && mirror.countAtOrAbove(mirror.view) >= mirror.wellFormed.quorum()) {
            deadlineTick = mirror.tick + mirror.patience.ticks(mirror.config.viewChangeTimeoutTicks());
        }
    }
}
