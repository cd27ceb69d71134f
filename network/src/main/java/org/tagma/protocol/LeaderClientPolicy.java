package org.tagma.protocol;

import java.util.BitSet;
import java.util.OptionalInt;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.RetrySemantics;

/**
 * A client of replicas that crash but do not lie: one reply decides, and a request goes to the leader, whom any
 * replica may name (Raft 8).
 *
 * <p>A follower passes a request on to the leader it knows, so whoever is asked, the request arrives if there is a
 * leader. The client still finds out who leads, which saves that step. Not thread-safe.
 */
public final class LeaderClientPolicy implements ClientPolicy {

    private static final int NOBODY = -1;

    private final int replicas;
    private final int readFrom;
    private final long longestProbeMillis;

    private long view;
    private int leader = NOBODY;
    /** Tried while nobody is known to lead. */
    private int guess;

    public LeaderClientPolicy(ClientContext context) {
        this.replicas = context.quorums().replicas();
        this.longestProbeMillis = Math.min(context.maxRetryMillis(), 2 * context.retryMillis());
        this.readFrom = context.readFrom();
    }

    @Override
    public int replyQuorum() {
        return 1;
    }

    @Override
    public int queryQuorum() {
        return 1;
    }

    @Override
    public boolean believesOverload(BitSet refusedBy) {
        return !refusedBy.isEmpty();
    }

    @Override
    public void heard(Reply reply) {
        boolean known = reply.primary() >= 0 && reply.primary() < replicas;
        if (reply.view() > view) {
            view = reply.view();
            leader = known ? reply.primary() : NOBODY;
        } else if (reply.view() == view && known) {
            leader = reply.primary();
        }
    }

    @Override
    public void silent(int replica) {
        if (replica == leader()) {
            guess = (replica + 1) % replicas;
            leader = NOBODY;
        }
    }

    @Override
    public long view() {
        return view;
    }

    @Override
    public int leader() {
        return leader == NOBODY ? guess : leader;
    }

    @Override
    public BitSet firstReceivers(RetrySemantics semantics, BitSet connected) {
        return connected.get(leader()) ? Receivers.only(leader()) : Receivers.all(replicas);
    }

    @Override
    public BitSet nextReceivers(BitSet silent, int repetition) {
        if (silent.isEmpty()) {
            // Refused for now by somebody who lives.
            return Receivers.only(leader());
        }
        if (repetition > 1) {
            return Receivers.all(replicas);
        }
        if (silent.get(leader())) {
            silent(leader());
        }
        return Receivers.only(leader());
    }

    /** An election takes about as long as two retries; later the oldest request must not sleep for seconds. */
    @Override
    public long longestProbeMillis() {
        return longestProbeMillis;
    }

    @Override
    public OptionalInt redirect(BitSet refusedBy) {
        if (!refusedBy.get(leader())) {
            return OptionalInt.of(leader());
        }
        int other = refusedBy.nextClearBit(0);
        return other < replicas ? OptionalInt.of(other) : OptionalInt.empty();
    }

    @Override
    public boolean follows(BitSet receivers) {
        return leader != NOBODY && !receivers.get(leader);
    }

    /** Each replica answers linearizably or not at all, so they are asked one after the other. */
    @Override
    public BitSet queryReceivers(BitSet asked, BitSet connected) {
        int preferred = readFrom == ClientContext.LEADER ? leader() : readFrom;
        BitSet left = Receivers.all(replicas);
        left.andNot(asked);
        BitSet reachable = (BitSet) left.clone();
        reachable.and(connected);
        BitSet choice = reachable.isEmpty() ? left : reachable;
        if (choice.isEmpty() || choice.get(preferred)) {
            return choice.isEmpty() ? choice : Receivers.only(preferred);
        }
        return Receivers.only(choice.get(leader()) ? leader() : choice.nextSetBit(0));
    }
}
