package org.tagma.replica.threads;

/**
 * The threads on which a replica's protocol and its state machine run, in one of two layouts: both on the transport's
 * own
 * ({@link RunToCompletion}), or each on one of its own ({@link OwnThreads}).
 *
 * <p>Thread-safe.
 */
public interface ProtocolThreads {

    /** Lets the work begin. Called once. */
    void start();

    /** Sees to it that new work of the protocol is done soon. */
    void wakeEngine();

    /** Sees to it that new work of the state machine is done soon. */
    void wakeExecution();

    /**
     * Whether what the calling thread sends is flushed when it is through with its work, so that it need not do so
     * before.
     */
    boolean flushesLater();

    /** Ends the work, and waits for what is being done, unless the caller is the one who does it. */
    void stop();
}
