package org.tagma.core.service;

import com.google.protobuf.ByteString;

/**
 * What a user of the framework writes: a service whose state every replica holds a copy of.
 *
 * <p>All replicas call {@link #apply} with the same operations in the same order. They stay equal if, and only if,
 * {@code apply} is <em>deterministic</em>: its result and its effect may depend on nothing but the state, the operation
 * and the {@link ExecutionContext}. So no clock (the context has an agreed one), no random numbers, no reading of files
 * or environment, no iteration in hash order, no identity hash codes. A replica that diverges all the same is found out
 * at the next checkpoint.
 *
 * <p>How an operation can end:
 *
 * <ul>
 *   <li>it returns: the client gets the result;
 *   <li>it throws {@link OperationRejectedException}: the client gets an agreed refusal, with the code and message. For
 *       what the state forbids or what cannot be parsed. The state must then be as it was;
 *   <li>it throws a {@link RuntimeException}: the client gets the code {@link RejectionResult#STATE_MACHINE_ERROR} and
 *       the exception's class name. The replica goes on with whatever the state then is, so that too must be the same
 *       everywhere;
 *   <li>it throws an {@link Error}: this replica stops, since what a machine out of memory did is not deterministic.
 * </ul>
 *
 * <p>An operation that {@link #query} takes must be taken by {@link #apply} as well, with the same result: where the
 * replicas' immediate answers do not match, the client has the query ordered like any other operation.
 *
 * <p>All methods are called by one thread at a time. An example, a register that can be added to:
 *
 * <pre>{@code
 * final class Register implements StateMachine {
 *     private static final ByteString READ = ByteString.copyFromUtf8("read");
 *     private long value;
 *
 *     public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
 *         if (!operation.equals(READ)) {
 *             value = Math.addExact(value, parse(operation.toStringUtf8()));
 *         }
 *         return snapshot();
 *     }
 *
 *     public ByteString query(ByteString operation) throws OperationRejectedException {
 *         if (!operation.equals(READ)) {
 *             throw new OperationRejectedException("not-a-query", "only \"read\" can be asked without ordering");
 *         }
 *         return snapshot();
 *     }
 *
 *     public ByteString snapshot() {
 *         return ByteString.copyFromUtf8(Long.toString(value));
 *     }
 *
 *     public void restore(ByteString snapshot) {
 *         value = Long.parseLong(snapshot.toStringUtf8());
 *     }
 *
 *     private static long parse(String number) throws OperationRejectedException {
 *         try {
 *             return Long.parseLong(number);
 *         } catch (NumberFormatException e) {
 *             throw new OperationRejectedException("not-a-number", number);
 *         }
 *     }
 * }
 * }</pre>
 */
public interface StateMachine {

    /**
     * Executes one ordered operation. Must be deterministic; see above.
     *
     * @param operation what the client sent; any bytes at all, since clients may be malicious
     * @param context the same on every replica
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused; the state must then be unchanged
     */
    ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException;

    /**
     * Answers a read without ordering. Must not change the state.
     *
     * @param operation what the client sent; any bytes at all
     * @return the result for the client, never null
     * @throws OperationRejectedException if the operation is refused, for one because it is not a read
     */
    ByteString query(ByteString operation) throws OperationRejectedException;

    /**
     * Whether an operation may make the state larger. Asked only once the state that {@link #snapshot} returns has
     * grown beyond {@link ReplicatedService#MAX_OPAQUE_STATE_BYTES}: what may make it larger is then refused, with the
     * code {@link RejectionResult#STATE_TOO_LARGE}, until a checkpoint finds it small enough again. Must be
     * deterministic, as {@link #apply}. By default everything may: a state machine that has operations which remove
     * things should say so.
     *
     * @param operation what the client sent; any bytes at all
     */
    default boolean mayGrow(ByteString operation) {
        return true;
    }

    /**
     * The whole state, at most {@link ReplicatedService#MAX_OPAQUE_STATE_BYTES}; a larger one is for a {@link
     * MerkleStateMachine}. Canonical: replicas with equal states return equal bytes, however they got there; so sort
     * what has no order.
     *
     * @return bytes that {@link #restore} takes, never null
     */
    ByteString snapshot();

    /**
     * Replaces the whole state by one that {@link #snapshot} returned, here or at another replica. The bytes have been
     * checked against a digest that a quorum vouched for.
     *
     * @param snapshot a state
     */
    void restore(ByteString snapshot);
}
