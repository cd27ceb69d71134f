package org.tagma.core.pbft;

import org.tagma.core.protocol.Rejection;

/** What a replica makes of a message: good, or refused for a reason. A refusal changes no state. */
enum PbftVerdict implements Rejection {
    ACCEPT,
    /** It belongs to a view that this replica is not in. */
    WRONG_VIEW,
    /** Only the primary of the view may say this, or the primary may not. */
    WRONG_ROLE,
    /** The sequence number is too far above the stable checkpoint, or none that such a message can have. */
    OUTSIDE_WINDOW,
    /** Something that this replica has already, or that its stable checkpoint covers. */
    DUPLICATE,
    /** It contradicts what the same sender said before. */
    CONFLICTING,
    /** The proposed time is too far from this replica's clock. */
    BAD_TIME,
    /** The batch has more requests or bytes than allowed, or its interval has with it. */
    TOO_LARGE,
    /** There is no room for its body now. It comes again when this replica says where it stands. */
    NO_ROOM,
    /** The sets of a view change are not ordered, not in the window, or claim views that had not been. */
    BAD_VIEW_CHANGE,
    /** The new view does not follow from the view changes in it. */
    BAD_NEW_VIEW,
    /** A certificate that proves nothing. */
    BAD_CERTIFICATE,
    /** An answer to no question of this replica's. */
    UNEXPECTED;

    boolean isAccepted() {
        return this == ACCEPT;
    }

    @Override
    public boolean provesFault() {
        return this == BAD_VIEW_CHANGE || this == BAD_NEW_VIEW || this == BAD_CERTIFICATE || this == TOO_LARGE;
    }

    @Override
    public boolean blamesClocks() {
        return this == BAD_TIME;
    }
}
