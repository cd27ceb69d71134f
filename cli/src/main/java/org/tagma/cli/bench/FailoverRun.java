package org.tagma.cli.bench;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.admin.ReplicaInspector;
import org.tagma.admin.ReplicaStatus;
import org.tagma.cli.common.CommandFailure;
import org.tagma.client.BftClient;
import org.tagma.client.ClusterConnector;
import org.tagma.crypto.KeyFileException;
import org.tagma.network.cluster.ClusterConfig;

/**
 * Takes the replica that leads away, again and again, and measures how long a client that writes one thing after the
 * other
 * has no answer. Not thread-safe.
 */
final class FailoverRun {

    /** What becomes of the replica that leads. */
    enum Fault {
        /** Its process is killed (SIGKILL). */
        KILL,
        /** Its process stands still (SIGSTOP). */
        PAUSE,
        /** Its process is asked to stop (SIGTERM). */
        STOP
    }

    private static final long ANSWER_MILLIS = 500;
    private static final long QUIET_MILLIS = 1_500;
    private static final long SERVED_AGAIN_MILLIS = 3_000;
    private static final long PATIENCE_SECONDS = 60;
    private static final long POLL_MILLIS = 50;

    private final BenchCluster cluster;
    private final ClusterConfig config;
    private final PrintWriter out;
    private final PrintWriter progress;
    private final AtomicLong lastNanos = new AtomicLong();
    private final AtomicLong longestNanos = new AtomicLong();
    private volatile boolean ended;

    FailoverRun(BenchCluster cluster, PrintWriter out, PrintWriter progress) {
        this.cluster = cluster;
        this.config = cluster.config();
        this.out = out;
        this.progress = progress;
    }

    /** Measures so many times. */
    void measure(Fault fault, int times) throws IOException, KeyFileException, InterruptedException {
        int writing = config.clients().get(0).id();
        int inspecting = config.clients().get(1).id();
        try (ReplicaInspector inspector = new ReplicaInspector(
                        config, inspecting, cluster.folder().clientKeys(inspecting));
                BftClient client = BftClient.builder(config, writing)
                        .keys(cluster.folder().clientKeys(writing))
                        .options(ClusterConnector.options(config))
                        .build()) {
            cluster.awaitServing(inspector);
            lastNanos.set(System.nanoTime());
            write(client);
            List<Long> pauses = new ArrayList<>();
            for (int time = 0; time < times; time++) {
                pauses.add(once(inspector, fault));
                progress.printf("%s, %s: %d ms%n", config.protocol().name(), name(fault), pauses.get(time));
                progress.flush();
            }
            ended = true;
            pauses.sort(null);
            out.printf(
                    "%s, %d replicas, %s of the one that leads, %d times: longest pause of a client: median %d ms,"
                            + " worst %d ms%n",
                    config.protocol().name(),
                    config.replicaCount(),
                    name(fault),
                    times,
                    pauses.get(times / 2),
                    pauses.get(times - 1));
            out.flush();
        }
    }

    private static String name(Fault fault) {
        return fault.name().toLowerCase(Locale.ROOT);
    }

    private void write(BftClient client) {
        client.invoke(ByteString.EMPTY).whenComplete((result, failure) -> {
            long now = System.nanoTime();
            if (failure == null) {
                longestNanos.accumulateAndGet(now - lastNanos.getAndSet(now), Math::max);
            }
            if (!ended) {
                write(client);
            }
        });
    }

    private long once(ReplicaInspector inspector, Fault fault) throws IOException, InterruptedException {
        int leader = awaitLeader(inspector);
        Thread.sleep(QUIET_MILLIS);
        longestNanos.set(0);
        cluster.takeAway(leader, fault);
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        long begun = System.nanoTime();
        while (System.nanoTime() - begun < TimeUnit.MILLISECONDS.toNanos(SERVED_AGAIN_MILLIS)) {
            Thread.sleep(POLL_MILLIS);
            if (System.nanoTime() - lastNanos.get() > TimeUnit.MILLISECONDS.toNanos(SERVED_AGAIN_MILLIS / 2)) {
                begun = System.nanoTime();
            }
            requireBefore(deadline, "the group does not serve again");
        }
        long pause = TimeUnit.NANOSECONDS.toMillis(longestNanos.get());
        cluster.bringBack(leader, fault);
        return pause;
    }

    /** Waits until all replicas take part and agree on who leads. */
    private int awaitLeader(ReplicaInspector inspector) throws InterruptedException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
        OptionalInt leader = leader(inspector);
        while (leader.isEmpty()) {
            requireBefore(deadline, "not all replicas take part");
            Thread.sleep(POLL_MILLIS);
            leader = leader(inspector);
        }
        return leader.getAsInt();
    }

    private OptionalInt leader(ReplicaInspector inspector) {
        List<ReplicaStatus> all = ReplicaStatus.ofAll(inspector, config.replicaCount(), ANSWER_MILLIS).stream()
                .flatMap(Optional::stream)
                .toList();
        boolean agree = all.size() == config.replicaCount()
                && all.stream().map(ReplicaStatus::leader).distinct().count() == 1
                && all.stream().map(ReplicaStatus::view).distinct().count() == 1
                && all.stream().noneMatch(status -> status.mode().matches("recovering|fetching-state|view-change"));
        return agree && all.get(0).leader() >= 0 ? OptionalInt.of(all.get(0).leader()) : OptionalInt.empty();
    }

    private static void requireBefore(long deadlineNanos, String otherwise) {
        if (System.nanoTime() > deadlineNanos) {
            throw CommandFailure.cannotRun(otherwise + " after " + PATIENCE_SECONDS + " s");
        }
    }
}
