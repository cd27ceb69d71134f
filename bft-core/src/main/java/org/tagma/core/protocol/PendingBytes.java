package org.tagma.core.protocol;

import java.util.TreeMap;

/**
 * What the requests that wait at a replica weigh, for each client and in all, and whether there is room for one more. A
 * client that has nothing waiting may always have one request wait, if there is room in all.
 *
 * <p>Not thread-safe.
 */
public final class PendingBytes {

    private final MemoryBounds bounds;
    private final TreeMap<Integer, Long> perClient = new TreeMap<>();
    private long total;

    /** Nothing waits. */
    public PendingBytes(MemoryBounds bounds) {
        this.bounds = bounds;
    }

    /** Whether a request may wait here as well. */
    public boolean hasRoomFor(Request request) {
        long ofClient = perClient.getOrDefault(request.session().client(), 0L);
        return (total == 0 || total + request.size() <= bounds.pendingBytes())
                && (ofClient == 0 || ofClient + request.size() <= bounds.pendingBytesPerClient());
    }

    /** A request waits from now on. */
    public void add(Request request) {
        total += request.size();
        perClient.merge(request.session().client(), (long) request.size(), Long::sum);
    }

    /** A request that waited does so no more. */
    public void remove(Request request) {
        total -= request.size();
        perClient.merge(request.session().client(), (long) -request.size(), (a, b) -> a + b == 0 ? null : a + b);
    }

    /** Nothing waits any more. */
    public void clear() {
        total = 0;
        perClient.clear();
    }

    /** What waits, in bytes. */
    public long total() {
        return total;
    }
}
