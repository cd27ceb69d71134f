package org.tagma.client;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import java.util.function.LongSupplier;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientCounters;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientPorts;
import org.tagma.client.call.Completion;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.ProofVerifier;
import org.tagma.client.call.ProvenValue;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.client.internal.ProofFlow;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.protocol.FaultModel;

/**
 * Has operations executed by a cluster, and believes only what enough replicas agree on: under PBFT more than can be
 * lying, under Raft, where none lies, one.
 *
 * <p>Requests of one client are executed in the order of the calls, also when many are in flight, as long as they are
 * exactly-once and none times out. After a time-out, calls go on under a new session and may overtake what is still
 * under way in the old one.
 *
 * <p><b>Failures.</b> Futures fail with a {@link BftClientException}, at the deadline of the {@link ClientOptions} at
 * the latest. Its {@link BftClientException#outcome()} says what is known: {@link Outcome#NOT_EXECUTED}, it may be
 * called again; {@link Outcome#EXECUTED}, once, and only the result is an exception or is lost;
 * {@link Outcome#UNKNOWN}, it may have been executed, may be yet, or may never be. Until the deadline the client itself
 * sends an exactly-once request as often as it takes, and the replicas execute it once. A call that is made again after
 * an unknown outcome is another operation to them: ask the state first, or have operations that may be executed twice.
 * At most once: nothing is sent again, so a lost message ends with an unknown outcome. At least once: sent again as a
 * new operation each time.
 *
 * <p><b>Shutdown.</b> {@link #close} ends calls under way with {@link org.tagma.client.call.ClientClosedException},
 * waits for the client's threads, and leaves what was sent to the replicas to them: the outcome is unknown.
 *
 * <p><b>Sessions.</b> Requests are numbered within a session, so that replicas execute each once however often it
 * arrives. A session opens with its first request, under a number above all the client ever used; the replicas remember
 * the highest for ever, and the highest that they dropped in favour of more recently active ones. If they agree that a
 * session is not live and lies above all that were dropped, then it lost a race: a session with a higher number was
 * opened first, say by another process with the same key. A session below the highest number can never open, so none of
 * its requests was executed or will be; they are sent again, in order, under a higher number. If the session does not
 * lie above all that were dropped, a request may have been executed in it before it was, and the call fails with
 * {@link SessionExpiredException}.
 *
 * <p>Thread-safe. Futures are completed by the client's own thread: what depends on them must not block it, and hands
 * long work to an executor ({@code thenApplyAsync}).
 */
public final class BftClient implements AutoCloseable {

    private static final Logger LOGGER = LoggerFactory.getLogger(BftClient.class);

    private final Inbox inbox = new Inbox();
    private final BftClientCore core;
    private final ClientOptions options;
    private final int maxOperationBytes;
    private final Optional<NetworkLoop> ownLoop;
    private final ReplyHandler.Backlog backlog = new ReplyHandler.Backlog();
    private final AtomicInteger callsInInbox = new AtomicInteger();
    private final AtomicBoolean closing = new AtomicBoolean();
    private final long originNanos = System.nanoTime();
    private final Thread thread;

    /** Touched by the client's thread only. */
    private final Map<Long, Transport> transports = new TreeMap<>();

    /** Inputs that the client's thread has taken out of the inbox; touched by it only. */
    private final Queue<Inbox.Input> drained = new ArrayDeque<>();

    private BftClient(Builder builder, Authentication authentication, SessionTransports connections) {
        this.options = builder.options;
        this.maxOperationBytes = builder.config.limits().maxOperationBytes();
        this.ownLoop = Optional.ofNullable(builder.ownLoop);
        this.core = new BftClientCore(
                ClusterConnector.setup(builder.config, builder.clientId),
                options,
                authentication,
                new Ports(builder.clientId, connections),
                builder.sessionNumbers,
                RandomGenerator.getDefault(),
                builder.config.protocol().checkpointProofs().isPresent()
                        ? Optional.of(() -> new ProofVerifier(builder.config))
                        : Optional.empty());
        this.core.followAgreedPipeline();
        this.thread = new Thread(this::run, "tagma-client-" + builder.clientId);
        this.thread.setDaemon(true);
    }

    /** Collects what a client of this cluster needs. */
    public static Builder builder(ClusterConfig config, int clientId) {
        return new Builder(config, clientId);
    }

    /**
     * A client with the settings of the cluster file and the keys in a cluster's folder.
     *
     * @throws IOException if the folder or the keys cannot be used; the message is one line
     */
    public static BftClient open(Path folder, int clientId) throws IOException {
        ClusterFolder cluster = new ClusterFolder(folder);
        return builder(cluster.config(), clientId)
                .keys(cluster.clientKeys(clientId))
                .build();
    }

    /** {@link #invoke(byte[], RetrySemantics)} with exactly-once semantics. */
    public CompletableFuture<byte[]> invoke(byte[] operation) {
        return invoke(operation, RetrySemantics.EXACTLY_ONCE);
    }

