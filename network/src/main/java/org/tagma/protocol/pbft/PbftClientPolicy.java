package org.tagma.protocol.pbft;

import java.util.BitSet;
import java.util.OptionalInt;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.Receivers;

/** A client of replicas of which f may lie. Not thread-safe. */
final class PbftClientPolicy implements ClientPolicy {

    /**
     * After a request that its primary let wait, so many new ones go to all replicas at once. The backups then see what
     * the primary does with them: it serves this client in time, or is replaced. Without that, a primary that left a
     * client out until it repeats each request would cost it that wait every time, and nobody would know.
     */
    private static final int WATCHED_REQUESTS = 8;

    private final Quorums quorums;
    private final boolean readOnlyFastPath;
    private final ViewEstimate views;
    private final long longestProbeMillis;
    /** New requests that go to all replicas, as long as this view lasts. */
    private int leftToWatch;

    private long watchedView;

    PbftClientPolicy(ClientContext context) {
        this.quorums = context.quorums();
        this.readOnlyFastPath = context.readOnlyFastPath();
        this.longestProbeMillis = context.maxRetryMillis();
        this.views = new ViewEstimate(quorums);
    }

    /**
     * f+1 hold the word of one correct replica, which is enough as long as every read is ordered too. With the fast
     * path a read may be answered by a quorum that has not executed the latest write yet; a client that already
     * returned from that write on f+1 replies would then read the past. So a write returns only once a quorum has
     * executed it, which every read's quorum meets in a correct replica (Berger, Reiser and Bessani, "Making Reads in
     * BFT State Machine Replication Fast, Linearizable, and Live", 2021).
     */
    @Override
    public int replyQuorum() {
        return readOnlyFastPath ? quorums.certificate() : quorums.weak();
    }

    @Override
    public int queryQuorum() {
        return quorums.certificate();
    }

    @Override
    public boolean believesOverload(BitSet refusedBy) {
        return refusedBy.cardinality() >= quorums.weak() || refusedBy.get(views.primary());
    }

    @Override
    public void heard(Reply reply) {
        // Not reply.primary(): who that is follows from the view, and one replica's word is worth nothing.
        views.claimed(reply.replica(), reply.view());
    }

    @Override
    public void silent(int replica) {
        // A primary that is silent to this client is for the replicas to judge.
    }

    @Override
    public long view() {
        return views.view();
    }

    @Override
    public int leader() {
        return views.primary();
    }

    @Override
    public BitSet firstReceivers(RetrySemantics semantics, BitSet connected) {
        // What is never repeated goes to everyone at once, or one faulty primary could make it vanish.
        boolean once = semantics == RetrySemantics.AT_MOST_ONCE;
        boolean watched = leftToWatch > 0 && watchedView == views.view();
        leftToWatch -= watched ? 1 : 0;
        return once || watched || !connected.get(leader())
                ? Receivers.all(quorums.replicas())
                : Receivers.only(leader());
    }

    @Override
    public BitSet nextReceivers(BitSet silent, int repetition) {
        if (silent.get(leader())) {
            leftToWatch = WATCHED_REQUESTS;
            watchedView = views.view();
        }
        return Receivers.all(quorums.replicas());
    }

    @Override
    public long longestProbeMillis() {
        return longestProbeMillis;
    }

    @Override
    public OptionalInt redirect(BitSet refusedBy) {
        return OptionalInt.empty();
    }

    /** Backups time the primary of a request that they know; it needs no help. */
    @Override
    public boolean follows(BitSet receivers) {
        return false;
    }

    @Override
    public BitSet queryReceivers(BitSet asked, BitSet connected) {
        return asked.isEmpty() ? Receivers.all(quorums.replicas()) : new BitSet();
    }
}
