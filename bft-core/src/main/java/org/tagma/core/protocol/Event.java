package org.tagma.core.protocol;

import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;

/** What happens to a protocol. */
public sealed interface Event {

    /** A verified message from a replica, the replica itself included. */
    record MessageReceived(Authenticated<?> message) implements Event {}

    /**
     * A verified request, straight from its client or relayed by a replica.
     *
     * @param relayedBy the replica that relayed it, or -1 if it came from its client
     */
    record RequestReceived(Request request, int relayedBy) implements Event {}

    /** A timer set by {@link Action.SetTimer} ran out. */
    record TimerFired(TimerId timer) implements Event {}

    /**
     * All that was queued has been stepped: now is the time to propose, so that batches grow with the load and an idle
     * system answers at once.
     *
     * @param timeMillis the replica's wall clock, milliseconds since 1970; may jump
     * @param elapsedMillis milliseconds since some moment, by a clock that nobody sets; it may stand still while the
     *     machine is suspended
     */
    record QueueDrained(long timeMillis, long elapsedMillis) implements Event {

        /** For a replica whose wall clock nobody sets. */
        public QueueDrained(long timeMillis) {
            this(timeMillis, timeMillis);
        }
    }

    /**
     * A committed batch was executed.
     *
     * @param outcomes one for each request of the batch, in order
     */
    record Executed(long sequence, List<RequestOutcome> outcomes) implements Event {}

    /**
     * The state after {@code sequence} was digested.
     *
     * @param stateBytes how much a replica would have to fetch to get it; {@link #UNKNOWN_BYTES} if nobody knows
     * @param tree the part of it that is a Merkle tree, if there is one: what a later transfer need not fetch
     */
    record CheckpointTaken(long sequence, Digest stateDigest, long stateBytes, Optional<MerkleTree> tree)
            implements Event {

        /** More than any log: who does not know how large a state is does not fetch it without need. */
        public static final long UNKNOWN_BYTES = Long.MAX_VALUE;

        /** For a state that is no tree. */
        public CheckpointTaken(long sequence, Digest stateDigest, long stateBytes) {
            this(sequence, stateDigest, stateBytes, Optional.empty());
        }

        /** Of a state whose size is not known. */
        public CheckpointTaken(long sequence, Digest stateDigest) {
            this(sequence, stateDigest, UNKNOWN_BYTES);
        }
    }

    /**
     * A fetched state was installed.
     *
     * @param sessions where every live session stands in it
     * @param tree the part of it that is a Merkle tree, if there is one
     */
    record StateInstalled(long sequence, Digest stateDigest, List<SessionProgress> sessions, Optional<MerkleTree> tree)
            implements Event {

        /** For a state that is no tree. */
        public StateInstalled(long sequence, Digest stateDigest, List<SessionProgress> sessions) {
            this(sequence, stateDigest, sessions, Optional.empty());
        }
    }

    /**
     * A client's linearizable read waits here; answered by {@link Action.ReadReady} or {@link Action.RefuseRead}. Only
     * for a protocol that can tell from which point of the order on a read is linearizable.
     *
     * @param id chosen by the caller, not used by another read that still waits
     */
    record ReadReceived(long id) implements Event {}

    /**
     * An operator wants the group to be another one; answered by {@link Action.AnswerOperator}.
     *
     * @param id chosen by the caller
     * @param voters replicas that are to vote
     * @param learners replicas that are to follow without a vote
     */
    record MembershipRequested(long id, List<Integer> voters, List<Integer> learners) implements Event {
        public MembershipRequested {
            voters = List.copyOf(voters);
            learners = List.copyOf(learners);
        }
    }

    /**
     * An operator, or a replica about to stop, wants another replica to lead; answered by
     * {@link Action.AnswerOperator}.
     *
     * @param id chosen by the caller
     * @param to the replica that is to lead, or -1 for whichever is best prepared
     */
    record LeadershipTransferRequested(long id, int to) implements Event {}

    /** The connection to a replica is gone: nothing can be said to it until {@link PeerConnected}. */
    record PeerDisconnected(int replica) implements Event {}

    /**
     * A replica that this one was connected to is gone, and its address refuses connections: its process has ended, as
     * far as can be seen from here. Comes once for each connection lost, and holds until {@link PeerConnected}; what
     * the other said before it ended may still be on its way to the protocol, and is no sign of life. It may be this
     * replica's own network that is in trouble, so alone it is no reason to depose anybody.
     */
    record PeerUnreachable(int replica) implements Event {}

    /**
     * There is a new connection to a replica. Comes before all that is said over it, and perhaps before what was said
     * over the last one.
     */
    record PeerConnected(int replica) implements Event {}

    /** The first event of every incarnation: what the log held. */
    record Recovered(RecoveredLog log) implements Event {}

    /**
     * How a request fared.
     *
     * @param consumed true if its number is used up: it was executed now or earlier, or can never be; false if it
     *     arrived before an earlier request of its session and must be ordered again
     */
    record RequestOutcome(Request request, boolean consumed) {}

    /**
     * Where a session stands.
     *
     * @param nextNumber the number that its next exactly-once request must have
     * @param lastUnordered the highest number used by its at-most-once and at-least-once requests
     */
    record SessionProgress(SessionId session, long nextNumber, long lastUnordered) {}

    /** How much of its earlier incarnations a replica knows. */
    enum LogIntegrity {
        /** It never ran. */
        FRESH,
        /** Every record that it ever persisted, and did not truncate, is there. */
        COMPLETE,
        /**
         * It ran before, and of that only what {@link LogRecord#survivesAmnesia survives amnesia} is sure to be there.
         */
        PARTIAL,
        /**
         * Its disk was lost, and no record since then {@linkplain LogRecord#endsAmnesia ends that}. What records there
         * are come from later incarnations; so they are true, and say nothing of what it said before, whatever their
         * class.
         */
        LOST
    }

    /**
     * What a log store gave back at the start.
     *
     * @param records oldest first. Not copied: a store may read them back one by one, each time they are gone through,
     *     so that a large log need not fit into memory
     * @param memory what the records are worth
     * @param nonce unlike that of any other incarnation of this replica, and not to be foreseen: what comes with it is
     *     an answer to a question of this incarnation
     */
    record RecoveredLog(List<LogRecord> records, LogIntegrity memory, long nonce) {
        /** One whose nonce does not matter, since no question will be asked. */
        public RecoveredLog(List<LogRecord> records, LogIntegrity memory) {
            this(records, memory, 0);
        }

        /** The log of a replica that never ran. */
        public static RecoveredLog empty() {
            return new RecoveredLog(List.of(), LogIntegrity.FRESH);
        }
    }
}
