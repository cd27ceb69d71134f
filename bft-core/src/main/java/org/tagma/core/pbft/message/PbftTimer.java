package org.tagma.core.pbft.message;

import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.TimerId;

/** PBFT's only timer: all its timeouts are counted in ticks, so that they are the same in any history that replays. */
public enum PbftTimer implements TimerId {
    /** Fires every {@link PbftConfig#tickMillis} milliseconds. */
    TICK
}
