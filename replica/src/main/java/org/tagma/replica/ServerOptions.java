package org.tagma.replica;

/**
 * How much a server may queue, and how many threads check signatures.
 *
 * <p>Immutable.
 *
 * @param verificationThreads threads that check signatures, at least 1
 * @param engineQueueEvents events from the network that may wait for the engine, at least 8
 * @param clientFrames client frames that may wait for one verification thread, at least 2; more are not read
 * @param replicaFrames replica frames that may wait for one verification thread, at least 2
 * @param unverifiedBytes bytes of frames that may wait for verification, at least 1
 * @param queries queries that may wait for the execution, at least 1; more are dropped
 */
public record ServerOptions(
        int verificationThreads,
        int engineQueueEvents,
        int clientFrames,
        int replicaFrames,
        long unverifiedBytes,
        int queries) {

    public ServerOptions {
        if (verificationThreads < 1
                || engineQueueEvents < 8
                || clientFrames < 2
                || replicaFrames < 2
                || unverifiedBytes < 1
                || queries < 1) {
            throw new IllegalArgumentException("a server needs at least one thread and room in its queues");
        }
    }

    /** One verification thread for two processors, and queues of a few thousand. */
    public static ServerOptions defaults() {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return new ServerOptions(threads, 1 << 16, 1 << 13, 1 << 14, 64L << 20, 1 << 13);
    }
}
