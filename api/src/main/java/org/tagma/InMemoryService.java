package org.tagma;

import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;

/**
 * A replicated service that keeps its state in objects of its own, and can write it down as a whole: each checkpoint
 * does. For a state that is small, or whose shape is no map; else {@link Service} costs less.
 *
 * <p>Must be deterministic, as {@link org.tagma.core.service.StateMachine} explains; what is said there of its methods
 * is true of these. Called by one thread at a time; one instance serves one replica.
 */
public interface InMemoryService {

    /**
     * Executes one ordered operation. Must not block.
     *
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused; the state must then be unchanged
     */
    byte[] apply(byte[] operation, ExecutionContext context) throws OperationRejectedException;

    /**
     * Answers a read without ordering; must not change the state. What it takes, {@link #apply} must take too, with the
     * same result.
     *
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused, for one because it is not a read
     */
    byte[] query(byte[] operation) throws OperationRejectedException;

    /**
     * Whether an operation may make the state larger: asked only once the state has more bytes than a replica copies
     * whole, and what may is then refused until it has shrunk. Must be deterministic.
     */
    default boolean mayGrow(byte[] operation) {
        return true;
    }

    /** The whole state. Replicas with equal states return equal bytes, however they got there. */
    byte[] snapshot();

    /** Replaces the whole state by one that {@link #snapshot} returned, here or at another replica. */
    void restore(byte[] snapshot);
}
