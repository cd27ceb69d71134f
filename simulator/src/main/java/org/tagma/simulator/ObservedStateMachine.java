package org.tagma.simulator;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;
import org.tagma.simulator.check.OrderChecker;

/** Shows the checker what a correct replica executes. */
final class ObservedStateMachine implements StateMachine {

    private final StateMachine stateMachine;
    private final int replica;
    private final OrderChecker order;

    ObservedStateMachine(StateMachine stateMachine, int replica, OrderChecker order) {
        this.stateMachine = stateMachine;
        this.replica = replica;
        this.order = order;
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        order.executed(replica, operation, context);
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
