package org.tagma.network.codec;

import java.util.Optional;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RejectionReason;

/**
 * What became of bytes from outside: a value, or a rejection with its reason.
 *
 * <p>Immutable if {@code T} is.
 */
public sealed interface Decoded<T> {

    /** The bytes were good. */
    record Ok<T>(T value) implements Decoded<T> {}

    /**
     * The bytes were not.
     *
     * @param reason for counting
     * @param detail for people; made of fixed text and numbers, never of bytes received
     */
    record Rejected<T>(RejectionReason reason, String detail) implements Decoded<T> {}

    /** A rejection as a value. */
    static <T> Decoded<T> rejected(InvalidMessageException rejection) {
        return new Rejected<>(rejection.reason(), rejection.getMessage());
    }

    /** The value, if there is one. */
    default Optional<T> asOptional() {
        return this instanceof Ok<T> ok ? Optional.of(ok.value()) : Optional.empty();
    }
}
