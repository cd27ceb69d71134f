package org.tagma.core.protocol;

/**
 * How a replica finds out, before it votes, whether its disk is the newest that it had. A disk alone cannot tell: one
 * that was copied, or put back from a backup, looks in all respects like one that was not. But each incarnation of a
 * replica has an incarnation, one higher than the one before, which is on its disk and is told to the others, who
 * remember it.
 */
public sealed interface IncarnationMessage extends Message {

    /**
     * Asks what the other knows of this replica, and tells of an incarnation.
     *
     * @param nonce of the asking incarnation, and of no other
     * @param incarnation of the asking incarnation; 0 while it has none, and only asks
     */
    record IncarnationQuery(long nonce, long incarnation) implements IncarnationMessage {}

    /**
     * What a replica knows of the one that asked.
     *
     * @param nonce of the question
     * @param incarnation the latest incarnation that was told of; {@link IncarnationRecord.Incarnation#NONE} if none
     *     was
     * @param position how far it said that it was, when it said so last; {@link Position#START} if it did not
     */
    record IncarnationReply(long nonce, IncarnationRecord.Incarnation incarnation, Position position)
            implements IncarnationMessage {}

    /**
     * How far a replica is, in what it can only say once it is on its disk.
     *
     * @param view PBFT: its view; Raft: its term
     * @param sequence PBFT: its stable checkpoint; Raft: the last index that it acknowledged in the term
     */
    record Position(long view, long sequence) {
        public static final Position START = new Position(0, 0);
    }
}
