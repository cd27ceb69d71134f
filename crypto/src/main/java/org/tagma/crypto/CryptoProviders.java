package org.tagma.crypto;

import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Which {@link CryptoProvider}s there are. Thread-safe. */
public final class CryptoProviders {
    /** The name that means {@link #best()}. */
    public static final String AUTO = "auto";

    private static final Logger LOGGER = LoggerFactory.getLogger(CryptoProviders.class);
    private static final CryptoProvider PORTABLE = new BouncyCastleProvider();

    private CryptoProviders() {}

    /** The fastest provider that works on this machine. */
    public static CryptoProvider best() {
        return Native.PROVIDER;
    }

    /** All providers that work on this machine, the portable one first. */
    public static List<CryptoProvider> available() {
        return best() == PORTABLE ? List.of(PORTABLE) : List.of(PORTABLE, best());
    }

    /**
     * The provider of a name from a configuration: {@code auto}, {@code bouncycastle} or {@code corretto}. Where
     * Corretto does not load, its name gives Bouncy Castle, so that one cluster file serves machines of different
     * kinds; the reason is logged once.
     *
     * @throws IllegalArgumentException if there is no such name
     */
    public static CryptoProvider byName(String name) {
        return switch (name) {
            case AUTO, CorrettoProvider.NAME -> best();
            case BouncyCastleProvider.NAME -> PORTABLE;
            default ->
                throw new IllegalArgumentException("no crypto provider is named \"" + name + "\": use " + AUTO + ", "
                        + BouncyCastleProvider.NAME + " or " + CorrettoProvider.NAME);
        };
    }

    /** Loaded on first use, so that who asks for Bouncy Castle never loads a native library. */
    private static final class Native {
        static final CryptoProvider PROVIDER = load();

        private static CryptoProvider load() {
            try {
                return CorrettoProvider.load();
            } catch (CorrettoProvider.UnavailableException e) {
                LOGGER.info("Ed25519 by Bouncy Castle; the faster Corretto provider is not used: {}", e.getMessage());
                return PORTABLE;
            }
        }
    }
}
