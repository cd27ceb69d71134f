package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import org.tagma.core.protocol.Request;

/**
 * What a primary proposes next, of all that waits in a {@link RequestPool}: sessions take turns, and what is ordered
 * once more is one of them.
 *
 * <p>What has no room in the window waits until there is more, and holds up nobody else: it has the first turn then.
 *
 * <p>Not thread-safe.
 */
final class ProposalTurns {

    private final int replicas;
    private final OrderedAgain again;
    /** Sessions that may have something to propose, in turn. */
    private LinkedHashSet<SessionLane> ready = new LinkedHashSet<>();
    /** Sessions whose next request found no room, in turn. */
    private LinkedHashSet<SessionLane> heldUp = new LinkedHashSet<>();
    /** The same of what is ordered once more. */
    private boolean isAgainHeldUp;

    private long roomThen;
    /** Proposals to go until one of {@link #again} has its turn. */
    private int turnsUntilAgain;

    ProposalTurns(PbftConfig config) {
        this.replicas = config.quorums().replicas();
        this.again = new OrderedAgain(config.maxBatchBytes());
    }

    /** Requests to be ordered once more. */
    OrderedAgain again() {
        return again;
    }

    /** What those weigh. */
    long bytes() {
        return again.bytes();
    }

    /** What a session has to propose may have changed. */
    void update(SessionLane lane) {
        heldUp.remove(lane);
        if (lane.nextToPropose() != null) {
            ready.add(lane);
        }
    }

    void remove(SessionLane lane) {
        ready.remove(lane);
        heldUp.remove(lane);
    }

    /** How many sessions are kept track of. */
    int sessions() {
        return ready.size() + heldUp.size();
    }

    void clear() {
        ready.clear();
        heldUp.clear();
        again.clear();
        isAgainHeldUp = false;
    }

    /** Whether there is something to propose, once it has room. */
    boolean hasProposable() {
        return isHeldUp() || hasReady();
    }

    /** Whether something found no room when a batch was made last. */
    boolean isHeldUp() {
        return isAgainHeldUp || !heldUp.isEmpty();
    }

    private boolean hasReady() {
        return (!again.isEmpty() && !isAgainHeldUp) || nextReady() != null;
    }

    private SessionLane nextReady() {
        while (!ready.isEmpty()) {
            SessionLane lane = ready.iterator().next();
            if (lane.nextToPropose() != null) {
                return lane;
            }
            ready.remove(lane);
        }
        return null;
    }

    /**
     * Takes the next requests to propose, a turn for each session.
     *
     * @param room that they have together in the window, see {@link WindowRoom}
     */
    List<Request> nextBatch(int maxRequests, long maxBytes, long room) {
        if (room > roomThen) {
            tryAgain();
        }
        roomThen = room;
        List<Request> batch = new ArrayList<>();
        long batchBytes = 0;
        long left = room - WindowRoom.BATCH_BYTES;
        while (batch.size() < maxRequests && hasReady()) {
            SessionLane lane = isTurnOfAgain() ? null : nextReady();
            Request request = lane == null ? again.next() : lane.nextToPropose().request;
            long weight = WindowRoom.requestBytes(request, replicas);
            if (weight > left) {
                holdUp(lane);
            } else if (batchBytes + request.size() > maxBytes && !batch.isEmpty()) {
                break;
            } else {
                batch.add(request);
                batchBytes += request.size();
                left -= weight;
                take(lane, request);
            }
        }
        return batch;
    }

    private void tryAgain() {
        if (!heldUp.isEmpty()) {
            heldUp.addAll(ready);
            ready = heldUp;
            heldUp = new LinkedHashSet<>();
        }
        isAgainHeldUp = false;
    }

    private void holdUp(SessionLane lane) {
        if (lane == null) {
            isAgainHeldUp = true;
        } else {
            ready.remove(lane);
            heldUp.add(lane);
        }
    }

    private void take(SessionLane lane, Request request) {
        if (lane == null) {
            again.remove();
            turnsUntilAgain = ready.size();
        } else {
            ready.remove(lane);
            lane.markProposed(request);
            update(lane);
            turnsUntilAgain--;
        }
    }

    /** What is ordered once more takes turns with the sessions, as if it were one more, and so leaves room. */
    private boolean isTurnOfAgain() {
        return !again.isEmpty() && !isAgainHeldUp && (turnsUntilAgain <= 0 || nextReady() == null);
    }
}
