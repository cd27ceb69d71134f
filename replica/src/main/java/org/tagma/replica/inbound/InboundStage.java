package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.Event;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.Envelope;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.Transport;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.execution.ExecutionLoop;
import org.tagma.replica.inbound.InboundLane.Budget;
import org.tagma.replica.inbound.InboundLane.Connection;
import org.tagma.replica.inbound.InboundLane.Unverified;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.metrics.WasteMeter;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;
import org.tagma.replica.settings.ServerOptions;
import org.tagma.replica.threads.LoopThread;
import org.tagma.replica.threads.WakeUp;

/**
 * From the network's frames to verified events in the queues of engine and execution. What costs MACs only is checked
 * at once on the network thread, because a MAC is cheaper than a hand-over; what costs signatures goes to a worker, and
 * then so does all that its peer sends until the worker is through with it, so that nothing is overtaken but what a
 * replica relays for clients.
 *
 * <p>Each peer has a lane ({@link InboundLane}): bytes of its own, a turn of its own with the workers and with the
 * engine. One whose lane is full is not read, and nobody else notices; one that wastes this replica's time is cut off
 * for a while.
 */
public final class InboundStage implements FrameHandler {

    private static final Logger LOG = LoggerFactory.getLogger(InboundStage.class);

    private final InboundVerifier verifier;
    private final EngineQueue engineQueue;
    private final ExecutionLoop execution;
    private final Transport transport;
    private final ReplicaMetrics metrics;
    private final MemoryPlan memory;
    private final BiConsumer<Integer, ClockMessage> clocks;
    private final String name;
    private final LongSupplier nanoTime;
    private final Budget replicaBytes;
    private final Budget clientBytes;
    private final VerificationRing ring = new VerificationRing();
    private final LoopThread.Work worker;
    private final List<WakeUp> wakeUps = new ArrayList<>();
    private final List<LoopThread> threads = new ArrayList<>();
    private final Map<NodeId, InboundLane> lanes = new ConcurrentHashMap<>();
    private final Queue<InboundLane> cutOff = new ConcurrentLinkedQueue<>();
    private final AtomicBoolean mayResume = new AtomicBoolean();

    // Of the network thread alone:
    private final Map<PeerId, Connection> connections = new HashMap<>();

    /**
     * A stage whose workers have not started.
     *
     * @param clocks takes what other replicas ask and say of clocks
     * @param name of the replica, in logs and names of threads
     * @param nanoTime a clock that only goes forward
     */
    public InboundStage(
            InboundVerifier verifier,
            EngineQueue engineQueue,
            ExecutionLoop execution,
            Transport transport,
            ReplicaMetrics metrics,
            ServerOptions options,
            BiConsumer<Integer, ClockMessage> clocks,
            String name,
            LongSupplier nanoTime,
            Consumer<Throwable> onFailure) {
        this.verifier = verifier;
        this.engineQueue = engineQueue;
        this.execution = execution;
        this.transport = transport;
        this.metrics = metrics;
        this.memory = options.memory();
        this.clocks = clocks;
        this.name = name;
        this.nanoTime = nanoTime;
        this.clientBytes = new Budget(memory.ofAllClients(Share.INBOUND));
        this.replicaBytes = new Budget(memory.bytes(Share.INBOUND) - memory.ofAllClients(Share.INBOUND));
        worker = new VerificationWorker(ring, verifier, this::settle, this::afterPass);
        for (int i = 0; i < options.verificationThreads(); i++) {
            WakeUp wakeUp = new WakeUp();
            wakeUps.add(wakeUp);
            threads.add(new LoopThread(name + "-verification-" + i, worker, wakeUp, onFailure));
        }
    }

    public void startThreads() {
        threads.forEach(LoopThread::start);
    }

    public void stopThreads() {
        threads.forEach(LoopThread::stop);
        threads.forEach(LoopThread::join);
    }

    /** What each of the worker threads does: the state is the ring's, so they share it. */
    public LoopThread.Work worker() {
        return worker;
    }

    /** Frames that wait for verification. */
    public int size() {
        return ring.size();
    }

    @Override
    public Disposition onFrame(PeerId from, ByteString frame) {
        Connection connection = connections.computeIfAbsent(from, this::newConnection);
        InboundLane lane = connection.lane();
        if (lane.isClient() && connection.hadGarbage()) {
            return Disposition.CLOSE;
        }
        if (lane.waste().isCutOff()) {
            metrics.countRejected(RejectionReason.CUT_OFF);
            return Disposition.KEEP;
        }
        Decoded<Envelope> opened = verifier.open(frame);
        if (!(opened instanceof Decoded.Ok<Envelope> ok)) {
            refuse(connection, InboundVerifier.rejection(opened), CheckCosts.FRAME_MICROS);
            return Disposition.CLOSE;
        }
        take(connection, ok.value(), frame.size());
        return connection.hadGarbage() ? Disposition.CLOSE : Disposition.KEEP;
    }

