package org.tagma.benchmarks.load;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.tagma.client.ClusterConnector;
import org.tagma.client.call.ClientOptions;
import org.tagma.core.Quorums;
import org.tagma.crypto.KeyFileException;
import org.tagma.crypto.NodeKeys;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.handshake.NetworkLoop;

/**
 * Many clients that keep a cluster busy, in a closed loop and on one network thread: connect, warm up until the
 * throughput is steady, measure.
 *
 * <p>The steps are for one thread; they block, and may be interrupted.
 */
public final class LoadGenerator implements AutoCloseable {

    private static final long TICK_MILLIS = 20;
    private static final long WINDOW_MILLIS = 1_000;

    private final ClusterConfig config;
    private final LoadPlan plan;
    private final LoadMeter meter = new LoadMeter();
    private final List<LoadClient> clients = new ArrayList<>();
    private final NetworkLoop loop = new NetworkLoop("tagma-load");
    private final ScheduledExecutorService ticks = Executors.newSingleThreadScheduledExecutor(task -> {
        Thread thread = new Thread(task, "tagma-load-ticks");
        thread.setDaemon(true);
        return thread;
    });

    /**
     * Clients that are not connected yet.
     *
     * @param keys private keys by client id; if there are fewer than clients, several run as one, in sessions of their
     *     own
     * @param sessionNumbers proposes session numbers, each higher than any before
     * @throws KeyFileException if keys are not those of the client
     */
    public LoadGenerator(
            ClusterConfig config,
            Map<Integer, NodeKeys> keys,
            LongSupplier sessionNumbers,
            Workload workload,
            LoadPlan plan)
            throws KeyFileException {
        this.config = config;
        this.plan = plan;
        ClientOptions timeouts = ClusterConnector.options(config);
        ClientOptions options = new ClientOptions(
                timeouts.deadlineMillis(), timeouts.retryMillis(), plan.outstanding(), plan.outstanding());
        List<Integer> ids = List.copyOf(new TreeMap<>(keys).keySet());
        for (int index = 0; index < plan.clients(); index++) {
            int id = ids.get(index % ids.size());
            ClusterConnector connector = new ClusterConnector(config, id, keys.get(id));
            var authentication = connector.authentication();
            clients.add(new LoadClient(
                    index,
                    ClusterConnector.setup(config, id),
                    options,
                    authentication,
                    connector.transports(loop),
                    sessionNumbers,
                    workload,
                    meter));
        }
    }

    /**
     * Connects every client to every replica. Replicas that cannot be reached in time are done without, as long as each
     * client reaches a quorum.
     *
     * @throws LoadException if one does not
     */
    public void connect(long deadlineMillis) throws LoadException, InterruptedException {
        clients.forEach(LoadClient::connect);
        ticks.scheduleWithFixedDelay(
                () -> clients.forEach(LoadClient::tick), TICK_MILLIS, TICK_MILLIS, TimeUnit.MILLISECONDS);
        Quorums quorums = new Quorums(config.replicaCount(), config.faults());
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(deadlineMillis);
        while (fewestConnected() < quorums.replicas() && System.nanoTime() < endNanos) {
            TimeUnit.MILLISECONDS.sleep(TICK_MILLIS);
        }
        int needed = config.protocol().neededReplicas(quorums);
        if (fewestConnected() < needed) {
            throw new LoadException("a client reached " + fewestConnected() + " of " + quorums.replicas()
                    + " replicas within " + deadlineMillis + " ms, and needs " + needed);
        }
    }

    private int fewestConnected() {
        return clients.stream().mapToInt(LoadClient::connected).min().orElse(0);
    }

    /** Puts the load on. */
    public void begin() {
        clients.forEach(client -> client.begin(plan.outstanding()));
    }

    /**
     * Warms the cluster up as the plan says.
     *
     * @param compileMillis for how long the compilers of all processes have been busy so far, in sum
     * @param eachWindow hears the operations of each window of a second
     * @return whether it was steady in the end
     * @throws LoadException if the cluster answers nothing, or refuses the operations
     */
    public boolean warmUp(LongSupplier compileMillis, WindowListener eachWindow)
            throws LoadException, InterruptedException {
        SteadyState steady = new SteadyState();
        boolean exact = plan.warmUp().exactMillis().isPresent();
        long wholeMillis = plan.warmUp().exactMillis().orElse(plan.warmUp().maxMillis());
        long endNanos = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(wholeMillis);
        boolean isSteady = false;
        long compiledBefore = compileMillis.getAsLong();
        long leftMillis = wholeMillis;
        while ((exact || !isSteady) && leftMillis > 0) {
            long operations = oneWindow(Math.min(WINDOW_MILLIS, leftMillis), eachWindow);
            long compiled = compileMillis.getAsLong();
            isSteady = steady.add(operations, compiled - compiledBefore);
            compiledBefore = compiled;
            leftMillis = TimeUnit.NANOSECONDS.toMillis(endNanos - System.nanoTime());
        }
        if (meter.answered() == 0) {
            throw new LoadException("no operation was answered within " + wholeMillis + " ms");
        }
        return isSteady;
    }

    private long oneWindow(long millis, WindowListener listener) throws LoadException, InterruptedException {
        long before = meter.answered();
        TimeUnit.MILLISECONDS.sleep(millis);
        requireWilling();
        long operations = meter.answered() - before;
        listener.window(operations);
        return operations;
    }

    /**
     * Measures for as long as the plan says. The load goes on afterwards, until {@link #close}.
     *
     * @param eachWindow hears the operations of each window of a second
     * @throws LoadException if the cluster refuses the operations
     */
    public LoadResult measure(WindowListener eachWindow) throws LoadException, InterruptedException {
        Map<String, Long> failuresBefore = meter.failures();
        meter.takeLatencies();
        long answeredBefore = meter.answered();
        long beginNanos = System.nanoTime();
        long remainingMillis = plan.measureMillis();
        while (remainingMillis > 0) {
            oneWindow(Math.min(remainingMillis, WINDOW_MILLIS), eachWindow);
            remainingMillis = plan.measureMillis() - TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - beginNanos);
        }
        long elapsedNanos = System.nanoTime() - beginNanos;
        long operations = meter.answered() - answeredBefore;
        return new LoadResult(operations, newFailures(failuresBefore), elapsedNanos, meter.takeLatencies());
    }

    /** What all clients have sent so far. */
    public Traffic sent() {
        return clients.stream().map(LoadClient::sent).reduce(Traffic.NONE, Traffic::plus);
    }

    /** Hears how a load goes. */
    @FunctionalInterface
    public interface WindowListener {
        /** So many operations were answered in the window that has just ended. */
        void window(long operations);
    }

    private Map<String, Long> newFailures(Map<String, Long> before) {
        Map<String, Long> failures = new TreeMap<>();
        meter.failures().forEach((kind, count) -> {
            long since = count - before.getOrDefault(kind, 0L);
            if (since > 0) {
                failures.put(kind, since);
            }
        });
        return failures;
    }

    private void requireWilling() throws LoadException {
        if (meter.refusal().isPresent()) {
            throw new LoadException("the replicas run a service that refuses the operations: "
                    + meter.refusal().get().getMessage());
        }
    }

    /** Ends the load and disconnects. */
    @Override
    public void close() {
        ticks.shutdownNow();
        clients.forEach(LoadClient::close);
        loop.close();
    }
}
