package org.tagma.cli.kv;

/** A line or words that are no command. The message says what they should be. */
final class MalformedCommandException extends Exception {
    private static final long serialVersionUID = 1L;

    MalformedCommandException(String message) {
        super(message);
    }
}
