package org.tagma.replica.inbound;

/**
 * What it costs to check a frame, in microseconds of a processor: a table, so that who is charged what does not depend
 * on what else the machine does. Roughly what a machine of 2020 takes; only the proportions matter.
 */
final class CheckCosts {

    /** One Ed25519 signature. */
    static final long SIGNATURE_MICROS = 100;

    /** To take a small frame apart and check its MAC. */
    static final long FRAME_MICROS = 5;

    private static final int BYTES_PER_MICRO = 512;

    private CheckCosts() {}

    /** A frame of this size for which so many signatures were checked. */
    static long micros(int frameBytes, int signatures) {
        return FRAME_MICROS + frameBytes / BYTES_PER_MICRO + SIGNATURE_MICROS * signatures;
    }
}
