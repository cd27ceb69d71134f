package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferMessage;
import org.tagma.core.state.MerkleTree;
import org.tagma.replica.Execution;
import org.tagma.replica.ServiceExecutor;
import org.tagma.simulator.check.OrderChecker;

/** Shows the checker what a correct replica commits, and has the production executor do the rest. */
final class ObservedExecution implements Execution {

    private final ServiceExecutor executor;
    private final int replica;
    private final OrderChecker order;
    private final List<String> operatorAnswers;

    /**
     * Wraps an executor.
     *
     * @param operatorAnswers takes the answers to what the scenario asks for, as an operator, under ids below 0
     */
    ObservedExecution(ServiceExecutor executor, int replica, OrderChecker order, List<String> operatorAnswers) {
        this.executor = executor;
        this.replica = replica;
        this.order = order;
        this.operatorAnswers = operatorAnswers;
    }

    @Override
    public void commit(long sequence, Batch batch) {
        order.committed(replica, sequence, batch);
        executor.commit(sequence, batch);
    }

    @Override
    public void takeCheckpoint(long sequence) {
        executor.takeCheckpoint(sequence);
    }

    @Override
    public void releaseCheckpoints(long below) {
        executor.releaseCheckpoints(below);
    }

    @Override
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        executor.installState(sequence, stateDigest, snapshot, tree);
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        executor.serveState(to, question);
    }

    @Override
    public void resendReply(Request request) {
        executor.resendReply(request);
    }

    @Override
    public void answerRead(long id, long sequence) {
        executor.answerRead(id, sequence);
    }

    @Override
    public void refuseRead(long id) {
        executor.refuseRead(id);
    }

    @Override
    public void answerOperator(long id, boolean done, String text) {
        if (id < 0) {
            operatorAnswers.add((done ? "done: " : "not done: ") + text);
        } else {
            executor.answerOperator(id, done, text);
        }
    }

    @Override
    public void protocolIs(long view, int primary, boolean serving) {
        executor.protocolIs(view, primary, serving);
    }
}
