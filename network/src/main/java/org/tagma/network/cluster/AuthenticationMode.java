package org.tagma.network.cluster;

import java.util.Locale;

/** How requests and the messages of the normal case are authenticated. */
public enum AuthenticationMode {
    /** Ed25519 signatures. */
    SIGNATURES,
    /** Vectors of message authentication codes, one for each replica. */
    MACS;

    /** The name in the cluster file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
