package org.tagma.crypto;

/** A public key that no correct node has. The message says what is wrong with it. */
public final class InvalidPublicKeyException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    /** With what is wrong, as one line. */
    public InvalidPublicKeyException(String message) {
        super(message);
    }
}
