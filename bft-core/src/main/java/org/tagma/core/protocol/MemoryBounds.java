package org.tagma.core.protocol;

/**
 * How much a protocol may hold in memory, in bytes of requests.
 *
 * <p>Immutable; the same at every replica, since PBFT's replicas must agree on where checkpoints fall.
 *
 * @param logBytes batches in the log, at least 4. A quarter of it makes a checkpoint due, which lets go of what lies
 *     below; so what is in the log is bounded however few and large the batches are
 * @param pendingBytes requests that wait here, over all clients
 * @param pendingBytesPerClient requests that wait here from one client. One request may always wait
 */
public record MemoryBounds(long logBytes, long pendingBytes, long pendingBytesPerClient) {

    /** 32 MiB of batches; 32 MiB of requests, 8 MiB of one client: for tests. */
    public static final MemoryBounds DEFAULT = new MemoryBounds(32L << 20, 32L << 20, 8L << 20);

    public MemoryBounds {
        if (logBytes < 4 || pendingBytes < 1 || pendingBytesPerClient < 1) {
            throw new IllegalArgumentException("a protocol must be able to hold something");
        }
    }

    /** The same, with so much for the log. */
    public MemoryBounds withLogBytes(long bytes) {
        return new MemoryBounds(bytes, pendingBytes, pendingBytesPerClient);
    }

    /** A checkpoint is due when batches of so many bytes were executed since the last one. */
    public long checkpointBytes() {
        return logBytes / 4;
    }
}
