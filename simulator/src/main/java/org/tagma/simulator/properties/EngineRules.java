package org.tagma.simulator.properties;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.ReplyStatusCode;

/**
 * Holds one incarnation of a correct replica's engine to its order: what was decided takes effect when all that was
 * written is durable, and who asks a replica that can answer is answered. Not thread-safe.
 */
public final class EngineRules {

    /** After so long, what the engine says of its protocol is not old any more. */
    private static final long STATUS_AGE_MICROS = 1_000_000;

    /** And only if it was at work meanwhile, and has said so often: it may have lagged in between each time. */
    private static final int TURNS_BETWEEN = 10;

    private static final int TIMES = 5;

    private final Violations violations;
    private final int replica;
    private boolean isUndurable;
    private long unavailableSinceMicros = -1;
    private int replies;
    private int turnsUnavailable;
    private int timesUnavailable;

    public EngineRules(Violations violations, int replica) {
        this.violations = violations;
        this.replica = replica;
    }

    /** A record was written. */
    public void appended() {
        isUndurable = true;
    }

    /** All that was written is durable. */
    public void durable() {
        isUndurable = false;
    }

    /** Something that was decided takes effect. */
    public void takesEffect(String what) {
        if (isUndurable) {
            violations.report(
                    Property.DURABLE_BEFORE_EFFECT,
                    "replica " + replica + " " + what + " while a record of what it decided is not durable");
        }
    }

    /** The engine is at work; whatever it said before, whoever cannot answer now has a reason to say so. */
    public void turns(boolean canAnswer) {
        turnsUnavailable++;
        if (!canAnswer) {
            unavailableSinceMicros = -1;
        }
    }

    /** It has done nothing for a while, and first hears what came meanwhile. */
    public void resumes() {
        unavailableSinceMicros = -1;
    }

    /** A reply to a request is handed on. */
    public void replies() {
        replies++;
    }

    /** How many were, since this was asked last. */
    public int takeReplies() {
        int counted = replies;
        replies = 0;
        return counted;
    }

    /** A query is answered by a replica that says itself whether it lags. */
    public void answers(ByteString frame, boolean canAnswer, long nowMicros) {
        if (!isUnavailable(frame) || !canAnswer) {
            unavailableSinceMicros = -1;
        } else if (unavailableSinceMicros < 0) {
            unavailableSinceMicros = nowMicros;
            turnsUnavailable = 0;
            timesUnavailable = 0;
        } else if (turnsUnavailable > TURNS_BETWEEN) {
            turnsUnavailable = 0;
            if (++timesUnavailable >= TIMES && nowMicros - unavailableSinceMicros > STATUS_AGE_MICROS) {
                violations.report(
                        Property.ANSWERS, "replica " + replica + " answers no queries, though nothing is wrong");
            }
        }
    }

    private static boolean isUnavailable(ByteString frame) {
        try {
            return ReplyPayload.parseFrom(Envelope.parseFrom(frame).getPayload())
                            .getStatus()
                    == ReplyStatusCode.REPLY_STATUS_UNAVAILABLE;
        } catch (InvalidProtocolBufferException e) {
            throw new IllegalStateException("a reply that cannot be read", e);
        }
    }
}
