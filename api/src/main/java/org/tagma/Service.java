package org.tagma;

import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.StateStore;
import org.tagma.core.state.StateView;

/**
 * A replicated service whose whole state is in a map from bytes to bytes that it is handed with each operation. It has
 * no fields of its own that change. Checkpoints then cost what changed, a replica that lags fetches only what differs,
 * any value can be proved to a client, and an operation that is refused or throws leaves no trace in the state.
 *
 * <p>Must be deterministic, and says how an operation ends, as {@link org.tagma.core.service.StateMachine} explains: no
 * clock but the context's, no randomness, no files, no iteration in hash order; {@link OperationRejectedException} for
 * what is refused. Arrays are copied on their way in and out.
 *
 * <p>Called by one thread at a time; one instance serves one replica. For a service that keeps its state in objects of
 * its own there is {@link InMemoryService}.
 */
public interface Service {

    /**
     * Executes one ordered operation. Must not block.
     *
     * @param operation what the client sent; any bytes at all, since clients may be malicious
     * @param state to be read and changed
     * @param context who asked, the agreed time, the place in the order; the same on every replica
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused; what it changed is undone
     */
    byte[] apply(byte[] operation, StateStore state, ExecutionContext context) throws OperationRejectedException;

    /**
     * Answers a read without ordering. What it takes, {@link #apply} must take too, with the same result. Must not
     * block.
     *
     * @param operation what the client sent; any bytes at all
     * @param state to be read
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused, for one because it is not a read
     */
    byte[] query(byte[] operation, StateView state) throws OperationRejectedException;
}