    private void take(Connection connection, Envelope envelope, int bytes) {
        InboundLane lane = connection.laneOf(envelope);
        long charged = lane.charge(bytes);
        Examination examination = null;
        if (lane.unverifiedFrames() == 0 && !verifier.requiresSignatureCheck(envelope)) {
            examination = verifier.examine(connection.peer(), envelope);
            if (examination.isSettled()) {
                settle(lane, connection, examination.outcome(), charged, CheckCosts.micros(bytes, 0));
                return;
            }
        }
        ring.add(lane, new Unverified(connection, envelope, examination, bytes, charged));
    }

    @Override
    public void onReadComplete() {
        if (ring.hasWork()) {
            wakeUps.forEach(WakeUp::signal);
        }
        wakeReceivers();
    }

    @Override
    public void onPeerUp(PeerId peer) {
        connections.put(peer, newConnection(peer));
        if (peer instanceof PeerId.Replica replica) {
            engineQueue.add(new Event.PeerConnected(replica.id()));
            engineQueue.signal();
        }
    }

    @Override
    public void onPeerDown(PeerId peer) {
        connections.remove(peer);
        if (peer instanceof PeerId.Replica replica) {
            engineQueue.add(new Event.PeerDisconnected(replica.id()));
            engineQueue.signal();
        }
    }

    @Override
    public void onPeerUnreachable(PeerId.Replica peer) {
        engineQueue.add(new Event.PeerUnreachable(peer.id()));
        engineQueue.signal();
    }

    @Override
    public boolean acceptsMore(PeerId from) {
        return laneOf(from.toNodeId()).hasRoom();
    }

    /** Reads again from whom there is room for now, if somebody got any. Any thread may call it. */
    public void resumeReading() {
        if (mayResume.getAndSet(false) | cutOff.removeIf(lane -> !lane.waste().isCutOff())) {
            transport.resumeReading();
        }
    }

    /** Somebody who was not read for lack of room may have room now. */
    public void madeRoom() {
        mayResume.set(true);
    }

    /** A replica said something, well authenticated, that no correct one says. */
    public void misbehaved(int replica) {
        waste(laneOf(new NodeId.Replica(replica)), CheckCosts.SIGNATURE_MICROS, "what its messages say");
    }

    /** What there is to say about single peers, by name: who is cut off, and whose frames were no good. */
    public Map<String, Object> peers() {
        Map<String, Object> values = new TreeMap<>();
        List<String> notHeard = new ArrayList<>();
        lanes.values().forEach(lane -> {
            if (lane.waste().isCutOff()) {
                notHeard.add(lane.name());
            }
            if (lane.rejected() > 0) {
                values.put("rejectedFrom." + lane.name(), lane.rejected());
            }
            if (!lane.isClient()) {
                values.put("checkingMillisFor." + lane.name(), TimeUnit.MICROSECONDS.toMillis(lane.spentMicros()));
            }
        });
        values.put("cutOff", String.join(", ", notHeard));
        return values;
    }

    private Connection newConnection(PeerId peer) {
        return new Connection(peer, laneOf(peer.toNodeId()));
    }

    /** A lane outlives its connections: to dial again makes nobody a stranger. There is one for each key at most. */
    private InboundLane laneOf(NodeId peer) {
        return lanes.computeIfAbsent(
                peer,
                id -> id instanceof NodeId.Client
                        ? new InboundLane(id, memory.ofOneClient(Share.INBOUND), clientBytes, nanoTime)
                        : new InboundLane(id, memory.ofOneReplica(Share.INBOUND), replicaBytes, nanoTime));
    }

    /** Hands a verified frame over, or counts a bad one. On the network thread or a worker's. */
    private void settle(InboundLane lane, Connection connection, Inbound inbound, long charged, long micros) {
        connection.lane().spent(micros);
        if (inbound instanceof Inbound.ForEngine forEngine) {
            engineQueue.add(lane, forEngine.event(), charged);
            return;
        }
        if (lane.release(charged)) {
            madeRoom();
        }
        if (inbound instanceof Inbound.ForExecution forExecution) {
            if (!execution.offerQuery(forExecution.query())) {
                metrics.countRejected(RejectionReason.QUEUE_FULL);
            }
        } else if (inbound instanceof Inbound.ForClocks forClocks) {
            clocks.accept(forClocks.sender(), forClocks.message());
        } else {
            refuse(connection, (Inbound.Rejected) inbound, micros);
        }
    }

    private void refuse(Connection connection, Inbound.Rejected rejected, long micros) {
        metrics.countRejected(rejected.reason());
        if (rejected.reason() == RejectionReason.CUT_OFF) {
            return;
        }
        if (rejected.reason() != RejectionReason.OUTDATED) {
            connection.foundGarbage();
        }
        connection.lane().countRejected();
        waste(connection.lane(), micros, rejected.reason().label() + ": " + rejected.detail());
    }

    private void waste(InboundLane lane, long micros, String last) {
        if (lane.waste().waste(micros)) {
            cutOff.add(lane);
            metrics.countCutOff(lane.name());
            LOG.warn(
                    "{}: {} is cut off for {} s: it costs more time than it may with frames that are no good ({} so"
                            + " far;"
                            + " the last, {})",
                    name,
                    lane.name(),
                    TimeUnit.NANOSECONDS.toSeconds(WasteMeter.CUT_OFF_NANOS),
                    lane.rejected(),
                    last);
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
