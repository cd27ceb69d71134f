package org.tagma.core.service;

import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.state.TreeAssembler;

/**
 * How much a replica does in one tick for another one that fetches a state, so that it is not kept from its own work: a
 * question costs what its answer may be long, and something even if that is little.
 *
 * <p>Not thread-safe.
 */
public final class ServingBudget {

    /** For each who asks. */
    private static final long BYTES_PER_TICK = 2L << 20;

    /** For looking it up and for a message; and the only entry of a part may be longer than was asked for. */
    private static final long LEAST_BYTES = 16L << 10;

    private final Map<Integer, Long> spent = new TreeMap<>();

    /** A tick has passed. */
    public void renew() {
        spent.clear();
    }

    /**
     * Whether a question may be answered; if so, it is paid for.
     *
     * @param asker a member of the group, so that there are not many
     */
    public boolean allows(int asker, Question question) {
        long answerBytes = question instanceof FetchPiece piece ? piece.maxWholeBytes() : TreeAssembler.MAX_WHOLE_BYTES;
        long cost = Math.max(LEAST_BYTES, answerBytes);
        long before = spent.getOrDefault(asker, 0L);
        if (before + cost > BYTES_PER_TICK) {
            return false;
        }
        spent.put(asker, before + cost);
        return true;
    }
}
