package org.tagma.replica;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicReference;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Evidence;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.admin.AdminQueries;
import org.tagma.replica.admin.OperatorCommands;
import org.tagma.replica.admin.ProofQueries;
import org.tagma.replica.admin.StatusReport;
import org.tagma.replica.engine.ClockOffsets;
import org.tagma.replica.engine.EngineListener;
import org.tagma.replica.engine.EngineLoop;
import org.tagma.replica.engine.ReplicaEngine;
import org.tagma.replica.engine.SparseLog;
import org.tagma.replica.engine.TimedLogStore;
import org.tagma.replica.execution.ExecutionLoop;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.replica.inbound.EngineQueue;
import org.tagma.replica.inbound.InboundStage;
import org.tagma.replica.inbound.InboundVerifier;
import org.tagma.replica.inbound.VerifiedCache;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.outbound.MessageSealer;
import org.tagma.replica.outbound.Outbound;
import org.tagma.replica.outbound.TransportOutbound;
import org.tagma.replica.settings.MemoryPlan.Share;
import org.tagma.replica.settings.ReplicaParts;
import org.tagma.replica.settings.ThreadLayout;
import org.tagma.replica.threads.LoopTimers;
import org.tagma.replica.threads.OwnThreads;
import org.tagma.replica.threads.ProtocolThreads;
import org.tagma.replica.threads.RunToCompletion;
import org.tagma.replica.trace.ReplicaTraceFile;
import org.tagma.replica.trace.ReplicaTracer;

/**
 * A running replica: threads, queues, wiring, and nothing of any protocol.
 *
 * <p>Threads: the transport's own; verification threads, for what costs signatures; one engine thread, which
 * alone steps the protocol; one execution thread, which alone touches the state machine. They hand batches of
 * work to each other through bounded queues and wake each other once a batch.
 *
 * <p>If something breaks that must not (an invariant, the log, the state machine with an {@link Error}) the
 * replica logs it in one line and stops by itself; see {@link #awaitTermination} and {@link #failure}.
 * Thread-safe.
 */
