package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.ServiceRecords.Decoded;
import org.tagma.core.service.ServiceRecords.Head;
import org.tagma.core.service.SessionTable.Handling;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;

/**
 * A user's {@link StateMachine} together with what makes it a replicated service: sessions, a reply cache, an agreed
 * time. It executes committed batches in order; replicas that executed up to the same sequence number have equal
 * snapshots.
 *
 * <p>Not thread-safe but for {@link #settings}: one thread at a time.
 */
public final class ReplicatedService {

    /**
     * A longer result, or message of a rejection, fails the operation: it would have to fit the reply cache and a
     * frame.
     */
    public static final int MAX_RESULT_BYTES = 1 << 20;

    /**
     * Of a state that is one piece, in bytes: a replica holds it several times over, the last checkpoints and what
     * others fetch. A {@link MerkleStateMachine} has no such bound.
     */
    public static final long MAX_OPAQUE_STATE_BYTES = 64L << 20;

    private final StateMachine stateMachine;

    private final long maxOpaqueBytes;

    /** Size of the state machine's state at the last checkpoint, if it is opaque: agreed, as checkpoints are. */
    private long opaqueBytes;

    /** Whether the state machine's state is outside of the tree. */
    private final boolean opaque;

    /**
     * What the framework keeps is in its tree; so is the state machine's state, if it is one of a Merkle state
     * machine.
     */
    private final MerkleStateStore store;

    private SessionTable sessions;

    /** Volatile, as others may ask for it; it never changes in the middle of what they do. */
    private volatile AgreedSettings settings;

    /** Whether the settings are not in the tree as they are. */
    private boolean settingsChanged = true;

    private long lastExecuted;
    private long agreedTimeMillis;

    /**
     * A service that has executed nothing yet.
     *
     * @param stateMachine in its first state, the same on every replica
     * @param first what the group begins with: the same on every replica
     */
    public ReplicatedService(StateMachine stateMachine, AgreedSettings first) {
        this(stateMachine, first, MAX_OPAQUE_STATE_BYTES);
    }

    /** The same, with another bound for a state that is one piece; for tests. */
    ReplicatedService(StateMachine stateMachine, AgreedSettings first, long maxOpaqueBytes) {
        this.stateMachine = stateMachine;
        this.maxOpaqueBytes = maxOpaqueBytes;
        this.opaque = !(stateMachine instanceof MerkleStateMachine);
        this.store = stateMachine instanceof MerkleStateMachine merkle ? merkle.state() : new MerkleStateStore();
        this.settings = first;
        this.sessions = new SessionTable(first.limits(), this::stored, 0, 0);
    }

    /** A service that has executed nothing yet, and whose limits nobody may change. */
    public ReplicatedService(StateMachine stateMachine, ServiceLimits limits) {
        this(stateMachine, AgreedSettings.first(limits, List.of()));
    }

    private Optional<ByteString> stored(ByteString key) {
        return FrameworkState.get(store.tree(), key);
    }

    /** The settings that the state holds. For any thread. */
    public AgreedSettings settings() {
        return settings;
    }

    /**
     * Goes by the settings of a state that an earlier incarnation kept, and not by the cluster file, which counts for
     * the group's first state only. Before anything is executed; the state itself is installed later.
     */
    public void settingsAreOf(ServiceSnapshot kept) {
        kept.tree()
                .map(tree -> ServiceRecords.read(tree, kept.sequence(), opaque))
                .ifPresent(decoded -> {
                    if (decoded instanceof Decoded.Accepted state) {
                        settings = state.settings();
                        sessions.limits(settings.limits());
                    }
                });
    }

    /** The sequence number up to which everything was executed, or 0. */
    public long lastExecuted() {
        return lastExecuted;
    }

    /** The agreed time of the last batch that had one, milliseconds since 1970, or 0. It never goes back. */
    public long agreedTimeMillis() {
        return agreedTimeMillis;
    }

