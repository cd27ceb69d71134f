package org.tagma.core.raft.message;

import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/** An entry of the log. Immutable. */
public sealed interface Entry {

    /** What an entry weighs beside its requests, in bytes. */
    int OVERHEAD_BYTES = 64;

    /** Its place in the log, from 1. */
    long index();

    /** The term of the leader that made it. */
    long term();

    /** What is executed at this index: the null batch unless it holds requests. */
    default Batch batch() {
        return Batch.NULL;
    }

    /** What it weighs in a message, in bytes. */
    default int size() {
        return OVERHEAD_BYTES
                + batch().requests().stream().mapToInt(Request::size).sum();
    }

    /** Requests of clients. */
    record Requests(long index, long term, Batch batch) implements Entry {}

    /** Nothing: a leader begins its term with one (Raft 8). */
    record NoOp(long index, long term) implements Entry {}

    /** From this entry on, the group is this one. */
    record Reconfiguration(long index, long term, Configuration configuration) implements Entry {}
}
