package org.tagma.core.pbft;

import java.util.ArrayDeque;
import org.tagma.core.protocol.Request;

/**
 * Executed requests waiting to be ordered once more, so that a replica that waits for one in vain learns its
 * outcome: a few, and no more bytes than a batch has, or one.
 *
 * <p>Not thread-safe.
 */
final class OrderedAgain {

    private static final int MAX_REQUESTS = 16;

    private final long maxBytes;
    private final ArrayDeque<Request> waiting = new ArrayDeque<>();
    private long bytes;

    OrderedAgain(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    long bytes() {
        return bytes;
    }

    boolean hasRoom(Request request) {
        return isEmpty() || (waiting.size() < MAX_REQUESTS && bytes + request.size() <= maxBytes);
    }

    void add(Request request) {
        waiting.add(request);
        bytes += request.size();
    }

    /** The next one, which stays. */
    Request next() {
        return waiting.element();
    }

    void remove() {
        bytes -= waiting.remove().size();
    }

    void clear() {
        waiting.clear();
        bytes = 0;
    }
}
