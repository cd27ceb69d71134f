package org.tagma.network.cluster;

import java.util.Locale;

/** When a vote counts as stored. */
public enum Durability {
    /** When it is on disk: survives a power failure. */
    SYNC,
    /** When the operating system has it: survives a crash of the process. */
    ASYNC,
    /** At once: survives nothing. */
    MEMORY;

    /** The name in the cluster file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
