package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import java.util.random.RandomGenerator;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientPorts;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.client.call.NotLetInException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.ProofVerifier;
import org.tagma.client.internal.ClientWire;
import org.tagma.client.internal.Completions;
import org.tagma.client.internal.ProofFlow;
import org.tagma.client.internal.QueryFlow;
import org.tagma.client.internal.RequestFlow;
import org.tagma.client.internal.Session;
import org.tagma.client.internal.SessionBook;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.crypto.Authentication;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;

/**
 * The client without its threads, clock and connections: calls, frames and ticks come in, each with the time; frames
 * and completions go out. {@link BftClient} drives it with real ones, a simulator with virtual ones.
 *
 * <p>All times are milliseconds on one monotone clock of any origin. After each input the owner looks at
 * {@link #nextWakeMillis()} and calls {@link #tick} then. Completions run inside the call that caused them, as its last
 * act, and may make further calls.
 *
 * <p>Not thread-safe.
 */
public final class BftClientCore {

    private final ClientSetup setup;
    private final ClientWire wire;
    private final ClientPolicy policy;
    private final SessionBook sessions;
    private final RequestFlow requests;
    private final QueryFlow queries;
    private final ProofFlow proofs;
    private final Completions completions = new Completions();
    private final ClientCounters counters = new ClientCounters();
    private final Map<Integer, String> refusals = new TreeMap<>();
    private boolean closed;

    /**
     * A client that has not connected yet; {@link #start()} does.
     *
     * @param sessionNumbers proposes the number of each new session, at least 1: made of a wall clock, so that a
     *     client that starts again gets a higher one. A number that is not above the last one used is corrected
     * @param jitter spreads retransmissions
     */
    public BftClientCore(
            ClientSetup setup,
            ClientOptions options,
            Authentication authentication,
            ClientPorts ports,
            LongSupplier sessionNumbers,
            RandomGenerator jitter) {
        this(setup, options, authentication, ports, sessionNumbers, jitter, Optional.empty());
    }

    /**
     * A client that can have values proved as well.
     *
     * @param proofVerifiers makes what checks proofs; empty if the cluster's protocol has no certificates
     */
    public BftClientCore(
            ClientSetup setup,
            ClientOptions options,
            Authentication authentication,
            ClientPorts ports,
            LongSupplier sessionNumbers,
            RandomGenerator jitter,
            Optional<Supplier<ProofVerifier>> proofVerifiers) {
        this.setup = setup;
        this.policy = setup.protocol()
                .clientPolicy(new ClientContext(
                        setup.quorums(),
                        setup.readOnlyFastPath(),
                        options.readFrom(),
                        options.retryMillis(),
                        ClientOptions.MAX_RETRY_MILLIS));
        this.wire = new ClientWire(setup, authentication);
        this.sessions = new SessionBook(ports, sessionNumbers, counters);
        this.requests = new RequestFlow(setup, options, wire, policy, sessions, completions, counters, jitter);
        this.queries = new QueryFlow(setup, options, wire, policy, sessions, requests, completions, counters);
        this.proofs = new ProofFlow(setup, options, wire, sessions, completions, proofVerifiers);
    }

    /** Has no more requests under way in a session than the group has agreed on, which it is asked. Before all else. */
    void followAgreedPipeline() {
        requests.followAgreedPipeline();
    }

    /** Opens the first session. Called once, before anything else. */
    public void start() {
        sessions.openNext(1);
    }

    /** Has an operation ordered and executed. */
    public void invoke(ByteString operation, RetrySemantics semantics, Completion completion, long now) {
        if (closed) {
            refuse(completion);
        } else {
            requests.submit(operation, semantics, completion, now);
        }
        completions.run();
    }

    /** Has an operation that only reads answered, without ordering if the replicas can. */
    public void query(ByteString operation, Completion completion, long now) {
        if (closed) {
            refuse(completion);
        } else {
            queries.submit(operation, completion, now);
        }
        completions.run();
    }

