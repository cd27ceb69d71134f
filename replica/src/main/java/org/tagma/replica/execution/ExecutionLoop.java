package org.tagma.replica.execution;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.Consumer;
import org.jctools.queues.MpscUnboundedArrayQueue;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.Query;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.state.MerkleTree;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.metrics.ReplicaMetrics;
import org.tagma.replica.settings.MemoryPlan;
import org.tagma.replica.threads.LoopThread;

/**
 * Queues the work of a {@link ServiceExecutor} for the execution thread. What the protocol commits is bounded by its
 * window, and comes first; what others ask for has a queue of its own, with a share for each of them.
 *
 * <p>Any thread queues; the execution thread works.
 */
public final class ExecutionLoop implements Execution, LoopThread.Work {

    private static final int CHUNK = 1_024;

    /** Requests to execute before replies are sent off and the engine is told, if more is waiting. */
    private static final int REQUESTS_PER_PASS = 256;

    /** Questions to answer in a pass if nothing else waits. */
    private static final int QUESTIONS_PER_PASS = 256;

    /** Questions to answer in a pass while batches wait: what a crowd of questions may delay a commit by. */
    private static final int QUESTIONS_BETWEEN_BATCHES = 8;

    private final MpscUnboundedArrayQueue<Runnable> tasks = new MpscUnboundedArrayQueue<>(CHUNK);
    private final ServiceExecutor executor;
    private final AskedQueue asked;
    private final Consumer<Query> queries;
    private final Runnable afterPass;
    private final Runnable wakeUp;
    private final ReplicaMetrics metrics;

    /** Counts installations: a commit that was queued before one is not executed after it. */
    private volatile int installs;

    private int requestsInPass;

    /**
     * A loop without work.
     *
     * @param queries answers queries, on the execution thread
     * @param afterPass lets what was sent and reported leave
     * @param memory how much may wait of what others ask
     */
    public ExecutionLoop(
            ServiceExecutor executor,
            Consumer<Query> queries,
            Runnable afterPass,
            Runnable wakeUp,
            ReplicaMetrics metrics,
            MemoryPlan memory) {
        this.executor = executor;
        this.queries = queries;
        this.afterPass = afterPass;
        this.wakeUp = wakeUp;
        this.metrics = metrics;
        this.asked = new AskedQueue(memory);
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
    // Only the engine's thread writes the counter.
    @SuppressWarnings("NonAtomicVolatileUpdate")
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        installs++;
        add(() -> executor.installState(sequence, stateDigest, snapshot, tree));
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        addAsked(new NodeId.Replica(to), 0, () -> executor.serveState(to, question));
    }

    @Override
    public void resendReply(Request request) {
        // Whoever sent the request, it is its client that is answered.
        addAsked(new NodeId.Client(request.session().client()), request.size(), () -> executor.resendReply(request));
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
    public void onStatusChanged(long view, int primary, boolean serving) {
        add(() -> executor.onStatusChanged(view, primary, serving));
    }

    /**
     * Queues a query, or, if too many of its client wait, the answer that the replica is overloaded; false if of those
     * too many wait too. Call {@link #signal} after the last of a batch.
     */
    public boolean offerQuery(Query query) {
        NodeId client = new NodeId.Client(query.session().client());
        if (asked.offer(client, query.operation().size(), () -> queries.accept(query))) {
            return true;
        }
        SessionId session = query.session();
        long number = query.number();
        return asked.offerRefusal(client, () -> executor.refuseQuery(session, number));
    }

    /** Runs something on the execution thread, in its turn. Call {@link #signal} after it. */
    public void run(Runnable task) {
        add(task);
    }

    /** Wakes the execution thread, if it sleeps. */
    public void signal() {
        wakeUp.run();
    }

    public int size() {
        return tasks.size() + asked.size();
    }

    @Override
    public boolean hasWork() {
        return !tasks.isEmpty() || !asked.isEmpty();
    }

    @Override
    public void runOnce() {
        requestsInPass = 0;
        Runnable task = tasks.poll();
        while (task != null) {
            task.run();
            task = requestsInPass < REQUESTS_PER_PASS ? tasks.poll() : null;
        }
        answerQuestions();
        afterPass.run();
    }

    private void answerQuestions() {
        int answered = 0;
        while (!asked.isEmpty() && answered < (tasks.isEmpty() ? QUESTIONS_PER_PASS : QUESTIONS_BETWEEN_BATCHES)) {
            asked.runOne();
            answered++;
        }
    }

    private void addAsked(NodeId from, int bytes, Runnable task) {
        if (!asked.offer(from, bytes, task)) {
            // As if the network had lost the question: whoever asked will ask again.
            metrics.countRejected(RejectionReason.QUEUE_FULL);
        }
    }

    private void add(Runnable task) {
        tasks.add(task);
    }
}
