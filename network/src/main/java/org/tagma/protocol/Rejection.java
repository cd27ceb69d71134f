package org.tagma.protocol;

/**
 * Carries a rejection out of the depth of a decoder; the codec turns it into a value. It has no stack trace, so bad
 * input is as cheap as good input.
 */
public final class Rejection extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectReason reason;

    /**
     * What is wrong.
     *
     * @param detail for people
     */
    public Rejection(RejectReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    /** Why the bytes are not accepted. */
    public RejectReason reason() {
        return reason;
    }
}
