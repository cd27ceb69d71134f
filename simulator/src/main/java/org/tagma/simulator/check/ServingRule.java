package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.Map;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.Question;

/**
 * A replica answers who fetches a state as long as that does not keep it from its own work: so many bytes in a tick to each, where a
 * question costs what its answer may be long, and something even if that is little. Not thread-safe.
 */
final class ServingRule {

    private static final long BYTES_A_TICK = 2L << 20;
    private static final long LEAST_BYTES = 16L << 10;
    private static final long LARGEST_PART_BYTES = 64L << 10;

    private final Complaints complaints;
    private final int self;
    private final Map<Integer, Long> spent = new HashMap<>();
    private boolean mayServe;
    private int served;

    ServingRule(Complaints complaints, int self) {
        this.complaints = complaints;
        this.self = self;
    }

    void begins() {
        mayServe = false;
        served = 0;
    }

    void tick() {
        spent.clear();
    }

    void isAsked(int by, Question question) {
        long bytes = question instanceof FetchPiece piece ? piece.maxWholeBytes() : LARGEST_PART_BYTES;
        long after = spent.getOrDefault(by, 0L) + Math.max(LEAST_BYTES, bytes);
        mayServe = after <= BYTES_A_TICK;
        if (mayServe) {
            spent.put(by, after);
        }
    }

    void serves(Action.ServeState serve) {
        served += serve.to() == self ? 0 : 1;
    }

    void ends(Event event) {
        if (served != (mayServe ? 1 : 0)) {
            complaints.of("serves parts of states " + served + " times where it " + (mayServe ? "can" : "must not")
                    + ", on " + event);
        }
    }
}
