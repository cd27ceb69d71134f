package org.tagma.examples.primarybackup;

import java.util.BitSet;
import java.util.OptionalInt;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.Receivers;

/** A client: one reply is enough, requests go to the primary, and to all if it does not answer. Not thread-safe. */
final class BackupClient implements ClientPolicy {

    private final int replicas;
    private final long longestProbeMillis;
    private long view;

    BackupClient(ClientContext context) {
        this.replicas = context.quorums().replicas();
        this.longestProbeMillis = Math.min(context.maxRetryMillis(), 2 * context.retryMillis());
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
    public boolean signsBesidesMacs() {
        return false;
    }

    @Override
    public void heard(Reply reply) {
        view = Math.max(view, Math.min(reply.view(), replicas - 1));
    }

    @Override
    public void silent(int replica) {
        // The dead are for the replicas to find out.
    }

    @Override
    public long view() {
        return view;
    }

    @Override
    public int leader() {
        return (int) view;
    }

    @Override
    public BitSet firstReceivers(RetrySemantics semantics, BitSet connected) {
        return connected.get(leader()) ? Receivers.only(leader()) : Receivers.all(replicas);
    }

    @Override
    public BitSet nextReceivers(BitSet silent, int repetition) {
        return Receivers.all(replicas);
    }

    @Override
    public long longestProbeMillis() {
        return longestProbeMillis;
    }

    @Override
    public OptionalInt redirect(BitSet refusedBy) {
        int other = refusedBy.nextClearBit(0);
        return other < replicas ? OptionalInt.of(other) : OptionalInt.empty();
    }

    @Override
    public boolean follows(BitSet receivers) {
        return !receivers.get(leader());
    }

    /** Whoever is not the primary says so. */
    @Override
    public BitSet queryReceivers(BitSet asked, BitSet connected) {
        BitSet left = Receivers.all(replicas);
        left.andNot(asked);
        if (left.isEmpty()) {
            return left;
        }
        return Receivers.only(left.get(leader()) ? leader() : left.nextSetBit(0));
    }
}
