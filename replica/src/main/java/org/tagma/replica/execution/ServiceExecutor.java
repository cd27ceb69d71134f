package org.tagma.replica.execution;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.LongFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.service.AgreedSettings;
import org.tagma.core.service.ExecutedRequest;
import org.tagma.core.service.ReadAnswer;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceReply;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.SnapshotRejection;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.storage.SnapshotStore;

/**
 * Executes at once, on the calling thread, and answers clients. In the server it has a thread of its own; the simulator
 * calls it directly. Replies are handed to the outbound port and leave at its next flush.
 *
 * <p>Not thread-safe. What the state machine throws as an {@link Error}, and a broken invariant, comes out of these
 * methods: the replica must then stop.
 */
public final class ServiceExecutor implements Execution {

    private static final Logger LOG = LoggerFactory.getLogger(ServiceExecutor.class);

    private static final ServiceReply UNAVAILABLE = new ServiceReply(ReplyStatus.UNAVAILABLE, ByteString.EMPTY);
    private static final ServiceReply OVERLOADED = new ServiceReply(ReplyStatus.OVERLOADED, ByteString.EMPTY);

    /** Requests of operators that may wait for the protocol's answer. */
    private static final int MAX_WAITING = 1 << 10;

    private final ReplicatedService service;
    private final MessageSealer sealer;
    private final Outbound outbound;
    private final Consumer<Event> events;
    private final SnapshotStore store;
    private final SnapshotKeeper kept = new SnapshotKeeper();
    private final WaitingReads waitingReads;
    private final RepliesRoom repliesRoom;
    private final Map<Long, OperatorAnswer> waitingOperators = new HashMap<>();

    private long view;
    private int primary = -1;
    private boolean serving;
    private ServiceSnapshot lastDigested;
    private long asked;

    /** Takes what the protocol says to an operator's request. */
    @FunctionalInterface
    public interface OperatorAnswer {
        void accept(boolean done, String text);
    }

    /**
     * An executor of a service that has executed nothing yet.
     *
     * @param store keeps checkpoints for the next incarnation
     * @param memory how much of what waits it may hold
     * @param events takes the answers to what was asked
     */
    public ServiceExecutor(
            ReplicatedService service,
            MessageSealer sealer,
            Outbound outbound,
            SnapshotStore store,
            MemoryPlan memory,
            Consumer<Event> events) {
        this.service = service;
        this.sealer = sealer;
        this.outbound = outbound;
        this.store = store;
        this.waitingReads = new WaitingReads(memory);
        this.repliesRoom = new RepliesRoom(memory);
        this.events = events;
    }

    /**
     * Takes up the checkpoints that earlier incarnations kept. Called once, before anything else.
     *
     * @throws IOException if they cannot be read; the replica must then not start
     */
    public void recover() throws IOException {
        AgreedSettings file = service.settings();
        List<ServiceSnapshot> all = store.recover();
        all.forEach(kept::keep);
        all.stream().max(Comparator.comparingLong(ServiceSnapshot::sequence)).ifPresent(service::settingsAreOf);
        SettingsNotice.lines(file, service.settings()).forEach(LOG::warn);
        repliesRoom.look(service.settings());
    }

    /** Why this replica cannot bear what the group has agreed on; empty if it can. Any thread may ask. */
    public String lacking() {
        return repliesRoom.lacking();
    }

    @Override
    public void commit(long sequence, Batch batch) {
        List<ExecutedRequest> executed = service.execute(sequence, batch);
        repliesRoom.look(service.settings());
        List<RequestOutcome> outcomes = new ArrayList<>(executed.size());
        for (ExecutedRequest each : executed) {
            outcomes.add(each.outcome());
            each.reply().filter(reply -> answersRequests()).ifPresent(reply -> reply(each.request(), reply));
        }
        events.accept(new Event.Executed(sequence, outcomes));
    }

    @Override
    public void takeCheckpoint(long sequence) {
        if (sequence != service.lastExecuted()) {
            throw new IllegalStateException(
                    "a checkpoint at " + sequence + " cannot be taken at " + service.lastExecuted());
        }
        ServiceSnapshot snapshot = keep(digestNow());
        lastDigested = snapshot;
        boolean wasTooLarge = service.isTooLarge();
        service.checkpointTaken(snapshot);
        if (service.isTooLarge() && !wasTooLarge) {
            LOG.error(
                    "the state of the service has grown to {} bytes, and a state that is one piece may have {}:"
                            + " operations that may make it larger are refused from here on, at all replicas; remove"
                            + " what is not needed, or keep the state in a StateStore (MerkleStateMachine), which has"
                            + " no such bound",
                    snapshot.data().size(),
                    ReplicatedService.MAX_OPAQUE_STATE_BYTES);
        }
        events.accept(
                new Event.CheckpointTaken(sequence, snapshot.stateDigest(), snapshot.sizeBytes(), snapshot.tree()));
    }

    @Override
    public void releaseCheckpoints(long below) {
        try {
            store.release(below, kept.release(below));
        } catch (IOException e) {
            throw new UncheckedIOException("a checkpoint that is no longer needed cannot be removed", e);
        }
    }

