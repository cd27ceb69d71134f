package org.tagma.core.raft.message;

import org.tagma.core.protocol.TimerId;
import org.tagma.core.raft.RaftConfig;

/** Raft's only timer: all its timeouts are counted in ticks, so that they are the same in any history that replays. */
public enum RaftTimer implements TimerId {
    /** Fires every {@link RaftConfig#tickMillis} milliseconds. */
    TICK
}
