package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.protocol.Action;

/**
 * The one rule by which a primary is judged: what waits for it is done within what is
 * {@linkplain AdaptiveTimeouts expected}; and a primary that is seen to be {@linkplain ThroughputHistory busy} has the
 * whole timeout. docs/robustness.md has it on a page.
 *
 * <p>What waits is what this replica knows the primary to owe: a request that it handed over, a proposal to be
 * committed, a
 * sign of life, a batch that f+1 others lack. Whoever is kept waiting says so, and stays; it leaves the view with f+1
 * that say it ({@link ViewChanger}).
 */
final class PrimaryMonitor {

    private static final int MAX_RELAYED_AGAIN = 256;

    /** A primary that has nothing else to say says where it stands; so many of those may be lost. */
    private static final int STATUSES_LOST = 4;

    /** So many times as long as it stood still, a group may take to catch up. */
    private static final int TIMES_TO_CATCH_UP = 10;

    private final PbftState state;
    private final CheckpointTracker checkpoints;
    /** Since when there is a proposal that is not committed. */
    private long openSinceTick;
    /** When this primary last had nothing to order. */
    private long idleAtTick;
    /** The last batch that was committed at the last tick. */
    private long committedAtTick;

    private final Status[] lastStatus;
    private final long[] heardAtTick;
    private final long[] lagsSinceTick;

    PrimaryMonitor(PbftState state, CheckpointTracker checkpoints) {
        this.state = state;
        this.checkpoints = checkpoints;
        int replicas = state.quorums.replicas();
        this.lastStatus = new Status[replicas];
        this.heardAtTick = new long[replicas];
        this.lagsSinceTick = new long[replicas];
    }

    void onStatus(int sender, Status status) {
        Status earlier = lastStatus[sender];
        lastStatus[sender] = status;
        heardAtTick[sender] = state.tick;
        boolean moves = earlier == null || earlier.lastCommitted() != status.lastCommitted();
        if (moves || status.lastCommitted() >= state.lastCommitted) {
            lagsSinceTick[sender] = state.tick;
        }
    }

    /** A replica may refuse connections: if it is the primary, of this view or of the one to come, it serves nobody. */
    void onLost() {
        if (state.presence.isUnreachable(state.primary())) {
            state.suspect("it refuses connections");
        }
    }

    void onTick() {
        state.pace.onTick(state.tick);
        onLost();
        if (!state.normal || state.isRecovering() || checkpoints.isBehind()) {
            openSinceTick = state.tick;
            idleAtTick = state.tick;
            committedAtTick = state.lastCommitted;
            return;
        }
        excuseWhatHasNoRoom();
        long expected = state.timeouts.expectedTicks();
        relayAgain(expected);
        long timeout = state.timeouts.timeoutTicks();
        long allowed = state.pace.isBusy(expected) ? timeout : Math.min(timeout, expected + inheritedTicks());
        suspectIf(requestWaits(), allowed, "a request");
        suspectIf(proposalWaits(), allowed, "a proposal");
        suspectIf(othersWait(), timeout, "what is committed here and not elsewhere");
        suspectIf(signOfLifeWaits(), expected, "a sign of life");
    }

    /**
     * What came while a group stood still waits for its next primary, and all of it is handed over at once. A group
     * that is
     * used up to nine tenths takes ten times as long to catch up as it stood still, and until then everything is late,
     * ever
     * less. How long it stood still for its clients, who need not have told, is at least what a view change may take.
     */
    private long inheritedTicks() {
        if (state.view == 0) {
            return 0;
        }
        long stoodStill = Math.max(state.stoodStillTicks, state.timeouts.newViewTicks());
        return Math.max(0, stoodStill - (state.tick - state.enteredAtTick) / TIMES_TO_CATCH_UP);
    }

