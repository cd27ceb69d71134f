package org.tagma.benchmarks.load;

/**
 * What went over connections.
 *
 * @param messages whole frames
 * @param bytes of these, with their length prefixes
 */
public record Traffic(long messages, long bytes) {

    /** Nothing. */
    public static final Traffic NONE = new Traffic(0, 0);

    /** Both together. */
    public Traffic plus(Traffic other) {
        return new Traffic(messages + other.messages, bytes + other.bytes);
    }

    /** What came since then. */
    public Traffic since(Traffic earlier) {
        return new Traffic(messages - earlier.messages, bytes - earlier.bytes);
    }
}
