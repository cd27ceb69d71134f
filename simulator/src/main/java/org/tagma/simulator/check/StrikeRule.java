package org.tagma.simulator.check;

import org.tagma.core.protocol.Event;

/**
 * A primary that serves one request after another just in time is left as well, for it may be one that slows all down (Clement et al.,
 * NSDI 2009). Not thread-safe.
 */
final class StrikeRule {

    private static final int MOST_STRIKES = 4;

    private final Complaints complaints;
    private final Mirror mirror;
    private final WaitingRequests waiting;

    private int strikes;
    /** Strikes at most, where those above are surely some. */
    private int mostStrikes;

    private long struckAtTick;
    private long viewOfStrikes;

    StrikeRule(Complaints complaints, Mirror mirror, WaitingRequests waiting) {
        this.complaints = complaints;
        this.mirror = mirror;
        this.waiting = waiting;
    }

    /** Before what was executed is forgotten: how long did it wait? */
    void executes(Event.Executed executed) {
        if (viewOfStrikes != mirror.view) {
            viewOfStrikes = mirror.view;
            strikes = 0;
            mostStrikes = 0;
            struckAtTick = mirror.enteredAtTick;
        }
        long longest = -1;
        boolean sure = true;
        for (Event.RequestOutcome outcome : executed.outcomes()) {
            WaitingRequests.Lane lane = waiting.find(outcome.request().session());
            boolean waits = lane != null
                    && outcome.request().semantics().isFifo()
                    && lane.kept.containsKey(outcome.request().number());
            sure &= !waiting.isUnsure(outcome.request().session()) || waits;
            if (waits) {
                WaitingRequests.Kept kept = lane.kept.get(outcome.request().number());
                longest = Math.max(longest, mirror.tick - lane.headWaitsSince(kept, mirror.enteredAtTick));
            }
        }
        long half = mirror.patience.ticks(mirror.config.requestTimeoutTicks()) / 2;
        if (mostWaited(executed) >= half) {
            mostStrikes++;
        }
        if (!sure) {
            strikes = 0;
            struckAtTick = mirror.tick;
        } else if (longest >= 0 && mirror.normal && !mirror.isPrimary()) {
            if (longest < half) {
                // Prompt service makes up for slow service less often than this grants.
                strikes = Math.max(0, strikes - 1);
            } else if (mirror.tick - struckAtTick >= half) {
                // Those that waited at the same time are one strike together.
                struckAtTick = mirror.tick;
                strikes++;
            }
        }
    }

    /** How long those that were executed now can have waited in this view. */
    private long mostWaited(Event.Executed executed) {
        long most = -1;
        for (Event.RequestOutcome outcome : executed.outcomes()) {
            WaitingRequests.Lane lane = waiting.find(outcome.request().session());
            Long since = lane == null
                    ? null
                    : lane.receivedAtTick.get(outcome.request().number());
            if (since != null) {
                most = Math.max(most, mirror.tick - Math.max(since, mirror.enteredAtTick));
            }
        }
        return most;
    }

    /** That was decided on it. */
    void decided() {
        boolean leaves = mirror.leaves;
        if (strikes >= MOST_STRIKES) {
            strikes = 0;
            if (!leaves) {
                complaints.of("stays in view " + mirror.view + ", whose primary serves everything just in time");
            }
        }
        if (leaves && mostStrikes < MOST_STRIKES && !waiting.areSomeUnordered()) {
            complaints.of("leaves view " + mirror.viewBefore + ", whose primary let requests wait for long "
                    + mostStrikes + " times only");
        }
    }
}
