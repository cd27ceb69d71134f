package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.tagma.core.protocol.Event;
import org.tagma.network.FrameHandler;
import org.tagma.network.PeerId;
import org.tagma.network.Transport;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;

/**
 * From the network's frames to verified events in the queues of engine and execution. What costs MACs only is checked at
 * once on the network thread, because a MAC is cheaper than a hand-over; what costs signatures goes to a worker, and then
 * so does all that comes over that connection until the worker is through with it, so that nothing is overtaken.
 *
 * <p>When there is too much to do, connections are not read: those of clients sooner than those of replicas.
 */
final class InboundStage implements FrameHandler {

    /** How long a worker sleeps when the engine's queue is full, before it looks again. */
    private static final long RETRY_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    private final InboundVerifier verifier;
    private final EngineQueue engineQueue;
    private final ExecutionLoop execution;
    private final Transport transport;
    private final ReplicaMetrics metrics;
    private final long maxUnverifiedBytes;
    private final AtomicLong unverifiedBytes = new AtomicLong();
    private final List<VerificationWorker> workers = new ArrayList<>();
    private final List<LoopThread> threads = new ArrayList<>();
    private volatile boolean closing;

    // Of the network thread alone:
    private final Map<PeerId, InboundLane> lanes = new HashMap<>();

    InboundStage(
            InboundVerifier verifier,
            EngineQueue engineQueue,
            ExecutionLoop execution,
            Transport transport,
            ReplicaMetrics metrics,
            ServerOptions options,
            String threadName,
            Consumer<Throwable> onFailure) {
        this.verifier = verifier;
        this.engineQueue = engineQueue;
        this.execution = execution;
        this.transport = transport;
        this.metrics = metrics;
        this.maxUnverifiedBytes = options.unverifiedBytes();
        for (int i = 0; i < options.verificationThreads(); i++) {
            WakeUp wakeUp = new WakeUp();
            VerificationWorker worker = new VerificationWorker(
                    options, verifier, this::deliverOrWait, this::afterPass, wakeUp, unverifiedBytes);
            workers.add(worker);
            threads.add(new LoopThread(threadName + "-" + i, worker, wakeUp, onFailure));
        }
    }

    void startThreads() {
        threads.forEach(LoopThread::start);
    }

    void stopThreads() {
        closing = true;
        threads.forEach(LoopThread::stop);
        threads.forEach(LoopThread::join);
    }

    /** Frames that wait for verification. */
    int size() {
        return workers.stream().mapToInt(VerificationWorker::size).sum();
    }

    @Override
    public Verdict onFrame(PeerId from, ByteString frame) {
        InboundLane lane = lanes.computeIfAbsent(from, this::newLane);
        if (lane.isClient() && lane.hadGarbage()) {
            return Verdict.CLOSE;
        }
        Decoded<Envelope> opened = verifier.open(frame);
        if (!(opened instanceof Decoded.Ok<Envelope> ok)) {
            metrics.countRejected(InboundVerifier.rejection(opened).reason());
            return Verdict.CLOSE;
        }
        Envelope envelope = ok.value();
        if (!verifier.isDear(envelope) && lane.waiting().get() == 0) {
            if (!deliver(lane, verifier.verify(from, envelope))) {
                metrics.countRejected(RejectionReason.QUEUE_FULL);
            }
        } else if (!lane.worker().offer(new VerificationWorker.Unverified(lane, envelope, frame.size()))) {
            metrics.countRejected(RejectionReason.QUEUE_FULL);
        }
        return lane.hadGarbage() ? Verdict.CLOSE : Verdict.KEEP;
    }

    @Override
    public void onReadComplete() {
        workers.forEach(worker -> {
            if (worker.hasWork()) {
                worker.signal();
            }
        });
        wakeReceivers();
    }

    @Override
    public void onPeerUp(PeerId peer) {
        lanes.put(peer, newLane(peer));
    }

    @Override
    public void onPeerDown(PeerId peer) {
        lanes.remove(peer);
    }

    @Override
    public void onPeerUnreachable(PeerId.Replica peer) {
        engineQueue.add(new Event.PeerUnreachable(peer.id()));
        engineQueue.signal();
    }

    @Override
    public boolean acceptsMore(PeerId from) {
        return hasRoom(from instanceof PeerId.ClientSession);
    }

    /** Reads again what was not read for lack of room, if there is room now. Any thread may call it. */
    void resumeReading() {
        if (hasRoom(true)) {
            transport.resumeReading();
        }
    }

    /** Clients are stopped at a quarter of what stops replicas, so that a crowd of clients leaves room for votes. */
    private boolean hasRoom(boolean forClients) {
        long maxBytes = forClients ? maxUnverifiedBytes / 4 : maxUnverifiedBytes;
        boolean engineHasRoom = forClients ? engineQueue.hasRoomForClients() : engineQueue.hasRoom();
        return engineHasRoom && unverifiedBytes.get() < maxBytes && workersHaveRoom(forClients);
    }

    private boolean workersHaveRoom(boolean forClients) {
        for (VerificationWorker worker : workers) {
            if (!worker.hasRoom(forClients)) {
                return false;
            }
        }
        return true;
    }

    private InboundLane newLane(PeerId peer) {
        return new InboundLane(peer, workers.get(Math.floorMod(peer.hashCode(), workers.size())));
    }

    /** Hands a verified frame over, or counts a bad one; false if there is no room. */
    private boolean deliver(InboundLane lane, Inbound inbound) {
        if (inbound instanceof Inbound.ForEngine forEngine) {
            return engineQueue.offer(forEngine.event());
        }
        if (inbound instanceof Inbound.ForExecution forExecution) {
            return execution.offerQuery(forExecution.query());
        }
        metrics.countRejected(((Inbound.Rejected) inbound).reason());
        lane.foundGarbage();
        return true;
    }

    /** On a worker: waits for room, and meanwhile its queue fills, and then its connections are not read. */
    private void deliverOrWait(InboundLane lane, Inbound inbound) {
        while (!deliver(lane, inbound)) {
            if (closing || inbound instanceof Inbound.ForExecution) {
                metrics.countRejected(RejectionReason.QUEUE_FULL);
                return;
            }
            engineQueue.signal();
            LockSupport.parkNanos(this, RETRY_NANOS);
        }
    }

    private void afterPass() {
        wakeReceivers();
        resumeReading();
    }

    private void wakeReceivers() {
        if (!engineQueue.isEmpty()) {
            engineQueue.signal();
        }
        if (execution.hasWork()) {
            execution.signal();
        }
    }
}