    /** Durable on return: what is reported after this lets the log go. The service goes on with what is kept. */
    private ServiceSnapshot keep(ServiceSnapshot snapshot) {
        ServiceSnapshot asKept;
        try {
            asKept = store.save(snapshot);
        } catch (IOException e) {
            throw new UncheckedIOException("the checkpoint at " + snapshot.sequence() + " cannot be written", e);
        }
        asKept.tree().ifPresent(service::keptAs);
        kept.keep(asKept);
        return asKept;
    }

    @Override
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        Optional<SnapshotRejection> rejection = service.install(sequence, snapshot, tree);
        if (rejection.isPresent()) {
            // A quorum vouched for these bytes, so it is this replica that cannot follow.
            throw new IllegalStateException(
                    "the certified state at " + sequence + " cannot be installed here: " + rejection.get());
        }
        repliesRoom.look(service.settings());
        lastDigested = keep(ServiceSnapshot.of(sequence, snapshot, tree));
        store.nodes().ifPresent(NodeStore::endTransfer);
        events.accept(new Event.StateInstalled(sequence, stateDigest, service.sessions(), lastDigested.tree()));
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        kept.answer(to, question).ifPresent(answer -> {
            if (to == sealer.self()) {
                events.accept(new Event.MessageReceived(sealer.seal(answer)));
            } else {
                outbound.toReplica(to, sealer.frameFor(to, answer));
            }
        });
    }

    @Override
    public void resendReply(Request request) {
        service.cachedReply(request).ifPresent(reply -> reply(request, reply));
    }

    @Override
    public void onStatusChanged(long currentView, int currentPrimary, boolean mayServe) {
        view = currentView;
        primary = currentPrimary;
        serving = mayServe;
    }

    /**
     * Answers a query. Where replicas may lie, the client compares what they say: each answers from the state as it is
     * now, or says that it cannot. Where they do not, the client takes one replica's word: the protocol is asked from
     * which state on the answer is linearizable.
     */
    public void query(Query query) {
        if (!sealer.singleReply()) {
            if (serving) {
                answerNow(query);
            } else {
                answer(query, UNAVAILABLE);
            }
        } else if (waitingReads.add(++asked, query)) {
            events.accept(new Event.ReadReceived(asked));
        } else {
            answer(query, OVERLOADED);
        }
    }

    /**
     * Asks the protocol on an operator's behalf.
     *
     * @param question makes the event of an id
     * @param onAnswer called once, on the execution thread, unless the replica stops before
     */
    public void ask(LongFunction<Event> question, OperatorAnswer onAnswer) {
        if (waitingOperators.size() >= MAX_WAITING) {
            onAnswer.accept(false, "too many requests of operators wait here already");
        } else {
            waitingOperators.put(++asked, onAnswer);
            events.accept(question.apply(asked));
        }
    }

    @Override
    public void answerRead(long id, long sequence) {
        if (service.lastExecuted() < sequence) {
            throw new IllegalStateException(
                    "a read of the state at " + sequence + ", and it is at " + service.lastExecuted());
        }
        answerNow(waitingReads.remove(id));
    }

    @Override
    public void refuseRead(long id) {
        answer(waitingReads.remove(id), UNAVAILABLE);
    }

    @Override
    public void answerOperator(long id, boolean done, String text) {
        waitingOperators.remove(id).accept(done, text);
    }

    /** Tells a client that too many of its queries wait here. */
    void refuseQuery(SessionId session, long number) {
        send(session, RequestKind.QUERY, number, OVERLOADED);
    }

    /** Sends a result of the caller's making as the reply to a query. */
    public void answer(Query query, ServiceReply reply) {
        send(query.session(), RequestKind.QUERY, query.number(), reply);
    }

    /** The last sequence number executed. */
    public long lastExecuted() {
        return service.lastExecuted();
    }

    /**
     * The whole state as of {@link #lastExecuted}; costs time in proportion to its size, unless it is known already.
     */
    public ServiceSnapshot digestNow() {
        if (lastDigested == null || lastDigested.sequence() != service.lastExecuted()) {
            lastDigested = service.snapshot();
        }
        return lastDigested;
    }

    /** The kept checkpoint with this sequence number. */
    public Optional<ServiceSnapshot> checkpoint(long sequence) {
        return kept.get(sequence);
    }

    /** The newest checkpoint kept. */
    public Optional<ServiceSnapshot> newestCheckpoint() {
        return kept.newest();
    }

    /**
     * Where one reply decides, it is the leader's; if the leader fails before it answers, its successor is asked
     * again.
     */
    private boolean answersRequests() {
        return !sealer.singleReply() || primary == sealer.self();
    }

    private void reply(Request request, ServiceReply reply) {
        send(request.session(), RequestKind.of(request.semantics()), request.number(), reply);
    }

    private void send(SessionId session, RequestKind kind, long number, ServiceReply reply) {
        send(session, kind, number, new ReadAnswer(reply, 0, 0));
    }

    private void answerNow(Query query) {
        send(query.session(), RequestKind.QUERY, query.number(), service.read(query.operation()));
    }

    private void send(SessionId session, RequestKind kind, long number, ReadAnswer answer) {
        ServiceReply reply = answer.reply();
        outbound.toClient(
                session,
                sealer.frameOf(new Reply(
                        sealer.self(),
                        view,
                        primary,
                        session,
                        kind,
                        number,
                        reply.status(),
                        reply.result(),
                        answer.since(),
                        answer.until())));
    }
}
