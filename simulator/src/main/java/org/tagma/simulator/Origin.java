package org.tagma.simulator;

/** Whose work a frame is. */
enum Origin {
    /** As a correct node made it. */
    CORRECT,
    /** As a malicious replica's own code made it. */
    MALICIOUS,
    /** Not as anybody's code made it: it was damaged, replayed or forged, on its way or by who sent it. */
    TAMPERED;

    /** Of a frame that arrives, if it is the very one that was sent. */
    Origin arriving(boolean asSent) {
        return asSent ? this : TAMPERED;
    }
}
