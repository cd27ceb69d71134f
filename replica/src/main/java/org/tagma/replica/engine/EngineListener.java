package org.tagma.replica.engine;

import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.protocol.Rejection;

/** Hears what an operator should know about an engine. Called on the thread that drives the engine. */
public interface EngineListener {

    /** The protocol has something to say, in one line: a view change, for one. */
    void announced(String text);

    /** What was decided so far is durable, and may take effect. */
    default void persisted() {}

    /** A batch has its place in the order and is about to be executed. */
    default void committed(long sequence, Batch batch) {}

    /** Another replica was seen to misbehave. */
    void evidence(int replica, Evidence evidence);

    /** The protocol did not accept a replica's authentic message, and changed nothing. */
    void rejected(int replica, Rejection reason);

    /**
     * The engine has stopped for good and performs nothing any more.
     *
     * @param reason in one line
     * @param cause what broke, or null if the protocol itself asked for it
     */
    void stopped(String reason, Throwable cause);
}
