package org.tagma.cli.demo;

import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.IntStream;
import org.tagma.cli.ReplicaInspector;
import org.tagma.cli.ReplicaStatus;
import org.tagma.core.Quorums;
import org.tagma.network.cluster.ClusterConfig;

/**
 * Keeps asking the replicas which view they are in. Believed is the highest view that f+1 replicas are in, not counting the one
 * that is known to lie: so at least one correct replica is.
 *
 * <p>Thread-safe.
 */
final class ViewWatch implements AutoCloseable {
    private static final long PAUSE_MILLIS = 250;
    private static final long ANSWER_MILLIS = 1_000;

    /** A view that the group works in. */
    record View(long number, int primary) {}

    private final ReplicaInspector inspector;
    private final int replicas;
    private final Quorums quorums;
    private final Thread thread = new Thread(this::run, "tagma-demo-watch");
    private volatile View view = new View(0, 0);
    private volatile int traitor = -1;
    private volatile boolean closing;

    ViewWatch(ReplicaInspector inspector, ClusterConfig config) {
        this.inspector = inspector;
        this.replicas = config.replicaCount();
        this.quorums = new Quorums(replicas, config.faults());
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
        traitor = replica;
    }

    OptionalInt traitor() {
        return traitor < 0 ? OptionalInt.empty() : OptionalInt.of(traitor);
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

    private void look() {
        List<Integer> believed =
                IntStream.range(0, replicas).boxed().filter(id -> id != traitor).toList();
        List<Long> views = ReplicaStatus.of(inspector, believed, ANSWER_MILLIS).stream()
                .flatMap(Optional::stream)
                .filter(status -> "normal".equals(status.mode()))
                .map(ReplicaStatus::view)
                .sorted(Comparator.reverseOrder())
                .toList();
        if (views.size() >= quorums.weak()) {
            long reached = views.get(quorums.weak() - 1);
            view = new View(reached, quorums.primary(reached));
        }
    }

    @Override
    public void close() {
        closing = true;
        thread.interrupt();
    }
}
