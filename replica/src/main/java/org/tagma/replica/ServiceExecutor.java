package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
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
import org.tagma.core.service.ExecutedRequest;
import org.tagma.core.service.ReplicatedService;
import org.tagma.core.service.ServiceReply;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.service.SnapshotKeeper;
import org.tagma.core.service.SnapshotRejection;
import org.tagma.core.service.TransferMessage;

/**
 * Executes at once, on the calling thread, and answers clients. In the server it has a thread of its own; the simulator
 * calls it directly. Replies are handed to the outbound port and leave at its next flush.
 *
 * <p>Not thread-safe. What the state machine throws as an {@link Error}, and a broken invariant, comes out of these
 * methods: the replica must then stop.
 */
public final class ServiceExecutor implements Execution {

    private static final ServiceReply UNAVAILABLE = new ServiceReply(ReplyStatus.UNAVAILABLE, ByteString.EMPTY);

    private final ReplicatedService service;
    private final MessageSealer sealer;
    private final Outbound outbound;
    private final Consumer<Event> events;
    private final SnapshotKeeper kept = new SnapshotKeeper();

    private long view;
    private int primary = -1;
    private boolean serving;
    private ServiceSnapshot lastDigested;

    /**
     * An executor of a service that has executed nothing yet.
     *
     * @param events takes the answers to what was asked
     */
    public ServiceExecutor(ReplicatedService service, MessageSealer sealer, Outbound outbound, Consumer<Event> events) {
        this.service = service;
        this.sealer = sealer;
        this.outbound = outbound;
        this.events = events;
    }

    @Override
    public void commit(long sequence, Batch batch) {
        List<ExecutedRequest> executed = service.execute(sequence, batch);
        List<RequestOutcome> outcomes = new ArrayList<>(executed.size());
        for (ExecutedRequest each : executed) {
            outcomes.add(each.outcome());
            each.reply().ifPresent(reply -> reply(each.request(), reply));
        }
        events.accept(new Event.Executed(sequence, outcomes));
    }

    @Override
    public void takeCheckpoint(long sequence) {
        if (sequence != service.lastExecuted()) {
            throw new IllegalStateException(
                    "a checkpoint at " + sequence + " cannot be taken at " + service.lastExecuted());
        }
        ServiceSnapshot snapshot = digestNow();
        kept.keep(snapshot);
        events.accept(new Event.CheckpointTaken(sequence, snapshot.stateDigest()));
    }

    @Override
    public void releaseCheckpoints(long below) {
        kept.release(below);
    }

    @Override
    public void installState(long sequence, Digest stateDigest, ByteString snapshot) {
        Optional<SnapshotRejection> rejection = service.install(sequence, snapshot);
        if (rejection.isPresent()) {
            // A quorum vouched for these bytes, so it is this replica that cannot follow.
            throw new IllegalStateException(
                    "the certified state at " + sequence + " cannot be installed here: " + rejection.get());
        }
        lastDigested = null;
        kept.keep(ServiceSnapshot.of(sequence, snapshot));
        events.accept(new Event.StateInstalled(sequence, stateDigest, service.sessions()));
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        kept.answer(question).ifPresent(answer -> outbound.toReplica(to, sealer.frameFor(to, answer)));
    }

    @Override
    public void resendReply(Request request) {
        service.cachedReply(request).ifPresent(reply -> reply(request, reply));
    }

    @Override
    public void protocolIs(long currentView, int currentPrimary, boolean mayServe) {
        view = currentView;
        primary = currentPrimary;
        serving = mayServe;
    }

    /** Answers a query from the state as it is now, or says that this replica cannot. */
    public void query(Query query) {
        answer(query, serving ? service.query(query.operation()) : UNAVAILABLE);
    }

    /** Sends a result of the caller's making as the reply to a query. */
    void answer(Query query, ServiceReply reply) {
        send(query.session(), RequestKind.QUERY, query.number(), reply);
    }

    /** The last sequence number executed. */
    public long lastExecuted() {
        return service.lastExecuted();
    }

    /** The whole state as of {@link #lastExecuted}; costs time in proportion to its size, unless it is known already. */
    public ServiceSnapshot digestNow() {
        if (lastDigested == null || lastDigested.sequence() != service.lastExecuted()) {
            lastDigested = service.snapshot();
        }
        return lastDigested;
    }

    /** The newest checkpoint kept. */
    Optional<ServiceSnapshot> newestCheckpoint() {
        return kept.newest();
    }

    private void reply(Request request, ServiceReply reply) {
        send(request.session(), RequestKind.of(request.semantics()), request.number(), reply);
    }

    private void send(SessionId session, RequestKind kind, long number, ServiceReply reply) {
        outbound.toClient(
                session,
                sealer.frameOf(new Reply(
                        sealer.self(), view, primary, session, kind, number, reply.status(), reply.result())));
    }
}
