package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferMessage;
import org.tagma.core.state.MerkleTree;

/**
 * Queues the work of a {@link ServiceExecutor} for the execution thread. What the protocol commits is bounded by its
 * window; what others can ask for is counted and refused when there is too much of it.
 *
 * <p>Any thread queues; the execution thread works.
 */
final class ExecutionLoop implements Execution, LoopThread.Work {

    private static final int CHUNK = 1_024;

    /** Requests to execute before replies are sent off and the engine is told, if more is waiting. */
    private static final int REQUESTS_PER_PASS = 256;

    private final MpscUnboundedArrayQueue<Runnable> tasks = new MpscUnboundedArrayQueue<>(CHUNK);
    private final ServiceExecutor executor;
    private final Consumer<Query> queries;
    private final Runnable afterPass;
    private final WakeUp wakeUp;
    private final ReplicaMetrics metrics;
    private final int maxAsked;
    private final AtomicInteger asked = new AtomicInteger();

    /** Counts installations: a commit that was queued before one is not executed after it. */
    private volatile int installs;

    private int requestsInPass;

    /**
     * A loop without work.
     *
     * @param queries answers queries, on the execution thread
     * @param afterPass lets what was sent and reported leave
     * @param maxAsked how many queries, and how many questions of replicas, may wait
     */
    ExecutionLoop(
            ServiceExecutor executor,
            Consumer<Query> queries,
            Runnable afterPass,
            WakeUp wakeUp,
            ReplicaMetrics metrics,
            int maxAsked) {
        this.executor = executor;
        this.queries = queries;
        this.afterPass = afterPass;
        this.wakeUp = wakeUp;
        this.metrics = metrics;
        this.maxAsked = maxAsked;
    }

    @Override
    public void commit(long sequence, Batch batch) {
        int installsBefore = installs;
        add(() -> {
            if (installs == installsBefore) {
                executor.commit(sequence, batch);
                metrics.countBatch(batch.requests().size());
                requestsInPass += batch.requests().size();
            }
        });
    }

    @Override
    public void takeCheckpoint(long sequence) {
        int installsBefore = installs;
        add(() -> {
            if (installs == installsBefore) {
                executor.takeCheckpoint(sequence);
            }
        });
    }

    @Override
    public void releaseCheckpoints(long below) {
        add(() -> executor.releaseCheckpoints(below));
    }

    @Override
    @SuppressWarnings("NonAtomicVolatileUpdate") // only the engine's thread writes it
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        installs++;
        add(() -> executor.installState(sequence, stateDigest, snapshot, tree));
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        addAsked(() -> executor.serveState(to, question));
    }

    @Override
    public void resendReply(Request request) {
        addAsked(() -> executor.resendReply(request));
    }

    @Override
    public void answerRead(long id, long sequence) {
        add(() -> executor.answerRead(id, sequence));
    }

    @Override
    public void refuseRead(long id) {
        add(() -> executor.refuseRead(id));
    }

    @Override
    public void answerOperator(long id, boolean done, String text) {
        add(() -> executor.answerOperator(id, done, text));
    }

    @Override
    public void protocolIs(long view, int primary, boolean serving) {
        add(() -> executor.protocolIs(view, primary, serving));
    }

    /** Queues a query; false if too many wait. Call {@link #signal} after the last of a batch. */
    boolean offerQuery(Query query) {
        return offerAsked(() -> queries.accept(query));
    }

    /** Runs something on the execution thread, in its turn. Call {@link #signal} after it. */
    void run(Runnable task) {
        add(task);
    }

    /** Wakes the execution thread, if it sleeps. */
    void signal() {
        wakeUp.signal();
    }

    int size() {
        return tasks.size();
    }

    @Override
    public boolean hasWork() {
        return !tasks.isEmpty();
    }

    @Override
    public void runOnce() {
        requestsInPass = 0;
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = requestsInPass < REQUESTS_PER_PASS ? tasks.poll() : null;
        }
        afterPass.run();
    }

    private void addAsked(Runnable task) {
        if (!offerAsked(task)) {
            // As if the network had lost the question: whoever asked will ask again.
            metrics.countRejected(RejectionReason.QUEUE_FULL);
        }
    }

    private boolean offerAsked(Runnable task) {
        if (asked.get() >= maxAsked) {
            return false;
        }
        asked.incrementAndGet();
        tasks.add(() -> {
            asked.decrementAndGet();
            task.run();
        });
        return true;
    }

    private void add(Runnable task) {
        tasks.add(task);
    }
}
