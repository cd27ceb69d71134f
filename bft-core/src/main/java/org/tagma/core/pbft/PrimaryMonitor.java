package org.tagma.core.pbft;

import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event.Executed;
import org.tagma.core.protocol.Event.RequestOutcome;

/**
 * Watches how the primary serves the requests that this backup knows of.
 *
 * <p>A primary that lets one wait for the whole timeout is suspected at once, whoever's request it is: so starving a
 * single client is as bad as stopping. A primary that serves each just before the timeout would never be caught that
 * way, and would slow the group to one batch a timeout (Aardvark, RBFT): such requests are a strike, those that
 * waited at the same time one together, for a single stall of the network makes all of them late. Prompt service takes a
 * strike back, and too many strikes are a suspicion too.
 */
final class PrimaryMonitor {

    private static final int MAX_STRIKES = 4;

    private static final int MAX_RELAYED_AGAIN = 256;

    private final PbftState state;
    private final CheckpointTracker checkpoints;
    private long viewOfStrikes;
    private int strikes;
    private long struckAtTick;
    private long forgivenAtTick;
    /** Since when there is a proposal that is not committed. */
    private long openSinceTick;

    PrimaryMonitor(PbftState state, CheckpointTracker checkpoints) {
        this.state = state;
        this.checkpoints = checkpoints;
    }

    private long timeoutTicks() {
        return state.backOff.ticks(state.config.requestTimeoutTicks());
    }

    void onTick() {
        if (!state.normal || state.isRecovering() || checkpoints.isBehind()) {
            openSinceTick = state.tick;
            return;
        }
        timeProposals();
        // The primary judges itself, too, when nothing is committed: the others may have left its view, or have what
        // they want while it has not, and then nobody else would move.
        long since = state.isPrimary() ? Math.max(state.enteredAtTick, state.lastCommitTick) : state.enteredAtTick;
        long waited = state.pool.longestWaitTicks(state.tick, since);
        if (waited == timeoutTicks() / 2 && !state.isPrimary()) {
            // What was relayed may have been lost, or refused by a primary that had too much to do.
            state.pool.waiting().stream()
                    .limit(MAX_RELAYED_AGAIN)
                    .forEach(request -> state.emit(new Action.Relay(state.primary(), request)));
        }
        if (waited >= timeoutTicks()) {
            state.suspect("a request has waited " + waited * state.config.tickMillis() + " ms");
        }
    }

    /**
     * A backup that accepted a proposal knows that somebody waits for it (PBFT 4.4), even where it does not know of the
     * request: after a restart, or when earlier requests of the session passed it by.
     */
    private void timeProposals() {
        if (!isProposalOpen()) {
            openSinceTick = state.tick;
        }
        long since = Math.max(openSinceTick, Math.max(state.enteredAtTick, state.lastCommitTick));
        if (state.tick - since >= timeoutTicks()) {
            state.suspect("a proposal has waited " + (state.tick - since) * state.config.tickMillis() + " ms");
        }
    }

    private boolean isProposalOpen() {
        for (Slot slot : state.slots.tailMap(state.lastCommitted, false).values()) {
            if (slot.accepted(state.view).isPresent()) {
                return true;
            }
        }
        return false;
    }

    /** Called before the pool forgets the requests. */
    void onExecuted(Executed event) {
        if (!state.normal || state.isPrimary()) {
            return;
        }
        if (viewOfStrikes != state.view) {
            viewOfStrikes = state.view;
            strikes = 0;
            struckAtTick = state.enteredAtTick;
        }
        long longest = -1;
        for (RequestOutcome outcome : event.outcomes()) {
            long since = state.pool.waitingSince(outcome.request());
            if (since >= 0) {
                longest = Math.max(longest, state.tick - Math.max(since, state.enteredAtTick));
            }
        }
        judge(longest);
    }

    private void judge(long longestWaitTicks) {
        if (longestWaitTicks >= timeoutTicks() / 2) {
            if (state.tick - struckAtTick >= timeoutTicks() / 2) {
                struckAtTick = state.tick;
                strikes++;
            }
        } else if (longestWaitTicks >= 0 && state.tick - forgivenAtTick >= 2 * timeoutTicks()) {
            // Seldom: prompt service for an accomplice must not make up for slow service to everybody else.
            forgivenAtTick = state.tick;
            strikes = Math.max(0, strikes - 1);
        }
        if (strikes >= MAX_STRIKES) {
            strikes = 0;
            state.suspect("the primary is slow: request after request waited more than half the timeout");
        }
    }
}
