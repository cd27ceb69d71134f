package org.tagma.simulator.check;

import java.util.Arrays;
import org.tagma.core.pbft.PbftMessage.Status;

/**
 * When a replica leaves its view for the sake of others, by what they say of themselves: f+1 lack for long what is committed here; one
 * lost its memory and nothing commits that would cover it, or is the primary, or can take part again in the next view only. Not
 * thread-safe.
 */
final class OthersRule {

    /** For one that lost its memory the view changes once in so many timeouts, for it may be a liar. */
    private static final int ADMIT_PAUSE_TIMEOUTS = 30;

    private static final long NEVER = Long.MIN_VALUE / 2;

    private final Complaints complaints;
    private final Mirror mirror;
    private final Status[] lastStatus;
    private final long[] heardAtTick;
    private final long[] lagsSinceTick;
    private final long[] helpedAtTick;
    private final long[] admittedAtTick;
    private final boolean[] waitsForNextView;
    private long committedAtLastTick;
    private long stuckSinceTick;
    /** Why it must leave now, or null. */
    private String cause;

    OthersRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
        int replicas = mirror.wellFormed.replicas();
        this.lastStatus = new Status[replicas];
        this.heardAtTick = never(replicas);
        this.lagsSinceTick = never(replicas);
        this.helpedAtTick = never(replicas);
        this.admittedAtTick = never(replicas);
        this.waitsForNextView = new boolean[replicas];
    }

    private static long[] never(int length) {
        long[] ticks = new long[length];
        Arrays.fill(ticks, NEVER);
        return ticks;
    }

    void begins() {
        cause = null;
    }

    void hears(int sender, Status status) {
        Status earlier = lastStatus[sender];
        lastStatus[sender] = status;
        heardAtTick[sender] = mirror.tick;
        boolean moves = earlier == null || earlier.lastCommitted() != status.lastCommitted();
        if (moves || status.lastCommitted() >= mirror.lastCommitted) {
            lagsSinceTick[sender] = mirror.tick;
        }
        boolean looks = mirror.tick - helpedAtTick[sender] >= mirror.config.statusIntervalTicks();
        if (sender == mirror.self || !looks) {
            return;
        }
        helpedAtTick[sender] = mirror.tick;
        boolean waits = status.viewChanging() && status.view() == mirror.view + 1;
        if (status.recoveringUpTo() > mirror.stable.sequence() && mirror.normal) {
            waitsForNextView[sender] = waits;
            boolean hadTime = mirror.tick - mirror.enteredAtTick >= mirror.config.statusIntervalTicks();
            if (sender == mirror.wellFormed.primary(mirror.view) && hadTime) {
                cause = "its primary lost its memory";
            }
        } else if (waitsForNextView[sender] && waits && mirror.normal && status.recoveringUpTo() == 0) {
            waitsForNextView[sender] = false;
            admits(sender);
        }
    }

    private void admits(int replica) {
        long pause = (long) ADMIT_PAUSE_TIMEOUTS * mirror.config.requestTimeoutTicks();
        if (mirror.tick - admittedAtTick[replica] >= pause) {
            admittedAtTick[replica] = mirror.tick;
            cause = "replica " + replica + " can take part again from the next view on";
        }
    }

    /** The clock ticks, and nothing is decided on it. */
    void ticks() {
        if (mirror.lastCommitted != committedAtLastTick) {
            committedAtLastTick = mirror.lastCommitted;
            stuckSinceTick = mirror.tick;
        }
        long since = Math.max(stuckSinceTick, mirror.enteredAtTick);
        boolean stands = mirror.tick - since >= 2L * mirror.config.requestTimeoutTicks();
        if (stands && mirror.accepted(mirror.lastCommitted + 1).isPresent() && hasSomebodyForgotten()) {
            cause = "nothing commits, and one that lost its memory waits for a checkpoint";
        } else if (mostLag()) {
            cause = mirror.weak + " others lack what is committed here, and do not get it";
        }
    }

    private boolean hasSomebodyForgotten() {
        for (Status status : lastStatus) {
            if (status != null && status.recoveringUpTo() > mirror.stable.sequence()) {
                return true;
            }
        }
        return false;
    }

    private boolean mostLag() {
        long timeout = mirror.patience.ticks(mirror.config.requestTimeoutTicks());
        int lagging = 0;
        for (int replica = 0; replica < lastStatus.length; replica++) {
            lagging += replica != mirror.self && lags(replica, timeout) ? 1 : 0;
        }
        return lagging >= mirror.weak;
    }

    /** Not one that must fetch the state, which may take longer; nor one that was not heard lately. */
    private boolean lags(int replica, long timeout) {
        Status status = lastStatus[replica];
        return status != null
                && status.lastCommitted() >= mirror.stable.sequence()
                && status.lastCommitted() < mirror.lastCommitted
                && mirror.tick - heardAtTick[replica] <= 2L * mirror.config.statusIntervalTicks()
                && mirror.tick - Math.max(lagsSinceTick[replica], mirror.enteredAtTick) >= timeout;
    }

    /** Whether that is a reason to leave its view now. */
    boolean isCause() {
        return cause != null;
    }

    void ends() {
        if (cause != null && mirror.normalBefore && !mirror.leaves) {
            complaints.of("stays in view " + mirror.view + ", though " + cause);
        }
    }
}
