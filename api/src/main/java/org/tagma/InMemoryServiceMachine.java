package org.tagma;

import com.google.protobuf.ByteString;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;

/** An {@link InMemoryService}, as replicas know it. */
record InMemoryServiceMachine(InMemoryService service) implements StateMachine {

    @Override
    public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
        return ByteString.copyFrom(service.apply(operation.toByteArray(), context));
    }

    @Override
    public ByteString query(ByteString operation) throws OperationRejectedException {
        return ByteString.copyFrom(service.query(operation.toByteArray()));
    }

    @Override
    public boolean mayGrow(ByteString operation) {
        return service.mayGrow(operation.toByteArray());
    }

    @Override
    public ByteString snapshot() {
        return ByteString.copyFrom(service.snapshot());
    }

    @Override
    public void restore(ByteString snapshot) {
        service.restore(snapshot.toByteArray());
    }
}
