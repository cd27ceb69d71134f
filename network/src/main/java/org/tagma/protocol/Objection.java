package org.tagma.protocol;

/**
 * Why a message need not be looked at further. Immutable.
 *
 * @param detail for people
 */
public record Objection(Reason reason, String detail) {

    /** What is wrong with it. */
    public enum Reason {
        /** Its sender has not the role in which such a message is sent. */
        WRONG_ROLE,
        /** It is long past. */
        OUTDATED,
        /** A certificate in it is not a quorum of distinct, matching votes. */
        BAD_CERTIFICATE
    }
}
