package org.tagma.cli.demo;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.core.Quorums;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.protocol.ProtocolDefinition;

/**
 * Keeps asking the replicas which view, or term, they are in and who leads. Believed is the highest that f+1 replicas
 * have reached, not counting the one that something was done to: so at least one correct replica has.
 *
 * <p>Thread-safe.
 */
final class ViewWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 250;
    private static final long ANSWER_MILLIS = 1_000;
    private static final Set<String> CATCHING_UP = Set.of("recovering", "fetching-state");

    /** A view, or a term, that the group works in, and who leads in it. */
    record View(long number, int primary) {}

    private final ReplicaInspector inspector;
    private final int replicas;
    private final Quorums quorums;
    private final Thread thread = new Thread(this::run, "tagma-demo-watch");
    private final ProtocolDefinition protocol;
    private volatile View view = new View(0, 0);
    private volatile int distrusted = -1;
    private final Set<Integer> settled = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    ViewWatch(ReplicaInspector inspector, ClusterConfig config) {
        this.inspector = inspector;
        this.replicas = config.replicaCount();
        this.quorums = new Quorums(replicas, config.faults());
        this.protocol = config.protocol();
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** The view believed. */
    View view() {
        return view;
    }

    /** From now on this replica is not believed any more. */
    void distrust(int replica) {
        distrusted = replica;
        settled.remove(replica);
    }

    /** Whether a replica that is believed again takes part again, and knows who leads. */
    boolean takesPart(int replica) {
        return settled.contains(replica);
    }

    /** From now on every replica is believed. */
    void trustAgain() {
        distrusted = -1;
    }

    OptionalInt distrusted() {
        return distrusted < 0 ? OptionalInt.empty() : OptionalInt.of(distrusted);
    }

    /** Waits until somebody is known to lead. */
    boolean awaitLeader(long deadlineMillis) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
        while (!look() && System.nanoTime() < deadline) {
            Thread.sleep(PAUSE_MILLIS);
        }
        return look();
    }

    private void run() {
        try {
            while (!closing) {
                look();
                Thread.sleep(PAUSE_MILLIS);
            }
        } catch (InterruptedException e) {
            // That is how close ends the pause.
            Thread.currentThread().interrupt();
        }
    }

    /** Whether f+1 replicas agree on who leads. */
    private boolean look() {
        List<Integer> believed = IntStream.range(0, replicas)
                .boxed()
                .filter(id -> id != distrusted)
                .toList();
        List<ReplicaStatus> answers = ReplicaStatus.of(inspector, believed, ANSWER_MILLIS).stream()
                .flatMap(Optional::stream)
                .filter(this::takesPart)
                .sorted(Comparator.comparingLong(ReplicaStatus::view).reversed())
                .toList();
        settled.retainAll(believed);
        answers.forEach(status -> settled.add(status.replica()));
        if (answers.size() < believed()) {
            return false;
        }
        ReplicaStatus reached = answers.get(believed() - 1);
        // Where it follows from the view, nobody need be believed.
        int leader = protocol.leaderOf(reached.view(), quorums).orElse(reached.leader());
        // A replica whose answer was on its way when it was disturbed does not lead.
        if (reached.view() >= view.number() && leader != distrusted) {
            view = new View(reached.view(), leader);
        }
        return true;
    }

    /** One of so many is correct; where so many need not even live, those that do. */
    private int believed() {
        return Math.min(quorums.weak(), protocol.neededReplicas(quorums));
    }

    private boolean takesPart(ReplicaStatus status) {
        boolean catchingUp = CATCHING_UP.contains(status.mode());
        return protocol.leaderOf(status.view(), quorums).isPresent()
                ? "normal".equals(status.mode())
                : status.leader() >= 0 && !catchingUp;
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
    }
}
