package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.TreeMap;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.SessionId;

/**
 * Where one session of a client stands: two lanes of numbers, and the replies of the first lane that are still kept. As
 * the oldest go first, those are of the last numbers without a gap.
 *
 * <p>Not thread-safe.
 */
final class Session {

    /**
     * A reply that is kept.
     *
     * @param order counts executions, over all sessions
     * @param resultBytes length of the result
     * @param result null if it is in the tree only
     */
    record CachedReply(long order, ReplyStatus status, int resultBytes, ByteString result) {

        static CachedReply of(long order, ServiceReply reply) {
            return new CachedReply(order, reply.status(), reply.result().size(), reply.result());
        }

        CachedReply inTree() {
            return new CachedReply(order, status, resultBytes, null);
        }

        /** What it counts for: its result, and what it takes to keep it. */
        long bytes() {
            return SessionTable.REPLY_OVERHEAD_BYTES + resultBytes;
        }
    }

    final SessionId id;
    final TreeMap<Long, CachedReply> replies = new TreeMap<>();
    private long nextNumber = 1;
    private long lastUnordered;

    /** When something was executed in it last: how many executions there had been, and the agreed time. */
    private long lastOrder;

    private long lastMillis;

    Session(SessionId id) {
        this.id = id;
    }

    /** A session that was written down. */
    Session(SessionId id, long nextNumber, long lastUnordered, long lastOrder, long lastMillis) {
        this.id = id;
        this.nextNumber = nextNumber;
        this.lastUnordered = lastUnordered;
        this.lastOrder = lastOrder;
        this.lastMillis = lastMillis;
    }

    long nextNumber() {
        return nextNumber;
    }

    long lastUnordered() {
        return lastUnordered;
    }

    long lastOrder() {
        return lastOrder;
    }

    long lastMillis() {
        return lastMillis;
    }

    void active(long order, long millis) {
        lastOrder = order;
        lastMillis = millis;
    }

    void executedFifo(CachedReply reply) {
        replies.put(nextNumber++, reply);
    }

    void executedUnordered(long number) {
        lastUnordered = number;
    }

    SessionProgress progress() {
        return new SessionProgress(id, nextNumber, lastUnordered);
    }
}
