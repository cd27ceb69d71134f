package org.tagma.core.protocol;

/**
 * How a replica finds out, before it votes, whether its disk is the newest that it had. A disk alone cannot tell: one
 * that was copied, or put back from a backup, looks in all respects like one that was not. But each life of a replica
 * has an incarnation, one higher than the one before, which is on its disk and is told to the others, who remember it.
 */
public sealed interface LifeMessage extends Message {

    /**
     * Asks what the other knows of this replica, and tells of a life.
     *
     * @param nonce of the asking life, and of no other
     * @param incarnation of the asking life; 0 while it has none, and only asks
     */
    record LifeQuery(long nonce, long incarnation) implements LifeMessage {}

    /**
     * What a replica knows of the one that asked.
     *
     * @param nonce of the question
     * @param life the latest life that was told of; {@link LifeRecord.Life#NONE} if none was
     * @param position how far it said that it was, when it said so last; {@link Position#START} if it did not
     */
    record LifeReply(long nonce, LifeRecord.Life life, Position position) implements LifeMessage {}

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
