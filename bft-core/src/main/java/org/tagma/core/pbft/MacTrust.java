package org.tagma.core.pbft;

import java.util.BitSet;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;

/**
 * The fuse: when a primary takes requests that no signature proves to others, on their MACs alone.
 *
 * <p>A client can make MACs that are good for the primary and bad for the backups (the big-MAC attack). What it costs
 * then is at most a stall and a view change, and that only of a primary that has led its view for a while; so all
 * malicious clients together cost one in that while, and less often the longer they go on. The first view of a new
 * group begins with trust. docs/request-authentication.md has the argument.
 *
 * <p>Not thread-safe.
 */
final class MacTrust {

    private static final long LEAST_MILLIS = 60_000;
    private static final int LEAST_TIMEOUTS = 20;
    private static final long MOST_MILLIS = 3_600_000;
    private static final long QUIET_MILLIS = 24 * 3_600_000L;

    private final PbftState state;
    /** Who keeps aside what this primary proposed, by sequence number. */
    private final TreeMap<Long, BitSet> complaints = new TreeMap<>();

    private int doublings;
    private long doubledAtTick;
    /** From here on this replica trusts, if it leads and stays. */
    private long fromTick;

    MacTrust(PbftState state) {
        this.state = state;
        this.fromTick = periodTicks();
    }

    /** This replica never ran before. */
    void beginFresh() {
        fromTick = 0;
    }

    /** Whether this replica takes requests on their MACs alone now. */
    boolean isGiven() {
        return state.normal && state.isPrimary() && !state.isRecovering() && state.tick >= fromTick;
    }

    /** How long its clients have to sign, if this replica leads and stays; 0 if it does not lead, so cannot tell. */
    long millisLeft() {
        boolean leads = state.normal && state.isPrimary();
        return leads ? Math.max(0, fromTick - state.tick) * state.config.tickMillis() : 0;
    }

    /** The view that this replica had entered ends. */
    void viewEnds() {
        if (state.tick - state.enteredAtTick >= periodTicks()) {
            lengthen();
        }
    }

    /** A view was entered. */
    void viewBegins() {
        complaints.clear();
        fromTick = state.tick + periodTicks();
    }

    void onTick() {
        if (state.tick - doubledAtTick >= QUIET_MILLIS / state.config.tickMillis()) {
            doublings = 0;
        }
    }

    /** A backup keeps aside what this primary proposed; when f+1 do, nothing unsigned is proposed for a while. */
    PbftVerdict onUnchecked(int sender, Unchecked message) {
        if (message.view() != state.view || !state.normal) {
            return PbftVerdict.WRONG_VIEW;
        }
        Optional<Slot> slot = state.existingSlot(message.sequence());
        if (!state.isPrimary()
                || sender == state.self
                || !slot.flatMap(known -> known.accepted(state.view)).equals(Optional.of(message.digest()))) {
            return PbftVerdict.UNEXPECTED;
        }
        if (isEndedBy(sender, message)) {
            state.announce("asks clients for signatures: " + state.quorums.weak()
                    + " replicas cannot check requests that this primary proposed");
            state.askSignatures(state.pool.dropUnsigned(false));
        }
        return PbftVerdict.ACCEPT;
    }

    /**
     * A backup keeps aside what this primary proposed.
     *
     * @return whether that ends the trust: f+1 do, one of which is correct
     */
    private boolean isEndedBy(int sender, Unchecked message) {
        if (!isGiven()) {
            return false;
        }
        complaints.headMap(state.stable.sequence(), true).clear();
        BitSet ofSlot = complaints.computeIfAbsent(message.sequence(), sequence -> new BitSet());
        ofSlot.set(sender);
        if (ofSlot.cardinality() < state.quorums.weak()) {
            return false;
        }
        complaints.clear();
        lengthen();
        fromTick = state.tick + periodTicks();
        return true;
    }

    private void lengthen() {
        if (periodTicks() < mostTicks()) {
            doublings++;
        }
        doubledAtTick = state.tick;
    }

    /** How long a primary leads before it trusts. */
    private long periodTicks() {
        long least = Math.max(LEAST_MILLIS / state.config.tickMillis(), LEAST_TIMEOUTS * state.timeouts.timeoutTicks());
        return Math.min(least << doublings, Math.max(least, mostTicks()));
    }

    private long mostTicks() {
        return MOST_MILLIS / state.config.tickMillis();
    }

    long stateHash() {
        return 31 * (31 * fromTick + doublings) + complaints.hashCode();
    }
}
