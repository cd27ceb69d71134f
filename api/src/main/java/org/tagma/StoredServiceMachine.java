package org.tagma;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.MerkleStateStore;

/** A {@link Service} with its state. */
final class StoredServiceMachine implements MerkleStateMachine {

    private final Service service;
    private final MerkleStateStore state = new MerkleStateStore();

    StoredServiceMachine(Service service) {
        this.service = service;
    }

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        return ByteString.copyFrom(service.apply(operation.toByteArray(), state, context));
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        return ByteString.copyFrom(service.query(operation.toByteArray(), state));
    }

    @Override
    public MerkleStateStore state() {
        return state;
    }
}
