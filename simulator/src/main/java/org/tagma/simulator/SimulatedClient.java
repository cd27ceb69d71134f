package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.OptionalLong;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.client.BftClientCore;
import org.tagma.client.BftClientException;
import org.tagma.client.ClientCounter;
import org.tagma.client.ClientOptions;
import org.tagma.client.ClientPorts;
import org.tagma.client.ClientSetup;
import org.tagma.client.Completion;
import org.tagma.client.Outcome;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.crypto.Authentication;
import org.tagma.replica.trace.EventKind;

/** The production client on virtual time, working through a workload. Not thread-safe. */
public final class SimulatedClient {

    private final int id;
    private final World world;
    private final Workload workload;
    private final SplittableRandom random;
    private final BftClientCore core;
    private final TreeSet<Long> sessions = new TreeSet<>();
    /** Times of the calls that have not returned, by index. */
    private final TreeMap<Integer, Long> open = new TreeMap<>();

    private int planned;
    private int called;
    private int returned;
    private int unknown;
    private long wakeScheduledMillis = Long.MAX_VALUE;
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
        this.core =
                new BftClientCore(setup, options, authentication, new Ports(), () -> world.now() + 1, random.split());
    }

    void start() {
        core.start();
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
        return core.counters().get(counter);
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
        if (sessions.contains(session)) {
            core.onFrame(replica, frame, nowMillis());
            scheduleWake();
        }
    }

    private long nowMillis() {
        return world.now() / 1000;
    }

    private void callAfterThinking() {
        if (planned < workload.operations()) {
            planned++;
            world.queue().after(random.nextLong(workload.thinkMicros() + 1), this::call);
        }
    }

    private void call() {
        int index = called++;
        RegisterOperation operation = workload.draw(id, index, random);
        open.put(index, world.now());
        world.recorder()
                .atClient(id, EventKind.CALL, "operation " + index + ": " + operation.kind() + " " + operation.key());
        world.checks().order().issued(operation);
        Call call = new Call(index, world.checks().history().called(operation));
        if (operation.kind() == RegisterOperation.Kind.GET) {
            core.query(operation.encode(), call, nowMillis());
        } else {
            core.invoke(operation.encode(), RetrySemantics.EXACTLY_ONCE, call, nowMillis());
        }
        scheduleWake();
    }

    private void scheduleWake() {
        long wakeMillis = core.nextWakeMillis();
        if (wakeMillis < wakeScheduledMillis) {
            wakeScheduledMillis = wakeMillis;
            world.queue().at(wakeMillis * 1000, () -> wake(wakeMillis));
        }
    }

    private void wake(long scheduledMillis) {
        if (scheduledMillis == wakeScheduledMillis) {
            wakeScheduledMillis = Long.MAX_VALUE;
            core.tick(nowMillis());
            scheduleWake();
        }
    }

    private final class Call implements Completion {
        private final int index;
        private final int handle;

        Call(int index, int handle) {
            this.index = index;
            this.handle = handle;
        }

        @Override
        public void succeeded(ByteString result) {
            world.checks().history().returned(handle, result.toStringUtf8());
            over("'" + result.toStringUtf8() + "'");
        }

        @Override
        public void failed(BftClientException failure) {
            if (failure.outcome() == Outcome.NOT_EXECUTED) {
                world.checks().history().hadNoEffect(handle);
            }
            unknown++;
            over(failure.outcome().toString());
        }

        private void over(String how) {
            returned++;
            world.recorder().atClient(id, EventKind.RETURN, "operation " + index + ": " + how);
            longestMicros = Math.max(longestMicros, world.now() - open.remove(index));
            callAfterThinking();
        }
    }

    private final class Ports implements ClientPorts {
        @Override
        public void openSession(long session) {
            sessions.add(session);
            world.queue().after(0, () -> connect(session));
        }

        private void connect(long session) {
            for (int replica = 0; replica < world.quorums().replicas(); replica++) {
                core.onPeerUp(session, replica);
            }
        }

        @Override
        public void closeSession(long session) {
            sessions.remove(session);
        }

        @Override
        public void send(long session, int replica, ByteString frame) {
            world.fromClient(new SessionId(id, session), replica, frame);
        }
    }
}
