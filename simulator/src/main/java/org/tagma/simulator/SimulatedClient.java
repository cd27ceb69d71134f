package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.LongSupplier;
import org.tagma.client.BftClientCore;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientCounter;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientPorts;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Completion;
import org.tagma.client.call.Outcome;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.protocol.FaultModel;
import org.tagma.replica.trace.EventKind;
import org.tagma.simulator.properties.SentRequests;
import org.tagma.simulator.properties.ServiceChecker;
import org.tagma.simulator.properties.Violations;
import org.tagma.simulator.workload.RegisterOperation;
import org.tagma.simulator.workload.Workload;

/**
 * The production client on virtual time, working through a workload; or several of it with one key, as processes that
 * know nothing of each other. Not thread-safe.
 */
public final class SimulatedClient {

    private final int id;
    private final World world;
    private final Workload workload;
    private final SplittableRandom random;
    private final List<Process> processes = new ArrayList<>();
    private final long deadlineMillis;
    private final SentRequests sent;

    /** Times of the calls that have not returned, by index. */
    private final TreeMap<Integer, Long> open = new TreeMap<>();

    private int planned;
    private int called;
    private int returned;
    private int unknown;
    private long longestMicros;

    SimulatedClient(
            int id,
            World world,
            Workload workload,
            ClientSetup setup,
            ClientOptions options,
            Authentication authentication,
            SplittableRandom random) {
        this.id = id;
        this.world = world;
        this.workload = workload;
        this.random = random;
        this.deadlineMillis = options.deadlineMillis();
        boolean suspicious = setup.protocol().faultModel() == FaultModel.BYZANTINE;
        Violations violations = world.checks.violations();
        this.sent = new SentRequests(id, suspicious, violations);
        int count = workload.processes();
        for (int process = 1; process <= count; process++) {
            // Each numbers its sessions by its clock; no two have one number.
            int offset = process;
            processes.add(new Process(setup, options, authentication, () -> count * world.now() + offset));
        }
    }

    void start() {
        processes.forEach(process -> process.core.start());
        for (int i = 0; i < workload.pipeline(); i++) {
            callAfterThinking();
        }
    }

    /** Whether all its operations returned. */
    public boolean isDone() {
        return returned == workload.operations();
    }

    /** How many of its calls returned with a result. */
    public int succeeded() {
        return returned - unknown;
    }

    /** The longest time that one of its calls took, in milliseconds. */
    public long longestMillis() {
        return longestMicros / 1000;
    }

    /** One of its counters. */
    public long count(ClientCounter counter) {
        return processes.stream()
                .mapToLong(process -> process.core.counters().get(counter))
                .sum();
    }

    int returned() {
        return returned;
    }

    OptionalLong oldestCallMicros() {
        return open.isEmpty()
                ? OptionalLong.empty()
                : OptionalLong.of(open.firstEntry().getValue());
    }

    void onFrame(int replica, long session, ByteString frame) {
        for (Process process : processes) {
            if (process.sessions.contains(session)) {
                sent.hears(frame);
                process.core.onFrame(replica, frame, nowMillis());
                process.rests();
                return;
            }
        }
    }

    /** Every process loses its connections to a replica. */
    void connectionLost(int replica) {
        processes.forEach(process -> process.connectionLost(replica));
    }

    /** Every process has a connection to a replica again. */
    void connectionMade(int replica) {
        processes.forEach(process -> process.connectionMade(replica));
    }

    private long nowMillis() {
        return world.now() / 1000;
    }

    private void callAfterThinking() {
        if (planned < workload.operations()) {
            planned++;
            world.queue.after(random.nextLong(workload.thinkMicros() + 1), this::call);
        }
    }

    /** Calls once more, whatever else is under way. */
    void call() {
        int index = called++;
        RegisterOperation operation = workload.draw(id, index, random);
        open.put(index, world.now());
        world.recorder.atClient(
                id, EventKind.CALL, "operation " + index + ": " + operation.kind() + " " + operation.key());
        boolean reads = operation.kind() == RegisterOperation.Kind.GET;
        RetrySemantics semantics =
                reads ? RetrySemantics.EXACTLY_ONCE : workload.retry().draw(random);
        world.checks.order().issued(operation);
        world.checks.service().issued(operation, semantics);
        int handle = world.checks.history().called(operation);
        Process process = processes.get(processes.size() == 1 ? 0 : random.nextInt(processes.size()));
        Call call = new Call(index, operation, semantics, handle);
        if (reads) {
            process.core.query(operation.encode(), call, nowMillis());
        } else {
            process.core.invoke(operation.encode(), semantics, call, nowMillis());
        }
        process.rests();
    }

