package org.tagma.replica.metrics;

import java.util.Locale;
import org.tagma.protocol.Objection;
import org.tagma.protocol.RejectReason;

/** Why a replica dropped something that arrived; each is counted. */
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

    /** The same reason, as a protocol gives it. */
    public static RejectionReason of(Objection.Reason reason) {
        return switch (reason) {
            case WRONG_ROLE -> WRONG_ROLE;
            case OUTDATED -> OUTDATED;
            case BAD_CERTIFICATE -> BAD_CERTIFICATE;
        };
    }

    /** The name in metrics: lower case, words joined with hyphens. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static RejectionReason of(RejectReason reason) {
        return switch (reason) {
            case MALFORMED -> MALFORMED;
            case NOT_CANONICAL -> NOT_CANONICAL;
            case UNKNOWN_TYPE -> UNKNOWN_TYPE;
            case WRONG_SENDER -> WRONG_SENDER;
            case BAD_VALUE -> BAD_VALUE;
            case OVERSIZED -> OVERSIZED;
            case BAD_AUTHENTICATOR -> BAD_AUTHENTICATOR;
            case BAD_NESTED_AUTHENTICATOR -> BAD_NESTED_AUTHENTICATOR;
        };
    }
}