public final class ReplicaServer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaServer.class);

    /** Whoever stops a process has patience for some seconds, and then kills it. */
    private static final long STOP_MILLIS = 4_000;

    private final ReplicaParts parts;
    private final Optional<ReplicaTraceFile> trace;
    private final String name;
    private final ReplicaMetrics metrics;
    private final TimedLogStore log;
    private final EngineQueue engineQueue;
    private final LoopTimers timers = new LoopTimers(System::nanoTime);
    private final ServiceExecutor executor;
    private final ExecutionLoop execution;
    private final ClockOffsets clocks;
    private final InboundStage inbound;
    private final ReplicaEngine engine;
    private final ProtocolThreads threads;
    private final AdminQueries adminQueries;

    private volatile boolean running;
    private final AtomicBoolean closeBegun = new AtomicBoolean();
    private final AtomicReference<String> failure = new AtomicReference<>();
    private final CountDownLatch terminated = new CountDownLatch(1);

    /** A server that has not started. */
    public ReplicaServer(ReplicaParts parts) {
        this(parts, Optional.empty());
    }

    /** A server that has not started, and takes possession of the file in which it is recorded, if any. */
    ReplicaServer(ReplicaParts parts, Optional<ReplicaTraceFile> trace) {
        this.parts = parts;
        this.trace = trace;
        Optional<ReplicaTracer> tracer = trace.map(ReplicaTraceFile::tracer);
        Protocol protocol = tracer.map(each -> each.around(parts.protocol())).orElse(parts.protocol());
        EngineListener listener = new Listener();
        EngineListener heard = tracer.map(each -> each.around(listener)).orElse(listener);
        MessageSealer sealer = new MessageSealer(parts.authentication(), parts.policy());
        this.name = "tagma-" + sealer.self();
        this.metrics = new ReplicaMetrics(parts.registry());
        Optional<ScheduledExecutorService> shared = parts.options().threads() == ThreadLayout.LOOP
                ? parts.transport().thread()
                : Optional.empty();
        Outbound outbound = new TransportOutbound(parts.transport(), this::flush);
        this.engineQueue = new EngineQueue(this::wakeEngine);
        this.executor = new ServiceExecutor(
                parts.service(),
                sealer,
                outbound,
                parts.snapshots(),
                parts.options().memory(),
                engineQueue::add);
        this.execution = new ExecutionLoop(
                executor,
                this::answer,
                () -> afterExecution(outbound),
                this::wakeExecution,
                metrics,
                parts.options().memory());
        this.clocks = new ClockOffsets(
                sealer,
                outbound,
                parts.clock(),
                System::nanoTime,
                parts.quorums().replicas(),
                parts.options().maxClockSkewMillis(),
                name);
        this.inbound = newInboundStage();
        this.log = new TimedLogStore(parts.log());
        this.engine = new ReplicaEngine(
                protocol, sealer, new ReplicaEngine.Ports(outbound, log, timers, parts.clock(), execution, heard));
        EngineLoop engineLoop = new EngineLoop(engine, engineQueue, timers, inbound::madeRoom, this::afterTurn);
        this.threads = shared.map(thread -> onOneThread(thread, engineLoop))
                .orElseGet(() -> new OwnThreads(name, engineLoop, this::engineBroke, execution, this::executionBroke));
        this.adminQueries = new AdminQueries(
                this::describe,
                executor,
                new ProofQueries(parts.policy().protocol().checkpointProofs(), engine::checkpointProof, executor),
                parts.operatorRules(),
                parts.quorums().replicas());
        watchQueues();
    }

    private ProtocolThreads onOneThread(ScheduledExecutorService thread, EngineLoop engineLoop) {
        return new RunToCompletion(
                name,
                thread,
                new RunToCompletion.Part(engineLoop, this::engineBroke),
                new RunToCompletion.Part(execution, this::executionBroke),
                parts.transport()::flush);
    }

    private void flush() {
        if (!threads.flushesLater()) {
            parts.transport().flush();
        }
    }

    private void wakeEngine() {
        threads.wakeEngine();
    }

    private void wakeExecution() {
        threads.wakeExecution();
    }

    private InboundStage newInboundStage() {
        InboundVerifier verifier = new InboundVerifier(
                parts.authentication(),
                parts.policy(),
                parts.codec(),
                parts.quorums(),
                this::position,
                VerifiedCache.capacityOf(parts.options().memory().bytes(Share.SIGNATURES)));
        return new InboundStage(
                verifier,
                engineQueue,
                execution,
                parts.transport(),
                metrics,
                parts.options(),
                clocks::received,
                name,
                System::nanoTime,
                e -> fatal("the verification broke: " + e, e));
    }

    /** None while the engine is being put together: then nothing has arrived either. */
    private Optional<ProtocolStatus> position() {
        return Optional.ofNullable(engine).map(ReplicaEngine::status);
    }

    private void watchQueues() {
        for (int id = 0; id < parts.quorums().replicas(); id++) {
            int replica = id;
            metrics.watchClock(replica, () -> clocks.offsetMillis(replica));
        }
        metrics.watchView(() -> engine.status().view());
        metrics.watchQueue("engine", engineQueue::size);
        metrics.watchQueue("execution", execution::size);
        metrics.watchQueue("verification", inbound::size);
    }

    /**
     * Recovers the log, starts the threads and begins to listen. If it throws, the server is closed.
     *
     * @throws IOException if the log cannot be read
     * @throws org.tagma.network.transport.BindFailedException if the listening address cannot be had
     */
    public void start() throws IOException {
        boolean started = false;
        try {
            executor.recover();
            engine.start();
            if (engine.isStopped()) {
                throw new IllegalStateException(failure.get());
            }
            threads.start();
            inbound.startThreads();
            parts.transport().start(inbound);
            started = true;
            running = true;
        } finally {
            if (!started) {
                close();
            }
        }
        LOG.info("{} runs", name);
    }

    /** Waits until the server has stopped, by {@link #close} or by itself. */
    public void awaitTermination() throws InterruptedException {
        terminated.await();
    }

    /** Why the server stopped by itself; empty if it did not. */
    public Optional<String> failure() {
        return Optional.ofNullable(failure.get());
    }

    /** Where the protocol stands, as of a few milliseconds ago. */
    public ProtocolStatus status() {
        return engine.status();
    }

    /** How many messages were rejected for a reason. */
    public long rejected(RejectionReason reason) {
        return metrics.rejected(reason);
    }

    /**
     * Stops everything and waits until it has stopped. A leader first has another replica lead, if that can be
     * had in time. What does not stop in time, since the disk does not answer, is left as it is, and {@link
     * #failure} says so: then the process had better end. Idempotent; not for the server's own threads.
     */
    @Override
    public void close() {
        if (!closeBegun.compareAndSet(false, true)) {
            awaitUninterruptibly();
            return;
        }
        Thread stopping = new Thread(this::stopAll, name + "-close");
        stopping.setDaemon(true);
        stopping.start();
        try {
            if (!joined(stopping)) {
                stopsWithout();
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants it to be over.
            Thread.currentThread().interrupt();
        } finally {
            terminated.countDown();
        }
    }

    private static boolean joined(Thread stopping) throws InterruptedException {
        stopping.join(STOP_MILLIS);
        return !stopping.isAlive();
    }

    private void stopAll() {
        handOver();
        // From the outside in, so that nobody hands work to one who has gone.
        parts.transport().close();
        inbound.stopThreads();
        threads.stop();
        parts.snapshots().close();
        log.close();
        trace.ifPresent(this::close);
        LOG.info("{} has stopped", name);
    }

    /** Nothing that waits for the disk has been said to anybody, so the next incarnation contradicts nothing. */
    private void stopsWithout() {
        long waitingMillis = log.waitingMillis();
        String reason = waitingMillis > 0
                ? "the disk has not answered for " + waitingMillis / 1_000 + " s; what it had answered before is safe"
                : "it did not stop within " + STOP_MILLIS / 1_000 + " s";
        if (failure.compareAndSet(null, reason)) {
            LOG.error("{} ends as it is: {}", name, reason);
        }
    }

    private void close(ReplicaTraceFile file) {
        try {
            file.close();
        } catch (IOException e) {
            LOG.warn("{}: the end of the trace could not be written: {}", name, e.getMessage());
        }
    }

    /** A leader that just goes leaves the group without one for an election timeout (dissertation 3.10). */
    private void handOver() {
        long waitMillis = parts.operatorRules().handOverMillis();
        if (!running || engine.isStopped() || failure.get() != null || waitMillis == 0) {
            return;
        }
        CountDownLatch answered = new CountDownLatch(1);
        execution.run(() -> executor.ask(
                id -> new Event.LeadershipTransferRequested(id, OperatorCommands.WHOEVER_IS_BEST),
                (done, text) -> answered.countDown()));
        execution.signal();
        try {
            if (!answered.await(waitMillis, TimeUnit.MILLISECONDS)) {
                LOG.info("{} stops without having handed over", name);
            }
        } catch (InterruptedException e) {
            // Whoever interrupts wants it to be over.
            Thread.currentThread().interrupt();
        }
    }

    private void awaitUninterruptibly() {
        boolean interrupted = false;
        while (true) {
            try {
                terminated.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void engineBroke(Throwable cause) {
        fatal("the engine broke: " + cause, cause);
    }

    private void executionBroke(Throwable cause) {
        if (cause instanceof UncheckedIOException) {
            fatal(cause.getMessage() + ": " + cause.getCause().getMessage(), cause);
        } else {
            fatal(cause instanceof UnreadableStateError ? cause.getMessage() : "the execution broke: " + cause, cause);
        }
    }

    /** Stops the server because it must not go on. For any thread, its own included. */
    private void fatal(String reason, Throwable cause) {
        if (failure.compareAndSet(null, reason)) {
            // What is wrong with a disk is not to be found in a stack trace.
            boolean disk = cause instanceof IOException
                    || cause instanceof UncheckedIOException
                    || cause instanceof UnreadableStateError;
            LOG.error("{} stops: {}", name, reason, disk ? null : cause);
            // The threads to be joined may include this one.
            new Thread(this::close, name + "-stop").start();
        }
    }

    private void afterTurn() {
        if (execution.hasWork()) {
            execution.signal();
        }
        inbound.resumeReading();
        clocks.tick();
    }

    private void afterExecution(Outbound outbound) {
        outbound.flush();
        if (!engineQueue.isEmpty()) {
            engineQueue.signal();
        }
    }

    private void answer(Query query) {
        if (!adminQueries.take(query)) {
            executor.query(query);
        }
    }

    private Map<String, Object> describe() {
        return new StatusReport(parts, engine.status(), engine.details(), metrics)
                .withDisk(log.waitingMillis())
                .withQueue("engine", engineQueue.size())
                .withQueue("execution", execution.size())
                .withQueue("verification", inbound.size())
                .with(inbound.peers())
                .with(clocks.values())
                .with(Map.of(
                        "memory",
                        executor.lacking(),
                        AdminQueries.MOST_REPLY_BYTES,
                        parts.options().memory().bytes(Share.REPLIES)))
                .values();
    }

    /** What the engine has to tell. */
    private final class Listener implements EngineListener {
        private final SparseLog badTimes = new SparseLog(LOG, System::nanoTime);

        @Override
        public void announced(String text) {
            // Whatever the protocol noticed, clocks too far apart may be why.
            LOG.info(
                    "{}: {}{}",
                    name,
                    text,
                    clocks.beyondTolerance().map(why -> "; " + why).orElse(""));
        }

        @Override
        public void evidence(int replica, Evidence evidence) {
            metrics.countEvidence();
            LOG.warn("{}: replica {} misbehaves: {}", name, replica, evidence.description());
        }

        @Override
        public void rejected(int replica, Rejection reason) {
            metrics.countRejectedByProtocol(reason.name());
            if (reason.provesFault()) {
                inbound.misbehaved(replica);
            }
            if (reason.blamesClocks()) {
                badTimes.warn(
                        "{}: a proposal of replica {} is refused for its time: {}",
                        name,
                        replica,
                        clocks.whyRefused(replica));
            }
            LOG.debug("{}: a message of replica {} was not accepted: {}", name, replica, reason);
        }

        @Override
        public void stopped(String reason, Throwable cause) {
            fatal(reason, cause);
        }
    }
}