    private final class Call implements Completion {
        private final int index;
        private final RegisterOperation operation;
        private final RetrySemantics semantics;
        private final int handle;

        Call(int index, RegisterOperation operation, RetrySemantics semantics, int handle) {
            this.index = index;
            this.operation = operation;
            this.semantics = semantics;
            this.handle = handle;
        }

        @Override
        public void succeeded(ByteString result) {
            world.checks.history().returned(handle, result.toStringUtf8());
            world.checks.service().returned(operation, result.toStringUtf8());
            world.checks.order().acknowledged(operation);
            over("'" + result.toStringUtf8() + "'");
        }

        @Override
        public void failed(BftClientException failure) {
            if (failure.outcome() == Outcome.NOT_EXECUTED) {
                world.checks.history().hadNoEffect(handle);
            }
            world.checks
                    .service()
                    .failed(
                            operation,
                            semantics,
                            new ServiceChecker.Failure(
                                    failure.getClass(),
                                    failure.outcome(),
                                    failure.getMessage(),
                                    nowMillis() - open.get(index) / 1000,
                                    deadlineMillis));
            world.checks.order().gaveUp(id);
            unknown++;
            over(failure.outcome().toString());
        }

        private void over(String how) {
            returned++;
            world.recorder.atClient(id, EventKind.RETURN, "operation " + index + ": " + how);
            longestMicros = Math.max(longestMicros, world.now() - open.remove(index));
            callAfterThinking();
        }
    }

    /** One process: everything that the client knows. */
    private final class Process implements ClientPorts {
        private final BftClientCore core;
        private final TreeSet<Long> sessions = new TreeSet<>();
        /** Those of them that have tried to connect. */
        private final TreeSet<Long> connected = new TreeSet<>();

        private long wakeScheduledMillis = Long.MAX_VALUE;

        Process(ClientSetup setup, ClientOptions options, Authentication authentication, LongSupplier sessionNumbers) {
            core = new BftClientCore(setup, options, authentication, this, sessionNumbers, random.split());
        }

        /** The client has done what it does at this moment. */
        void rests() {
            sent.rests();
            scheduleWake();
        }

        private void scheduleWake() {
            long wakeMillis = core.nextWakeMillis();
            if (wakeMillis < wakeScheduledMillis) {
                wakeScheduledMillis = wakeMillis;
                world.queue.at(wakeMillis * 1000, () -> wake(wakeMillis));
            }
        }

        private void wake(long scheduledMillis) {
            if (scheduledMillis == wakeScheduledMillis) {
                wakeScheduledMillis = Long.MAX_VALUE;
                core.tick(nowMillis());
                rests();
            }
        }

        @Override
        public void openSession(long session) {
            sessions.add(session);
            world.queue.after(0, () -> connect(session));
        }

        private void connect(long session) {
            if (!sessions.contains(session)) {
                return;
            }
            connected.add(session);
            for (int replica = 0; replica < world.quorums.replicas(); replica++) {
                if (world.isConnected(id, replica)) {
                    core.onPeerUp(session, replica);
                }
            }
        }

        void connectionLost(int replica) {
            // Whoever is told may open or close sessions.
            for (long session : List.copyOf(sessions)) {
                core.onPeerDown(session, replica, nowMillis());
            }
            rests();
        }

        void connectionMade(int replica) {
            for (long session : connected) {
                core.onPeerUp(session, replica);
            }
            rests();
        }

        @Override
        public void closeSession(long session) {
            sessions.remove(session);
            connected.remove(session);
        }

        @Override
        public void send(long session, int replica, ByteString frame) {
            sent.sends(session, replica, frame, nowMillis());
            world.fromClient(new SessionId(id, session), replica, frame);
        }
    }
}
