package org.tagma.simulator.check;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;

/**
 * Holds a correct primary to opening its view as soon as it can (PBFT 4.4): when it has a quorum of view changes that decide what
 * the view carries over, and has all of that. One that waits though it need not would cost the group a timeout. What it left for
 * before it was restarted it may have opened then. Follows one replica. Not thread-safe.
 */
final class OpeningChecker {

    private final Findings findings;
    private final WellFormed wellFormed;
    private final int weak;
    private final int replica;
    private final TreeMap<Integer, ViewChange> latest = new TreeMap<>();
    private long opened;

    OpeningChecker(Findings findings, WellFormed wellFormed, int weak, int replica) {
        this.findings = findings;
        this.wellFormed = wellFormed;
        this.weak = weak;
        this.replica = replica;
    }

    /** It decided all that follows from an event; none of the checkers objected to it. */
    void stepped(Standing standing, Event event, List<Action> actions) {
        if (event instanceof Event.Recovered) {
            latest.clear();
            opened = standing.view();
        }
        for (Action action : actions) {
            if (action instanceof Action.Broadcast broadcast && broadcast.message() instanceof NewView newView) {
                opened = newView.view();
            }
        }
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof ViewChange viewChange) {
            note(received.message(), viewChange);
            long view = standing.view();
            // One that says nothing new is no occasion: what was missing meanwhile is looked for at every tick.
            if (!RefusalChecker.rejects(actions) && viewChange.view() == view && mustOpen(standing)) {
                findings.report(
                        Property.DOES_WHAT_IT_MUST,
                        "replica " + replica + " has all that it takes to open view " + view + ", and does not");
            }
        }
    }

    /** Of each replica the view change of the highest view, and of those the first. */
    private void note(Authenticated<?> signed, ViewChange viewChange) {
        ViewChange earlier = latest.get(signed.sender());
        if (earlier == null || earlier.view() < viewChange.view()) {
            latest.put(signed.sender(), viewChange);
        }
    }

    private boolean mustOpen(Standing standing) {
        long view = standing.view();
        boolean mayOpen = standing.knowsView()
                && standing.remembersEverything()
                && !standing.isNormal()
                && wellFormed.primary(view) == replica
                && opened < view;
        if (!mayOpen) {
            return false;
        }
        List<ViewChange> forIt =
                latest.values().stream().filter(each -> each.view() == view).toList();
        if (forIt.size() < wellFormed.quorum()) {
            return false;
        }
        Optional<List<Reproposal>> decision = new NewViewReference(forIt, wellFormed.quorum(), weak).decide();
        long start = forIt.stream()
                .map(ViewChange::stable)
                .max(Comparator.comparingLong(stable -> stable.sequence()))
                .orElseThrow()
                .sequence();
        return decision.isPresent()
                && start <= standing.stable()
                && decision.get().stream()
                        .allMatch(each -> !standing.inWindow(each.sequence())
                                || standing.surelyHas(each.sequence(), each.digest()));
    }
}
