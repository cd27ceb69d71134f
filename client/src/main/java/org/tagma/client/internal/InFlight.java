package org.tagma.client.internal;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.tagma.client.call.ClientOptions;

/**
 * The requests that have a number, in the order of the calls; and how many bytes of them are under way at once: as many
 * as the replicas take. What they refuse for lack of room is held back, with all that comes after it, until answers of
 * this client's own have made room. So a client of large requests is served as fast as it is answered, and nothing is
 * sent in vain but now and then one, to find out whether there is more room.
 *
 * <p>Not thread-safe.
 */
final class InFlight {

    /** Each answer widens what may be under way by this part of its request. */
    private static final int WIDENED_PART = 8;

    private final Set<PendingRequest> requests = new LinkedHashSet<>();
    private long limitBytes = Long.MAX_VALUE;
    private long underWayBytes;
    private int held;

    /** A snapshot, oldest first. */
    List<PendingRequest> all() {
        return List.copyOf(requests);
    }

    /** Those that were sent and are not held back, oldest first. */
    List<PendingRequest> sent() {
        return requests.stream().filter(request -> !request.isHeld).toList();
    }

    boolean contains(PendingRequest request) {
        return requests.contains(request);
    }

    boolean isOldest(PendingRequest request) {
        return requests.iterator().next() == request;
    }

    /** Whether it is to be sent now; if not, it is held back. */
    boolean add(PendingRequest request) {
        requests.add(request);
        boolean mayGo = held == 0 && hasRoom(request);
        if (mayGo) {
            sending(request);
        } else {
            request.isHeld = true;
            held++;
        }
        return mayGo;
    }

    private boolean hasRoom(PendingRequest request) {
        return underWayBytes == 0 || bytes(request) <= limitBytes - underWayBytes;
    }

    private static long bytes(PendingRequest request) {
        return request.newestAttempt().bytes();
    }

    /** It is sent, be it held back or not. */
    void sending(PendingRequest request) {
        release(request);
        request.bytesUnderWay = bytes(request);
        underWayBytes += request.bytesUnderWay;
    }

    /**
     * Replicas have no room for it, so for nothing after it. What is held back is repeated all the same, but as late as
     * may be; if nothing else is under way, as early as ever, for no answer will make room.
     */
    void refused(PendingRequest refused) {
        long bytes = bytes(refused);
        boolean after = false;
        long retryAt = refused.retryAt;
        for (PendingRequest request : requests) {
            after |= request == refused;
            if (after && request.isRepeatable() && !request.isHeld) {
                release(request);
                request.isHeld = true;
                held++;
                request.retryAt = request.sentAt + ClientOptions.MAX_RETRY_MILLIS;
            }
        }
        limitBytes = Math.max(underWayBytes, bytes);
        if (underWayBytes == 0 && refused.isHeld) {
            refused.isHeldAlone = true;
            refused.retryAt = retryAt;
        }
    }

    /** It was answered, so that there is room for so much again. */
    void answered(PendingRequest request) {
        if (limitBytes < Long.MAX_VALUE) {
            limitBytes += request.bytesUnderWay / WIDENED_PART;
        }
        remove(request);
    }

    void remove(PendingRequest request) {
        if (requests.remove(request)) {
            release(request);
        }
    }

    void clear() {
        all().forEach(this::remove);
    }

    private void release(PendingRequest request) {
        underWayBytes -= request.bytesUnderWay;
        request.bytesUnderWay = 0;
        held -= request.isHeld ? 1 : 0;
        request.isHeld = false;
        request.isHeldAlone = false;
    }

    /** Those that were held back and have room now; they are to be sent. */
    List<PendingRequest> withRoom() {
        if (held == 0) {
            return List.of();
        }
        List<PendingRequest> go = new ArrayList<>();
        Iterator<PendingRequest> next = requests.iterator();
        while (held > 0 && next.hasNext()) {
            PendingRequest request = next.next();
            boolean waits = request.isHeld && (!hasRoom(request) || request.isHeldAlone);
            if (waits) {
                break;
            }
            if (request.isHeld) {
                sending(request);
                go.add(request);
            }
        }
        return go;
    }
}
