package org.tagma.network.cluster;

import java.util.Locale;

/** Which implementation of the signature algorithms to use. */
public enum CryptoProviderChoice {
    /** The fastest that loads on this machine. */
    AUTO,
    /** The portable one. */
    BOUNCYCASTLE,
    /** The native one; an error where it does not load. */
    CORRETTO;

    /** The name in the cluster file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
