package org.tagma.simulator.kernel;

/**
 * What a replica's one processor can do, by what its work costs. Nothing else costs time: not the protocol's own
 * steps, the
 * disk, or the state machine.
 *
 * <p>Immutable.
 *
 * @param frameMicros to take a frame in, its MACs included, or to send one, at least 0
 * @param signatureMicros to make a signature or to check one, at least 0
 */
public record Capacity(long frameMicros, long signatureMicros) {

    /** Whatever is to be done is done in no time. */
    public static final Capacity UNLIMITED = new Capacity(0, 0);

    public Capacity {
        if (frameMicros < 0 || signatureMicros < 0) {
            throw new IllegalArgumentException("nothing costs less than no time");
        }
    }
}
