package org.tagma.protocol;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.state.NodeStore;

/**
 * All that is particular to a protocol, in one place. A protocol comes as a class that implements this interface, has a
 * public constructor without parameters, and is named in a file {@code
 * META-INF/services/org.tagma.protocol.ProtocolDefinition} of its jar; nothing else of Tagma knows of it.
 *
 * <p>Implementations are stateless and thread-safe.
 */
public interface ProtocolDefinition {

    /** The name in the cluster file and on the command line: lower-case letters, digits and hyphens. */
    String name();

    /** The name for people. */
    String title();

    // ---- the group ----

    /** What the faulty replicas that it tolerates may do. */
    FaultModel faultModel();

    /** Which sizes of a group are legal. */
    GroupSizes groupSizes();

    /** What must hold of the world for it to be safe, besides how many replicas may be faulty. */
    default Assumptions assumptions() {
        return Assumptions.NONE;
    }

    /** How many replicas must take part for operations to be ordered. */
    default int neededReplicas(Quorums quorums) {
        return quorums.replicas() - quorums.faults();
    }

    /** Who leads in a view, where that follows from its number; empty where it must be asked for. */
    default OptionalInt leaderOf(long view, Quorums quorums) {
        return OptionalInt.empty();
    }

    /** What its views are called, for people: view, term, epoch. */
    default String viewWord() {
        return "view";
    }

    /** What whoever leads is called, for people. */
    default String leaderWord() {
        return "leader";
    }

    /** What {@code tagma status} shows of each replica besides its mode, view, leader and what it has executed. */
    default List<StatusColumn> statusColumns() {
        return List.of(StatusColumn.STATE_DIGEST);
    }

    /**
     * Whether a running group can be given other members, by {@code tagma members}. The protocol then says among its
     * {@linkplain Protocol#details details} who they are: {@code voters}, {@code oldVoters} (who vote as well while the
     * group changes) and {@code learners}, each as ids with commas between.
     */
    default boolean changesMembers() {
        return false;
    }

    /** How many replicas of the cluster file form the group in the beginning. */
    default int firstMembers(Settings settings, int replicas) {
        return replicas;
    }

    // ---- its section of the cluster file ----

    /** The settings in the section of the cluster file that bears its name. */
    default List<Setting> settings() {
        return List.of();
    }

    /**
     * Finds settings that contradict each other.
     *
     * @param replicas how many the cluster file has
     * @throws InvalidSettingException if some do
     */
    default void check(Settings settings, int replicas) {}

    /** Names of settings that all replicas must have alike; checked at each handshake. */
    default List<String> sharedSettings(Settings settings) {
        return List.of();
    }

    // ---- the replica ----

    /**
     * The state machine of a replica, at the start of an incarnation.
     *
     * @param states where the parts of a state go that is being fetched, if not into memory
     */
    Protocol create(ReplicaContext context, Optional<NodeStore> states);

    /** What its messages and records say of how far a replica is; without that, only incarnations tell old disks. */
    default IncarnationEvidence incarnationEvidence() {
        return NoEvidence.INSTANCE;
    }

    /** How much the batches that a replica holds in memory may come to, with these bounds. */
    default long logBytes(MemoryBounds memory) {
        return memory.logBytes();
    }

    /** How much the requests may come to that wait at one of so many replicas, where none is larger than this. */
    default long pendingBytes(MemoryBounds memory, int replicas, long largestRequest) {
        return memory.pendingBytes();
    }

    /** How long the group may take to replace a leader that is gone, or hands over, in milliseconds. */
    default long takeoverMillis(ReplicaContext.Timing timing, Settings settings) {
        return timing.viewChangeTimeoutMillis();
    }

    // ---- what is said and written ----

    /** The messages that its replicas send each other. */
    List<MessageKind<?>> messages();

    /** The records that it persists. */
    List<RecordKind<?>> records();

    /**
     * Why a message need not be looked at further, as far as can be told without checking a signature: a replica that
     * makes messages of nothing then costs little more than the bytes.
     *
     * @param position where the protocol stands, perhaps some time ago; empty before it has begun
     */
    default Optional<Objection> objection(
            int sender, Message message, Quorums quorums, Optional<ProtocolStatus> position) {
        return Optional.empty();
    }

    /** What proves a checkpoint to others; empty where nothing does. */
    default Optional<CheckpointProofs> checkpointProofs() {
        return Optional.empty();
    }

    /**
     * The newest state that a log vouches for, to make backups of; empty if it vouches for none.
     *
     * @param log all records, the oldest first, perhaps of another protocol
     */
    default Optional<KnownState> newestState(List<LogRecord> log) {
        return Optional.empty();
    }

    /** Another message that a liar would send some replicas in place of this proposal; empty if it is none. */
    default Optional<Message> contradiction(Message proposal) {
        return Optional.empty();
    }

    // ---- the client ----

    /**
     * Whom a client sends to and what convinces it; a new one for each client. Where replicas do not lie and follow a
     * leader, a {@link LeaderClientPolicy}.
     */
    ClientPolicy clientPolicy(ClientContext context);
}
