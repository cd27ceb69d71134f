package org.tagma.protocol;

/**
 * Carries a rejection out of the depth of a decoder; the codec turns it into a value. It has no stack trace, so bad
 * input is as cheap as good input.
 */
public final class InvalidMessageException extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectionReason reason;

    /**
     * What is wrong.
     *
     * @param detail for people
     */
    public InvalidMessageException(RejectionReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** Why the bytes are not accepted. */
    public RejectionReason reason() {
        return reason;
    }
}
