package org.tagma.simulator;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;

/** Shows the checkers what a correct replica executes. */
class ObservedStateMachine implements StateMachine {

    private final StateMachine stateMachine;
    private final int replica;
    private final Checks checks;

    ObservedStateMachine(StateMachine stateMachine, int replica, Checks checks) {
        this.stateMachine = stateMachine;
        this.replica = replica;
        this.checks = checks;
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        checks.order().executed(replica, operation, context);
        checks.time().executed(replica, context.sequence(), context.timeMillis());
        checks.service().applied(replica, context.sequence(), context.indexInBatch(), context.timeMillis(), operation);
        return stateMachine.apply(operation, context);
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        return stateMachine.query(operation);
    }

    @Override
    public ByteString snapshot() {
        return stateMachine.snapshot();
    }

    @Override
    public void restore(ByteString snapshot) {
        stateMachine.restore(snapshot);
    }
}
