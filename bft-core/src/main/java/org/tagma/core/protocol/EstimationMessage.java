package org.tagma.core.protocol;

/**
 * How a replica that lost its disk finds out where it may have voted: it asks the others how far they are (after the
 * estimation in PBFT's recovery, TOCS 2002, 4.3.2).
 */
public sealed interface EstimationMessage extends Message {

    /**
     * Asked by the replica that forgot.
     *
     * @param nonce of its present incarnation: what was on the way before that answers nothing
     */
    record EstimationQuery(long nonce) implements EstimationMessage {}

    /**
     * How far a replica is that forgot nothing.
     *
     * @param nonce of the question
     * @param view PBFT: the view it is in or wants; Raft: its term
     * @param sequence PBFT: its stable checkpoint; Raft: the last index of its log
     */
    record EstimationReply(long nonce, long view, long sequence) implements EstimationMessage {}
}
