package org.tagma.cli.demo;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.HdrHistogram.Histogram;
import org.HdrHistogram.Recorder;
import org.tagma.client.BftClient;
import org.tagma.client.ClusterConnector;
import org.tagma.client.call.ClientOptions;
import org.tagma.crypto.KeyFileException;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;
import org.tagma.network.handshake.NetworkLoop;
import org.tagma.protocol.FaultModel;

/**
 * Clients that keep a cluster busy: each has a few operations under way, and makes the next when one is answered.
 *
 * <p>Thread-safe.
 */
final class Load implements AutoCloseable {
    private static final int OUTSTANDING = 4;
    private static final int SIGNIFICANT_DIGITS = 2;

    private final NetworkLoop loop = new NetworkLoop("tagma-demo-network");
    private final List<Worker> workers = new ArrayList<>();
    private final Recorder latencyMicros = new Recorder(SIGNIFICANT_DIGITS);
    private final AtomicLong acknowledged = new AtomicLong();
    private final AtomicLong lastAcknowledgedNanos = new AtomicLong();
    private final AtomicLong longestPauseNanos = new AtomicLong();
    private final AtomicInteger underWay = new AtomicInteger();
    private final CompletableFuture<Void> drained = new CompletableFuture<>();
    private volatile boolean stopping;

    /** Connects as each client of the cluster. */
    Load(ClusterFolder folder, ClusterConfig config) throws KeyFileException {
        try {
            for (ClusterConfig.ClientEntry entry : config.clients()) {
                BftClient client = BftClient.builder(config, entry.id())
                        .keys(folder.clientKeys(entry.id()))
                        .options(options(config, entry.id()))
                        .networkLoop(loop)
                        .build();
                workers.add(new Worker(client, new Ledger(entry.id())));
            }
        } catch (KeyFileException | RuntimeException e) {
            close();
            throw e;
        }
    }

    /**
     * Where any replica answers reads, each is read from by one client, also one that believes wrongly that it leads.
     */
    private static ClientOptions options(ClusterConfig config, int client) {
        ClientOptions usual = ClusterConnector.options(config);
        boolean reader = config.protocol().faultModel() == FaultModel.CRASH && client < config.replicaCount();
        return reader ? usual.readingFrom(client) : usual;
    }

    void start() {
        lastAcknowledgedNanos.set(System.nanoTime());
        for (Worker worker : workers) {
            for (int i = 0; i < OUTSTANDING; i++) {
                worker.next();
            }
        }
    }

    /** Makes no more operations, and waits for those under way. Returns whether all were answered in time. */
    boolean stop(long timeoutMillis) throws InterruptedException {
        stopping = true;
        if (underWay.get() == 0) {
            drained.complete(null);
        }
        try {
            drained.get(timeoutMillis, TimeUnit.MILLISECONDS);
            return true;
        } catch (TimeoutException e) {
            return false;
        } catch (ExecutionException e) {
            throw new IllegalStateException("nothing completes it so", e);
        }
    }

    long acknowledged() {
        return acknowledged.get();
    }

    /** Latencies since the last call, in microseconds. */
    Histogram latenciesMicros() {
        return latencyMicros.getIntervalHistogram();
    }

    /** The longest time without an answer to anybody, since the last call. */
    double takeLongestPauseSeconds() {
        return longestPauseNanos.getAndSet(0) / 1e9;
    }

    List<Ledger> ledgers() {
        return workers.stream().map(worker -> worker.ledger).toList();
    }

    /** A client that is connected already. */
    KeyValueClient anyClient() {
        return workers.get(0).store;
    }

    @Override
    public void close() {
        stopping = true;
        workers.forEach(worker -> worker.client.close());
        loop.close();
    }

    private void completed(long beginNanos, boolean answered) {
        if (answered) {
            long now = System.nanoTime();
            acknowledged.incrementAndGet();
            latencyMicros.recordValue(Math.max(1, TimeUnit.NANOSECONDS.toMicros(now - beginNanos)));
            longestPauseNanos.accumulateAndGet(now - lastAcknowledgedNanos.getAndSet(now), Math::max);
        }
        if (underWay.decrementAndGet() == 0 && stopping) {
            drained.complete(null);
        }
    }

    private final class Worker {
        private final BftClient client;
        private final KeyValueClient store;
        private final Ledger ledger;
        private final AtomicLong made = new AtomicLong();

        Worker(BftClient client, Ledger ledger) {
            this.client = client;
            this.store = new KeyValueClient(client);
            this.ledger = ledger;
        }

        void next() {
            underWay.incrementAndGet();
            switch ((int) (made.getAndIncrement() % 3)) {
                case 0 -> increment();
                case 1 -> put();
                default -> read();
            }
        }

        /** Its order relative to increments under way is open, but what was acknowledged before must be in it. */
        private void read() {
            long begin = System.nanoTime();
            long atLeast = ledger.acknowledgedIncrements();
            store.get(ledger.counter()).whenComplete((value, failure) -> {
                if (failure == null) {
                    ledger.read(value, atLeast);
                } else {
                    ledger.readFailed();
                }
                after(begin, failure == null);
            });
        }

        private void increment() {
            long begin = System.nanoTime();
            ledger.issueIncrement();
            store.increment(ledger.counter(), 1).whenComplete((sum, failure) -> {
                if (failure == null) {
                    ledger.incrementAcknowledged();
                } else {
                    ledger.incrementFailed();
                }
                after(begin, failure == null);
            });
        }

        private void put() {
            long begin = System.nanoTime();
            Ledger.Put put = ledger.issuePut();
            store.put(put.key(), Long.toString(put.number())).whenComplete((done, failure) -> {
                if (failure == null) {
                    ledger.acknowledged(put);
                } else {
                    ledger.failed(put);
                }
                after(begin, failure == null);
            });
        }

        private void after(long beginNanos, boolean answered) {
            if (!stopping) {
                next();
            }
            completed(beginNanos, answered);
        }
    }
}
