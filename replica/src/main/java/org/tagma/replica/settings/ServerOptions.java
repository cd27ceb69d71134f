package org.tagma.replica.settings;

/**
 * What of a machine a server uses.
 *
 * <p>Immutable.
 *
 * @param verificationThreads threads that check signatures, at least 1
 * @param memory how much of its memory goes to whom
 * @param maxClockSkewMillis how far the clocks of replicas may be apart
 * @param threads on which threads the protocol and the state machine run
 */
public record ServerOptions(int verificationThreads, MemoryPlan memory, long maxClockSkewMillis, ThreadLayout threads) {

    public ServerOptions {
        if (verificationThreads < 1) {
            throw new IllegalArgumentException("a server needs at least one thread");
        }
    }

    /** One verification thread for two processors, the memory that this process was given, and a skew of a minute. */
    public static ServerOptions defaults(int replicas) {
        int threads = Math.max(1, Runtime.getRuntime().availableProcessors() / 2);
        return new ServerOptions(threads, MemoryPlan.ofThisProcess(replicas), 60_000, ThreadLayout.AUTO);
    }

    /** The same with another layout of threads. */
    public ServerOptions withThreads(ThreadLayout layout) {
        return new ServerOptions(verificationThreads, memory, maxClockSkewMillis, layout);
    }

    /** The same with another skew. */
    public ServerOptions withMaxClockSkewMillis(long millis) {
        return new ServerOptions(verificationThreads, memory, millis, threads);
    }
}