    /**
     * Executes a committed batch.
     *
     * @param sequence one more than {@link #lastExecuted}
     * @return one entry for each request of the batch, in order
     * @throws IllegalStateException if the sequence number is not the next; the replica must then stop
     */
    public List<ExecutedRequest> execute(long sequence, Batch batch) {
        if (sequence != lastExecuted + 1) {
            throw new IllegalStateException("batch " + sequence + " cannot be executed after " + lastExecuted);
        }
        if (!batch.isNull()) {
            agreedTimeMillis = Math.max(agreedTimeMillis, batch.timeMillis());
            sessions.timeIs(agreedTimeMillis);
        }
        store.executes(sequence);
        List<ExecutedRequest> executed = new ArrayList<>(batch.requests().size());
        for (Request request : batch.requests()) {
            executed.add(new ExecutedRequest(request, execute(sequence, executed.size(), request)));
        }
        lastExecuted = sequence;
        return executed;
    }

    private Optional<ServiceReply> execute(long sequence, int indexInBatch, Request request) {
        Handling verdict = sessions.judge(request);
        if (verdict instanceof Handling.Wait) {
            return Optional.empty();
        }
        if (verdict instanceof Handling.Answer answer) {
            return Optional.of(answer.reply());
        }
        ExecutionContext context = new ExecutionContext(sequence, indexInBatch, agreedTimeMillis, request.session());
        ServiceReply reply = GroupCommand.isOne(request.operation())
                ? run(() -> change(request))
                : runOrUndo(() -> apply(request.operation(), context));
        sessions.executed(request, reply);
        return Optional.of(reply);
    }

