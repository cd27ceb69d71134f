package org.tagma.simulator;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;
import org.tagma.simulator.check.AgreedTimeChecker;
import org.tagma.simulator.check.OrderChecker;

/** Shows the checkers what a correct replica executes. */
class ObservedStateMachine implements StateMachine {

    private final StateMachine stateMachine;
    private final int replica;
    private final OrderChecker order;
    private final AgreedTimeChecker time;

    ObservedStateMachine(StateMachine stateMachine, int replica, OrderChecker order, AgreedTimeChecker time) {
        this.stateMachine = stateMachine;
        this.replica = replica;
        this.order = order;
        this.time = time;
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        order.executed(replica, operation, context);
        time.executed(replica, context.sequence(), context.timeMillis());
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
