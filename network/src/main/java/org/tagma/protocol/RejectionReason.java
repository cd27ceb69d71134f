package org.tagma.protocol;

import java.util.Locale;

/** Why something that arrived was not accepted, by the codec, by a protocol, or for want of room; each is counted. */
public enum RejectionReason {
    /** Not an encoding of anything that is sent here. */
    MALFORMED,
    /** A good encoding, but not the one correct nodes produce. */
    NOT_CANONICAL,
    /** No message has this type. */
    UNKNOWN_TYPE,
    /** A message that this replica is never sent, or not by this kind of node. */
    UNEXPECTED_TYPE,
    /**
     * Delivered by another than its sender, though only the sender may deliver it; or from somebody else than it says.
     */
    WRONG_SENDER,
    /** Its sender has not the role in which such a message is sent. */
    WRONG_ROLE,
    /** Long past: a view that was left, or a sequence number that a stable checkpoint covers. */
    OUTDATED,
    /** A value outside its range. */
    BAD_VALUE,
    /** More or longer parts than are allowed. */
    OVERSIZED,
    /** The proof of who sent it is wrong. */
    BAD_AUTHENTICATOR,
    /** The proof of something that it shows is wrong. */
    BAD_NESTED_AUTHENTICATOR,
    /** A certificate in it is not a quorum of distinct, matching votes. */
    BAD_CERTIFICATE,
    /** Its sender had wasted so much of this replica's time that it is not listened to for a while. */
    CUT_OFF,
    /** There was no room to queue it; its sender will send it again. */
    QUEUE_FULL;

    /** The name in metrics: lower case, words joined with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