    /** {@link #invoke(ByteString, RetrySemantics)} for those who have arrays; it copies them. */
    public CompletableFuture<byte[]> invoke(byte[] operation, RetrySemantics semantics) {
        return invoke(ByteString.copyFrom(operation), semantics).thenApply(ByteString::toByteArray);
    }

    /** {@link #query(ByteString)} for those who have arrays; it copies them. */
    public CompletableFuture<byte[]> query(byte[] operation) {
        return query(ByteString.copyFrom(operation)).thenApply(ByteString::toByteArray);
    }

    /** {@link #invoke(ByteString, RetrySemantics)} with exactly-once semantics. */
    public CompletableFuture<ByteString> invoke(ByteString operation) {
        return invoke(operation, RetrySemantics.EXACTLY_ONCE);
    }

    /**
     * Has an operation ordered and executed. Never blocks.
     *
     * @param operation at most the cluster's {@code maxOperationBytes}
     * @param semantics what to do while there is no answer
     * @return the state machine's result, or a {@link BftClientException}
     * @throws IllegalArgumentException if the operation is too large
     */
    public CompletableFuture<ByteString> invoke(ByteString operation, RetrySemantics semantics) {
        return call(operation, (completion, now) -> core.invoke(operation, semantics, completion, now));
    }

    /**
     * Has an operation that only reads answered, linearizably: it sees every request that completed, at any client,
     * before the call. Where the cluster allows it, without ordering it: under PBFT by asking all replicas at once,
     * under Raft by asking one that makes sure of its answer; if that does not do, by ordering it. Its order relative
     * to requests of this client that are still in flight is open. Never blocks.
     *
     * @param operation at most the cluster's {@code maxOperationBytes}
     * @return the state machine's result, or a {@link BftClientException}
     * @throws IllegalArgumentException if the operation is too large
     */
    public CompletableFuture<ByteString> query(ByteString operation) {
        return call(operation, (completion, now) -> core.query(operation, completion, now));
    }

    /**
     * Has one replica prove the value of a key of the replicated state, for a service whose state is in a
     * {@link org.tagma.core.state.StateStore}. The proof is checked before the future completes, so a malicious replica
     * can only refuse, and then another one is asked. What is proved is the state at a recent stable checkpoint, not as
     * of now; there is none before the first checkpoint. Never blocks.
     *
     * @param key at most {@link org.tagma.core.state.StateView#MAX_KEY_BYTES}
     * @return the value with a proof that convinces others too, or a {@link BftClientException}; always the latter
     *     under Raft, which has no certificates
     */
    public CompletableFuture<ProvenValue> prove(ByteString key) {
        CompletableFuture<ProvenValue> future = new CompletableFuture<>();
        ProofFlow.ProofCompletion completion = new ProofFlow.ProofCompletion() {
            @Override
            public void succeeded(ProvenValue value) {
                future.complete(value);
            }

            @Override
            public void failed(BftClientException failure) {
                future.completeExceptionally(failure);
            }
        };
        enqueue(now -> core.prove(key, completion, now), completion::failed);
        return future;
    }

    /** Live counters. */
    public ClientCounters counters() {
        return core.counters();
    }

