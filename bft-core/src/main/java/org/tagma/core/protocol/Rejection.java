package org.tagma.core.protocol;

/** Why a protocol did not accept a replica's authentic message; each protocol has an enum of its own. */
public interface Rejection {

    /** As in metrics and logs: one of a fixed set. */
    String name();

    /** Whether no correct replica says such a thing, so that who does wastes others' time. */
    default boolean provesFault() {
        return false;
    }

    /** Whether clocks that are apart may be why. */
    default boolean blamesClocks() {
        return false;
    }
}