    /**
     * What has no room in its interval waits until the primary has gone on to the next checkpoint: each batch that it
     * gets committed on the way buys what one may take. And what has no room before a checkpoint is stable does not
     * wait for the primary.
     */
    private void excuseWhatHasNoRoom() {
        long parts = state.timeouts.partsFor(state.lastCommitted - committedAtTick);
        committedAtTick = state.lastCommitted;
        List<SessionLane.Waiting> heads =
                state.isPrimary() ? List.of() : state.pool.heads().toList();
        if (heads.isEmpty()) {
            return;
        }
        long inInterval = state.room.inInterval(state.nextToAccept());
        long untilStable = state.room.toPropose();
        for (SessionLane.Waiting head : heads) {
            long needed = WindowRoom.BATCH_BYTES + WindowRoom.requestBytes(head.request, lastStatus.length);
            if (needed > untilStable) {
                head.excuse(AdaptiveTimeouts.PARTS);
            } else if (needed > inInterval) {
                head.excuse(parts);
            }
        }
    }

    private void suspectIf(long waitedTicks, long allowedTicks, String what) {
        if (waitedTicks >= allowedTicks) {
            state.suspect(what + " has waited " + waitedTicks * state.config.tickMillis() + " ms");
        }
    }

    /**
     * What was relayed may have been lost; or the primary has too much to do already, so this is done ever more
     * seldom.
     */
    private void relayAgain(long expected) {
        long waited = state.isPrimary()
                ? 0
                : state.pool
                        .heads()
                        .mapToLong(head -> head.handedOverTicks(state.tick, state.enteredAtTick))
                        .max()
                        .orElse(0);
        long pause = expected / 2;
        if (waited > 0 && waited % pause == 0 && Long.bitCount(waited / pause) == 1) {
            state.pool.handedOver().stream()
                    .limit(MAX_RELAYED_AGAIN)
                    .forEach(request -> state.emit(new Action.Relay(state.primary(), request)));
        }
    }

    /**
     * The primary judges itself, too, when nothing is committed: the others may have left its view, or have what they
     * want
     * while it has not, and then nobody else would move.
     */
    private long requestWaits() {
        if (!state.isPrimary()) {
            return state.pool.longestHandedOverTicks(state.tick, state.enteredAtTick);
        }
        if (!state.pool.hasWaiting()) {
            idleAtTick = state.tick;
        }
        return state.tick - Math.max(idleAtTick, Math.max(state.enteredAtTick, state.lastCommitTick));
    }

    /**
     * A backup that has a proposal, accepted or kept aside, knows that somebody waits for it (PBFT 4.4), even where it
     * does not know of the
     * request: after a restart, or when earlier requests of the session passed it by.
     */
    private long proposalWaits() {
        // What is carried over may lack its body here: whoever carried it over has it.
        boolean open = state.awaitsCarriedOver()
                || state.slots.tailMap(state.lastCommitted, false).values().stream()
                        .anyMatch(slot -> slot.proposed(state.view).isPresent());
        if (!open) {
            openSinceTick = state.tick;
        }
        return state.tick - Math.max(openSinceTick, Math.max(state.enteredAtTick, state.lastCommitTick));
    }

    /**
     * A replica that alone has what is committed waits for nothing, and the others may know of no request that they
     * could
     * time: the batches hold the ones before it. They cannot get there without the primary, since one replica's word is
     * not enough. Where f+1 say so, one of them is correct; this is how long the (f+1)-th of them has said it.
     */
    private long othersWait() {
        long[] waits = new long[lastStatus.length];
        for (int replica = 0; replica < waits.length; replica++) {
            waits[replica] = replica == state.self ? 0 : lag(replica);
        }
        Arrays.sort(waits);
        return waits[waits.length - state.quorums.weak()];
    }

    /** Not of one that has to fetch the state, which may take longer; nor of one that was not heard from lately. */
    private long lag(int replica) {
        Status status = lastStatus[replica];
        boolean lags = status != null
                && status.lastCommitted() >= state.stable.sequence()
                && status.lastCommitted() < state.lastCommitted
                && state.tick - heardAtTick[replica] <= 2L * state.config.statusIntervalTicks();
        return lags ? state.tick - Math.max(lagsSinceTick[replica], state.enteredAtTick) : 0;
    }

    /** In an idle group nothing else tells that the primary is there. */
    private long signOfLifeWaits() {
        long due = (long) STATUSES_LOST * state.config.statusIntervalTicks();
        long heard = Math.max(state.presence.heardAtTick(state.primary()), state.enteredAtTick);
        return state.isPrimary() ? 0 : Math.max(0, state.tick - heard - due);
    }
}