    /**
     * Ends all calls that are under way with {@link ClientClosedException}, closes the connections and stops the
     * threads. Waits for that unless called by the client's own thread. Idempotent.
     */
    @Override
    public void close() {
        closing.set(true);
        inbox.close();
        inbox.wake();
        if (Thread.currentThread() != thread) {
            boolean interrupted = false;
            while (thread.isAlive()) {
                try {
                    thread.join();
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private interface Call {
        void begin(Completion completion, long nowMillis);
    }

    private CompletableFuture<ByteString> call(ByteString operation, Call call) {
        if (operation.size() > maxOperationBytes) {
            throw new IllegalArgumentException(
                    "an operation has at most " + maxOperationBytes + " bytes, not " + operation.size());
        }
        FutureCompletion completion = new FutureCompletion();
        enqueue(now -> call.begin(completion, now), completion::failed);
        return completion.future;
    }

    /** Has the client's own thread begin something; it is told the time. */
    private void enqueue(LongConsumer begin, Consumer<BftClientException> failed) {
        if (callsInInbox.incrementAndGet() > options.maxQueued() + options.maxInFlight()) {
            callsInInbox.decrementAndGet();
            failed.accept(new OverloadedException(Outcome.NOT_EXECUTED, "too many calls at once"));
        } else if (inbox.add((ignored, now) -> {
            callsInInbox.decrementAndGet();
            begin.accept(now);
        })) {
            inbox.wake();
        } else {
            callsInInbox.decrementAndGet();
            failed.accept(new ClientClosedException(Outcome.NOT_EXECUTED, "the client is closed"));
        }
    }

    private void run() {
        try {
            core.start();
            while (!closing.get()) {
                turn();
                long sleepMillis = Math.max(0, core.nextWakeMillis() - nowMillis());
                inbox.park(TimeUnit.MILLISECONDS.toNanos(sleepMillis));
            }
        } catch (RuntimeException | Error e) {
            LOGGER.error("the client stops: this is a bug in it", e);
            throw e;
        } finally {
            inbox.close();
            core.close();
            // What is left are calls that came too late, which the closed core refuses.
            drained.addAll(inbox.drain());
            applyDrained(nowMillis());
            ownLoop.ifPresent(NetworkLoop::close);
        }
    }

    private void turn() {
        long now = nowMillis();
        drained.addAll(inbox.drain());
        applyDrained(now);
        core.tick(now);
        transports.values().forEach(Transport::flush);
        if (backlog.mayResume()) {
            transports.values().forEach(Transport::resumeReading);
        }
    }

    private void applyDrained(long now) {
        Inbox.Input next = drained.poll();
        while (next != null) {
            next.apply(core, now);
            next = drained.poll();
        }
    }

    private long nowMillis() {
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - originNanos);
    }

    private static final class FutureCompletion implements Completion {
        final CompletableFuture<ByteString> future = new CompletableFuture<>();

        @Override
        public void succeeded(ByteString result) {
            future.complete(result);
        }

        @Override
        public void failed(BftClientException failure) {
            future.completeExceptionally(failure);
        }
    }

    private final class Ports implements ClientPorts {
        private final int clientId;
        private final SessionTransports connections;

        Ports(int clientId, SessionTransports connections) {
            this.clientId = clientId;
            this.connections = connections;
        }

        @Override
        public void openSession(long session) {
            Transport transport = connections.open(new PeerId.ClientSession(clientId, session));
            transports.put(session, transport);
            transport.start(new ReplyHandler(session, inbox, backlog));
        }

        @Override
        public void closeSession(long session) {
            transports.remove(session).close();
        }

        @Override
        public void send(long session, int replica, ByteString frame) {
            transports.get(session).send(new PeerId.Replica(replica), frame);
        }
    }

    /** Collects what a client needs. Not thread-safe. */
    public static final class Builder {
        private final ClusterConfig config;
        private final int clientId;
        private NodeKeys keys;
        private Authentication authentication;
        private SessionTransports transports;
        private NetworkLoop sharedLoop;
        private NetworkLoop ownLoop;
        private ClientOptions options;
        private LongSupplier sessionNumbers = new WallClockSessionNumbers();

        private Builder(ClusterConfig config, int clientId) {
            this.config = config;
            this.clientId = clientId;
            this.options = ClusterConnector.options(config);
        }

        /** The client's private keys. Required, unless both authentication and transports are given. */
        public Builder keys(NodeKeys value) {
            keys = value;
            return this;
        }

        /** Proofs other than by the keys. */
        public Builder authentication(Authentication value) {
            authentication = value;
            return this;
        }

        /** Connections other than by TCP. */
        public Builder transports(SessionTransports value) {
            transports = value;
            return this;
        }

        /** A network thread to share with other clients, and not to be stopped by this one. */
        public Builder networkLoop(NetworkLoop value) {
            sharedLoop = value;
            return this;
        }

        /** AdaptiveTimeouts and parallelism; those of the cluster file unless set. */
        public Builder options(ClientOptions value) {
            options = value;
            return this;
        }

        /**
         * Proposes session numbers; made of the wall clock unless set. They must rise from one incarnation of a client
         * to the next.
         */
        public Builder sessionNumbers(LongSupplier value) {
            sessionNumbers = value;
            return this;
        }

        /**
         * Starts the client. It connects in the background, and keeps trying.
         *
         * @throws KeyFileException if the keys are not those of this client of the cluster
         * @throws IllegalArgumentException if an option is out of the cluster's range, or keys are missing
         */
        public BftClient build() throws KeyFileException {
            if (options.maxInFlight() > config.limits().sessionPipeline()) {
                throw new IllegalArgumentException("maxInFlight is at most the cluster's sessionPipeline, "
                        + config.limits().sessionPipeline() + ", not " + options.maxInFlight());
            }
            if (options.readFrom() != ClientOptions.LEADER) {
                requireReader(options.readFrom());
            }
            Authentication proofs = authentication;
            SessionTransports connections = transports;
            if (proofs == null || connections == null) {
                if (keys == null) {
                    throw new IllegalArgumentException("a client needs its private keys");
                }
                ClusterConnector connector = new ClusterConnector(config, clientId, keys);
                proofs = proofs == null ? connector.authentication() : proofs;
                connections = connections == null ? connector.transports(loop()) : connections;
            }
            BftClient client = new BftClient(this, proofs, connections);
            client.thread.start();
            return client;
        }

        private void requireReader(int replica) {
            if (config.protocol().faultModel() == FaultModel.BYZANTINE) {
                throw new IllegalArgumentException("no single replica can be read from under "
                        + config.protocol().name() + ": it could be one that lies");
            }
            if (replica >= config.replicaCount()) {
                throw new IllegalArgumentException("there is no replica " + replica + " to read from; there are 0 to "
                        + (config.replicaCount() - 1));
            }
        }

        private NetworkLoop loop() {
            if (sharedLoop != null) {
                return sharedLoop;
            }
            ownLoop = new NetworkLoop("tagma-network-client-" + clientId);
            return ownLoop;
        }
    }
}
