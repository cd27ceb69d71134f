package org.tagma.protocol;

/** Why bytes from outside were not accepted. */
public enum RejectReason {
    /** Not an encoding of the schema's message: truncated, wrong wire types, garbage. */
    MALFORMED,
    /** An encoding of the message, but not its canonical one: unknown or repeated fields, long varints. */
    NOT_CANONICAL,
    /** The message type is not one that is decoded here. */
    UNKNOWN_TYPE,
    /** A kind of sender that does not send this type, or a sender other than the payload says. */
    WRONG_SENDER,
    /** A required part is missing, or a value is outside its range. */
    BAD_VALUE,
    /** More or longer parts than {@link CodecLimits} allow. */
    OVERSIZED,
    /** The verifier refused the request that this message is. */
    BAD_AUTHENTICATOR,
    /** The verifier refused something nested in the message. */
    BAD_NESTED_AUTHENTICATOR
}
