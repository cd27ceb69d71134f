package org.tagma.replica;

import java.util.concurrent.atomic.AtomicInteger;
import org.tagma.network.PeerId;

/** One connection: its frames are verified by one worker, and none overtakes another. Thread-safe. */
final class InboundLane {

    private final PeerId peer;
    private final VerificationWorker worker;
    private final AtomicInteger waiting = new AtomicInteger();
    private volatile boolean garbage;

    InboundLane(PeerId peer, VerificationWorker worker) {
        this.peer = peer;
        this.worker = worker;
    }

    PeerId peer() {
        return peer;
    }

    VerificationWorker worker() {
        return worker;
    }

    boolean isClient() {
        return peer instanceof PeerId.ClientSession;
    }

    /** How many of its frames wait for the worker, or are being verified there. */
    AtomicInteger waiting() {
        return waiting;
    }

    /** Whether something that came over it was found to be garbage after the connection was told to go on. */
    boolean hadGarbage() {
        return garbage;
    }

    void foundGarbage() {
        garbage = true;
    }
}
