package org.tagma.replica.execution;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.core.NodeId;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.settings.MemoryPlan.Share;
import org.tagma.replica.threads.RoundRobin;
import org.tagma.replica.threads.RoundRobin.Turns;

/**
 * What others ask of the execution besides what the protocol commits: queries of clients, questions of replicas. Each
 * asker has a queue within bytes of its own, and they take turns; the clients have a bound together as well.
 *
 * <p>Any thread offers; one thread runs.
 */
final class AskedQueue {

    /** What waits costs besides its bytes, roughly. */
    private static final int OVERHEAD_BYTES = 512;

    /** Beyond its room, an asker has room for a quarter as much in refusals, which are small. */
    private static final int REFUSALS_PART = 4;

    private record Asked(Asker asker, Runnable task, long chargedBytes) {}

    private static final class Asker {
        private final Turns<Asked> turns = new Turns<>();
        private final AtomicLong bytes = new AtomicLong();
        private final boolean client;

        Asker(boolean client) {
            this.client = client;
        }
    }

    private final MemoryPlan memory;
    private final RoundRobin<Asked> waiting = new RoundRobin<>();
    private final Map<NodeId, Asker> askers = new ConcurrentHashMap<>();
    private final AtomicLong clientBytes = new AtomicLong();

    AskedQueue(MemoryPlan memory) {
        this.memory = memory;
    }

    /** Queues a question of this size; false if its asker has too much waiting. */
    boolean offer(NodeId from, int bytes, Runnable task) {
        return offer(from, bytes, task, room(from), memory.ofAllClients(Share.QUERIES));
    }

    /** Queues the answer that there is no room; false if even of those too many wait. */
    boolean offerRefusal(NodeId from, Runnable task) {
        long all = memory.ofAllClients(Share.QUERIES);
        return offer(from, 0, task, room(from) + room(from) / REFUSALS_PART, all + all / REFUSALS_PART);
    }

    private long room(NodeId from) {
        return from instanceof NodeId.Client ? memory.ofOneClient(Share.QUERIES) : memory.ofOneReplica(Share.QUERIES);
    }

    private boolean offer(NodeId from, int bytes, Runnable task, long room, long roomOfClients) {
        Asker asker = askers.computeIfAbsent(from, id -> new Asker(id instanceof NodeId.Client));
        long charge = (long) bytes + OVERHEAD_BYTES;
        if (asker.bytes.addAndGet(charge) > Math.max(room, charge)) {
            asker.bytes.addAndGet(-charge);
            return false;
        }
        if (asker.client && clientBytes.addAndGet(charge) > roomOfClients) {
            clientBytes.addAndGet(-charge);
            asker.bytes.addAndGet(-charge);
            return false;
        }
        waiting.add(asker.turns, new Asked(asker, task, charge));
        return true;
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    /** Runs what is next, if there is anything. */
    void runOne() {
        waiting.drain(this::run, 1);
    }

    private void run(Asked asked) {
        asked.asker().bytes.addAndGet(-asked.chargedBytes());
        if (asked.asker().client) {
            clientBytes.addAndGet(-asked.chargedBytes());
        }
        asked.task().run();
    }
}