    /** Has a value proved by a replica, and the proof checked. */
    void prove(ByteString key, ProofFlow.ProofCompletion completion, long now) {
        if (closed) {
            completions.later(
                    () -> completion.failed(new ClientClosedException(Outcome.NOT_EXECUTED, "the client is closed")));
        } else {
            proofs.submit(key, completion, now);
        }
        completions.run();
    }

    /** A frame came over the connection to this replica, which the transport has authenticated. */
    public void onFrame(int replica, ByteString frame, long now) {
        if (closed) {
            return;
        }
        Optional<ClientWire.Incoming> incoming = wire.decode(frame);
        if (incoming.isEmpty()) {
            counters.count(ClientCounter.DROPPED_MALFORMED);
            return;
        }
        Reply reply = incoming.get().reply();
        boolean query = reply.kind() == RequestKind.QUERY;
        if (!incoming.get().isFrom(replica) || reply.session().client() != setup.clientId()) {
            counters.count(ClientCounter.DROPPED_FORGED);
        } else if (query ? !queries.awaits(reply) && !proofs.awaits(reply) : !requests.awaits(reply)) {
            // Before the authenticator is checked: the replies after the quorum are the bulk of all that are dropped.
            counters.count(ClientCounter.DROPPED_LATE);
        } else if (!wire.isAuthentic(incoming.get())) {
            counters.count(ClientCounter.DROPPED_FORGED);
        } else {
            policy.heard(reply);
            if (query && proofs.awaits(reply)) {
                proofs.onReply(reply, now);
            } else if (query) {
                queries.onReply(reply, now);
            } else {
                requests.onReply(reply, now);
            }
            requests.followLeader();
        }
        completions.run();
    }

    /** A connection of the session is up. */
    public void onPeerUp(long session, int replica) {
        Session known = sessions.find(session);
        if (known != null) {
            known.connected(replica, true);
        }
        refusals.remove(replica);
    }

    /**
     * A replica does not let us in. When so many say so that a correct one is among them and the others cannot serve
     * us, and nobody is connected, calls end at once, since waiting mends nothing.
     *
     * @param reason one line for people
     */
    public void onRefused(long session, int replica, String reason) {
        Session known = sessions.find(session);
        refusals.put(replica, reason);
        int all = setup.quorums().replicas();
        if (!closed
                && known != null
                && known.isCutOff()
                && refusals.size() >= all - setup.quorums().faults()) {
            requests.notLetIn(reason);
            queries.endAll(outcome -> new NotLetInException(outcome, reason));
            completions.run();
        }
    }

    /** A connection of the session is gone. */
    public void onPeerDown(long session, int replica, long now) {
        Session known = sessions.find(session);
        if (known != null) {
            known.connected(replica, false);
            policy.silent(replica);
            requests.onConnectionLost(known, replica, now);
            queries.onConnectionLost(known, replica, now);
        }
    }

    /** When {@link #tick} must be called at the latest; {@link Long#MAX_VALUE} if nothing is under way. */
    public long nextWakeMillis() {
        return Math.min(proofs.wakeAt(), Math.min(requests.wakeAt(), queries.wakeAt()));
    }

    /** Time has passed: retransmissions, fall-backs and deadlines that are due happen. Cheap if none is. */
    public void tick(long now) {
        if (!closed && now >= nextWakeMillis()) {
            queries.tick(now);
            proofs.tick(now);
            requests.tick(now);
            completions.run();
        }
    }

    /** Ends every call that is under way with a {@link ClientClosedException}. Idempotent. */
    public void close() {
        if (!closed) {
            closed = true;
            requests.close();
            queries.endAll(outcome -> new ClientClosedException(outcome, "closed during the query"));
            proofs.close();
            sessions.closeAll();
            completions.run();
        }
    }

    /** The view, or Raft's term, that requests are addressed by. */
    public long view() {
        return policy.view();
    }

    /** The session that new requests go to. */
    public long session() {
        return sessions.current().number();
    }

    /** Live counters, readable by any thread. */
    public ClientCounters counters() {
        return counters;
    }

    private void refuse(Completion completion) {
        completions.later(
                () -> completion.failed(new ClientClosedException(Outcome.NOT_EXECUTED, "the client is closed")));
    }
}
