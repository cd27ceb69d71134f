package org.tagma.network.codec;

/**
 * Carries a rejection out of the depth of a decoder; {@link MessageCodec} turns it into a value. It has no stack trace, so
 * bad input is as cheap as good input.
 */
final class Rejection extends Exception {

    private static final long serialVersionUID = 1L;

    private final RejectReason reason;

    Rejection(RejectReason reason, String detail) {
        super(detail, null, false, false);
        this.reason = reason;
    }

    <T> Decoded<T> asValue() {
        return new Decoded.Rejected<>(reason, getMessage());
    }
}
