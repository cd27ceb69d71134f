package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.state.MerkleTree;
import org.tagma.replica.execution.Execution;
import org.tagma.replica.execution.ServiceExecutor;
import org.tagma.simulator.kernel.SimulatedSnapshots;
import org.tagma.simulator.properties.EngineRules;
import org.tagma.simulator.properties.StateChecker;
import org.tagma.simulator.workload.MerkleRegisters;

/** Shows the checker what a correct replica commits, and has the production executor do the rest. */
final class ObservedExecution implements Execution {

    private final ServiceExecutor executor;
    private final int replica;
    private final Checks checks;
    private final EngineRules rules;
    private final List<String> operatorAnswers;
    private final StateChecker states;
    private final Optional<MerkleRegisters> registers;
    private final SimulatedSnapshots snapshots;

    /**
     * Wraps an executor.
     *
     * @param checks of the run
     * @param rules of this incarnation
     * @param operatorAnswers takes the answers to what the scenario asks for, as an operator, under ids below 0
     * @param registers what it executes, if that is a tree
     * @param snapshots where it keeps the states of checkpoints
     */
    ObservedExecution(
            ServiceExecutor executor,
            int replica,
            Checks checks,
            EngineRules rules,
            List<String> operatorAnswers,
            Optional<MerkleRegisters> registers,
            SimulatedSnapshots snapshots) {
        this.executor = executor;
        this.replica = replica;
        this.checks = checks;
        this.rules = rules;
        this.states = checks.states();
        this.operatorAnswers = operatorAnswers;
        this.registers = registers;
        this.snapshots = snapshots;
    }

    @Override
    public void commit(long sequence, Batch batch) {
        rules.takesEffect("executes batch " + sequence);
        checks.order().committed(replica, sequence, batch);
        checks.service().committed(replica, sequence, batch);
        rules.takeReplies();
        executor.commit(sequence, batch);
    }

    @Override
    public void takeCheckpoint(long sequence) {
        rules.takesEffect("takes a checkpoint");
        executor.takeCheckpoint(sequence);
        if (registers.isPresent()) {
            states.wrote(replica, sequence, registers.get().written());
        }
    }

    @Override
    public void releaseCheckpoints(long below) {
        rules.takesEffect("lets go of checkpoints");
        executor.releaseCheckpoints(below);
        checks.bounds().keeps(replica, snapshots.size());
    }

    @Override
    public void installState(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree) {
        executor.installState(sequence, stateDigest, snapshot, tree);
        if (registers.isPresent()) {
            registers.get().startFrom(registers.get().contained());
            states.contains(replica, sequence, registers.get().written());
        }
    }

    @Override
    public void serveState(int to, TransferMessage.Question question) {
        executor.serveState(to, question);
    }

    @Override
    public void resendReply(Request request) {
        checks.service().resends(replica, request, executor.lastExecuted());
        executor.resendReply(request);
        checks.service().resent(replica);
    }

    @Override
    public void answerRead(long id, long sequence) {
        rules.takesEffect("answers a read");
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
    public void onStatusChanged(long view, int primary, boolean serving) {
        executor.onStatusChanged(view, primary, serving);
    }
}
