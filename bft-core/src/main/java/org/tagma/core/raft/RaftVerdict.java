package org.tagma.core.raft;

import org.tagma.core.protocol.Rejection;

/** What a replica makes of a message: good, or refused for a reason. A refusal changes no state. */
enum RaftVerdict implements Rejection {
    ACCEPT,
    /** It belongs to a term that is over. */
    STALE_TERM,
    /** Only a leader, or only one who is not, can do something with it. */
    WRONG_ROLE,
    /** The receiver hears from a leader, so it takes no part in an election (dissertation 4.2.3). */
    LEADER_IS_ALIVE,
    /** Something that was said before, or was overtaken by what was said since. */
    OUTDATED,
    /** No correct replica says this. */
    MALFORMED,
    /** Its sender claims to lead the term in which another replica leads. */
    SECOND_LEADER,
    /** It contradicts an entry that is committed here. */
    CONTRADICTS_COMMITTED,
    /** Too much of this kind waits already. */
    OVERLOADED,
    /** An answer to no question of this replica's. */
    UNEXPECTED;

    boolean isAccepted() {
        return this == ACCEPT;
    }

    /** Whether a crash-only group never sees it: somebody lies, or a disk was exchanged. */
    boolean isEvidence() {
        return this == SECOND_LEADER || this == CONTRADICTS_COMMITTED || this == MALFORMED;
    }
}
