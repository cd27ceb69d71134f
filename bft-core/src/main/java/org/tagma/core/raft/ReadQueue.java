package org.tagma.core.raft;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.List;
import org.tagma.core.protocol.Action;

/** Reads of this replica's clients: those whose index is known wait here until so much is executed. */
final class ReadQueue {

    private final RaftState state;
    private final ArrayDeque<Ready> ready = new ArrayDeque<>();
    private int waiting;

    private record Ready(long id, long index) {}

    ReadQueue(RaftState state) {
        this.state = state;
    }

    /** Counts a read in, if there is room; each that is counted in is later answered or refused. */
    boolean admit() {
        if (waiting >= state.config.maxPendingReads()) {
            return false;
        }
        waiting++;
        return true;
    }

    /** These reads are linearizable from this index on. */
    void confirmed(Collection<Long> ids, long index) {
        ids.forEach(id -> ready.add(new Ready(id, index)));
        release();
    }

    void refuse(Collection<Long> ids) {
        for (long id : ids) {
            waiting--;
            state.emit(new Action.RefuseRead(id));
        }
    }

    /**
     * No leader has been heard for an election timeout: what these reads wait for may never come here, as where a
     * replica was taken out of the group.
     */
    void refuseUnreached() {
        for (Ready read : ready) {
            waiting--;
            state.emit(new Action.RefuseRead(read.id()));
        }
        ready.clear();
    }

    /** More was executed. */
    void release() {
        int unreached = ready.size();
        for (Ready read : List.copyOf(ready)) {
            if (read.index() <= state.lastExecuted) {
                waiting--;
                state.emit(new Action.ReadReady(read.id(), state.lastExecuted));
                unreached--;
            }
        }
        if (unreached < ready.size()) {
            ready.removeIf(read -> read.index() <= state.lastExecuted);
        }
    }
}