    private ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        if (isTooLarge() && stateMachine.mayGrow(operation)) {
            throw RejectionResult.stateTooLarge(maxOpaqueBytes);
        }
        return stateMachine.apply(operation, context);
    }

    /**
     * Whether the state machine's state was larger at the last checkpoint than a state that is one piece may be.
     * Operations that may make it larger still are then refused, at every replica alike; so no state comes about that
     * cannot be handed to a replica that needs it.
     */
    public boolean isTooLarge() {
        return opaqueBytes > maxOpaqueBytes;
    }

    /** A checkpoint is taken at this state. To be told of each that the group agrees on, and of no other. */
    public void checkpointTaken(ServiceSnapshot snapshot) {
        opaqueBytes = opaque ? snapshot.data().size() : 0;
    }

    private ByteString change(Request request) throws OperationRejectedException {
        settings = GroupCommand.execute(request.operation(), request.session().client(), settings);
        settingsChanged = true;
        sessions.limits(settings.limits());
        return GroupCommand.describe(settings);
    }

    /**
     * What to answer to a request that need not be ordered again: the cached reply, or that the reply or the session is
     * gone for good. Empty if there is nothing final to say; so for every request of the unordered lane in a live
     * session: its client may still be waiting for the reply of the one execution, and "stale" must not overtake that.
     */
    public Optional<ServiceReply> cachedReply(Request request) {
        return sessions.judge(request) instanceof Handling.Answer answer
                        && answer.reply().status() != ReplyStatus.STALE_NUMBER
                ? Optional.of(answer.reply())
                : Optional.empty();
    }

    /** Answers a read from the state as it is here and now. Changes nothing. */
    public ServiceReply query(ByteString operation) {
        return run(() -> stateMachine.query(operation));
    }

    /**
     * Answers a read likewise, and says how long that has been the answer. Of a state without a tree nothing is known
     * but what it is now.
     */
    public ReadAnswer read(ByteString operation) {
        store.beginReading();
        ServiceReply reply = query(operation);
        return new ReadAnswer(reply, opaque ? lastExecuted : store.readSince(), lastExecuted);
    }

    /** Where each live session stands, in order of session ids. */
    public List<SessionProgress> sessions() {
        return sessions.progress();
    }

    /**
     * The whole state as of {@link #lastExecuted}, digested. It costs time in proportion to what changed since the
     * last time; unless the state machine is a {@link MerkleStateMachine}, in proportion to the size of its state as
     * well.
     */
    public ServiceSnapshot snapshot() {
        ByteString application = opaque
                ? Objects.requireNonNull(stateMachine.snapshot(), "the state machine's snapshot")
                : ByteString.EMPTY;
        Map<ByteString, Optional<ByteString>> changes = sessions.takeChanges();
        if (settingsChanged) {
            ServiceRecords.writeTo(changes, settings);
            settingsChanged = false;
        }
        ServiceRecords.writeTo(changes, new Head(lastExecuted, opaque, agreedTimeMillis, sessions.executions()));
        store.replace(FrameworkState.with(store.tree(), changes, lastExecuted));
        return ServiceSnapshot.of(lastExecuted, application, Optional.of(store.tree()));
    }

    /**
     * Replaces the whole state: the state machine's, the sessions, the time, and {@link #lastExecuted}. As they change
     * together, it does not matter whether the new state is ahead of or behind the old one: nothing in it is executed
     * in it again.
     *
     * @param sequence the sequence number that the snapshot is certified for
     * @param application the data of a {@link ServiceSnapshot}, checked against their certified digest
     * @param tree its tree, checked likewise; a state without one is none
     * @return empty if it was installed; otherwise why not, and nothing has changed
     * @throws RuntimeException if the state machine cannot restore what a quorum's state machines wrote; the replica
     *     must then stop
     */
    public Optional<SnapshotRejection> install(long sequence, ByteString application, Optional<MerkleTree> tree) {
        if (tree.isEmpty()) {
            return Optional.of(SnapshotRejection.OTHER_KIND);
        }
        Decoded decoded = ServiceRecords.read(tree.get(), sequence, opaque);
        if (decoded instanceof Decoded.Rejected rejected) {
            return Optional.of(rejected.reason());
        }
        Decoded.Accepted state = (Decoded.Accepted) decoded;
        SessionTable installed = new SessionTable(
                state.settings().limits(),
                this::stored,
                state.head().executions(),
                state.head().agreedTimeMillis());
        try {
            SessionRecords.read(tree.get(), installed);
        } catch (IOException e) {
            return Optional.of(SnapshotRejection.MALFORMED);
        }
        store.replace(tree.get().knownSince(sequence));
        if (opaque) {
            stateMachine.restore(application);
        }
        opaqueBytes = application.size();
        sessions = installed;
        settings = state.settings();
        settingsChanged = false;
        agreedTimeMillis = state.head().agreedTimeMillis();
        lastExecuted = sequence;
        return Optional.empty();
    }

    /**
     * Goes on with the same state in another form: that of a store that has kept it, from where it is read as it is
     * needed.
     *
     * @throws IllegalStateException if it is another state
     */
    public void keptAs(MerkleTree tree) {
        if (!tree.root().equals(store.tree().root())) {
            throw new IllegalStateException("a state was kept as another one");
        }
        if (store.tree() != tree) {
            store.replace(tree.knownSince(lastExecuted));
        }
    }

    /** Has the state machine work on its state; what it does is undone if it fails. */
    private ServiceReply runOrUndo(Operation operation) {
        MerkleTree before = store.tree();
        ServiceReply reply = run(operation);
        if (reply.status() != ReplyStatus.OK) {
            store.replace(before);
        }
        return reply;
    }

    private static ServiceReply run(Operation operation) {
        ServiceReply reply = runUnbounded(operation);
        return reply.result().size() <= MAX_RESULT_BYTES ? reply : ServiceReply.resultTooLarge();
    }

    private static ServiceReply runUnbounded(Operation operation) {
        try {
            return ServiceReply.ok(Objects.requireNonNull(operation.run(), "the state machine's result"));
        } catch (OperationRejectedException e) {
            return ServiceReply.rejected(e);
        } catch (RuntimeException e) {
            // Deterministic output like any other. An Error is not, and stops the replica.
            return ServiceReply.failed(e);
        }
    }

    private interface Operation {
        ByteString run() throws OperationRejectedException;
    }
}
