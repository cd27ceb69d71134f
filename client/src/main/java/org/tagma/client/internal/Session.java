package org.tagma.client.internal;

import java.util.BitSet;
import java.util.List;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.protocol.ClientMessage.RequestKind;

/** One session as its client sees it: the numbers given out and who waits under which. Not thread-safe. */
public final class Session {

    final long number;

    /** The replicas that a connection of this session reaches now. */
    final BitSet connected = new BitSet();

    private final TreeMap<Long, Attempt> fifo = new TreeMap<>();
    private final TreeMap<Long, Attempt> unordered = new TreeMap<>();
    private long nextFifo = 1;
    private long nextUnordered = 1;

    /** When a request was sent in it first. */
    long usedAt = Long.MAX_VALUE;

    public Session(long number) {
        this.number = number;
    }

    /**
     * Whether another request of this kind may be sent. Exactly-once numbers are limited by their distance from the
     * oldest unanswered one, not by their count: the replicas keep the replies of the last few numbers only.
     */
    public boolean hasRoom(RequestKind kind, int maxInFlight) {
        if (kind == RequestKind.FIFO && !fifo.isEmpty()) {
            return nextFifo - fifo.firstKey() < maxInFlight;
        }
        return fifo.size() + unordered.size() < maxInFlight;
    }

    public long takeNumber(RequestKind kind) {
        return kind == RequestKind.FIFO ? nextFifo++ : nextUnordered++;
    }

    /**
     * Up to which number it has, or does not want any more, the replies: right after a number was taken, before it is
     * added.
     */
    public long acknowledged(RequestKind kind) {
        if (kind != RequestKind.FIFO) {
            return 0;
        }
        return (fifo.isEmpty() ? nextFifo - 1 : fifo.firstKey()) - 1;
    }

    /** By which it is known to the replicas. */
    public long number() {
        return number;
    }

    /** A connection of this session to a replica is there, or is gone. */
    public void connected(int replica, boolean isThere) {
        connected.set(replica, isThere);
    }

    /** Whether no connection of it is there. */
    public boolean isCutOff() {
        return connected.isEmpty();
    }

    /** Whether nothing is under way in it. */
    public boolean isEmpty() {
        return fifo.isEmpty() && unordered.isEmpty();
    }

    /** What is under way without a signature, lowest numbers first. */
    List<Attempt> unsigned() {
        return Stream.concat(fifo.values().stream(), unordered.values().stream())
                .filter(attempt -> !attempt.isSigned())
                .toList();
    }

    public void add(Attempt attempt) {
        lane(attempt.kind()).put(attempt.number(), attempt);
    }

    public void remove(Attempt attempt) {
        lane(attempt.kind()).remove(attempt.number());
    }

    /** Who waits under this number, or null. */
    public Attempt find(RequestKind kind, long requestNumber) {
        return kind == RequestKind.QUERY ? null : lane(kind).get(requestNumber);
    }

    /** Whether someone still waits for an answer in this session. */
    public boolean isAwaited() {
        return fifo.values().stream().anyMatch(attempt -> !attempt.request().completed)
                || unordered.values().stream().anyMatch(attempt -> !attempt.request().completed);
    }

    private TreeMap<Long, Attempt> lane(RequestKind kind) {
        return kind == RequestKind.FIFO ? fifo : unordered;
    }
}
