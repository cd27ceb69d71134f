package org.tagma.replica;

import org.tagma.core.protocol.Batch;

/** Hears what an operator should know about an engine. Called on the thread that drives the engine. */
public interface EngineListener {

    /** The protocol has something to say, in one line: a view change, for one. */
    void announced(String text);

    /** What was decided so far is durable, and may take effect. */
    default void persisted() {}

    /** A batch has its place in the order and is about to be executed. */
    default void committed(long sequence, Batch batch) {}

    /** Another replica was seen to misbehave. */
    void evidence(int replica, String text);

    /**
     * The protocol did not accept a replica's authentic message, and changed nothing.
     *
     * @param reason one of a fixed set of names
     */
    void rejected(int replica, String reason);

    /**
     * The engine has stopped for good and performs nothing any more.
     *
     * @param reason in one line
     * @param cause what broke, or null if the protocol itself asked for it
     */
    void stopped(String reason, Throwable cause);
}
