package org.tagma.simulator.properties;

import java.util.ArrayList;
import java.util.List;
import java.util.function.ToIntFunction;
import org.tagma.simulator.workload.RegisterOperation;

/**
 * What clients called and what they got, as it looks from outside.
 *
 * <p>Not thread-safe.
 */
public final class History {

    /** The return of a call that has not returned, or of which it is not known how it ended. */
    public static final long NEVER = Long.MAX_VALUE;

    /**
     * One call.
     *
     * @param calledAt order or time of the call
     * @param returnedAt order or time of its return, or {@link #NEVER}: it may have taken effect at any time after the
     *     call, or not at all
     * @param result what it returned; null if unknown
     */
    public record Call(RegisterOperation operation, long calledAt, long returnedAt, String result) {
        /** Whether the result is known. */
        public boolean hasReturned() {
            return returnedAt != NEVER;
        }
    }

    private final List<Call> calls = new ArrayList<>();
    private long moments;

    /** A client calls; returns the handle for the other methods. */
    public int called(RegisterOperation operation) {
        calls.add(new Call(operation, moments++, NEVER, null));
        return calls.size() - 1;
    }

    /** A call returned. */
    public void returned(int handle, String result) {
        Call call = calls.get(handle);
        calls.set(handle, new Call(call.operation(), call.calledAt(), moments++, result));
    }

    /** A call failed, and it is certain that it had and will have no effect. */
    public void hadNoEffect(int handle) {
        calls.set(handle, null);
    }

    /**
     * All calls that had an effect, one for each time they had it.
     *
     * @param executions how often an operation was executed
     */
    public List<Call> calls(ToIntFunction<RegisterOperation> executions) {
        List<Call> effective = new ArrayList<>();
        for (Call call : calls) {
            if (call == null) {
                continue;
            }
            int times = executions.applyAsInt(call.operation());
            // A read that nobody ordered was executed nowhere.
            if (call.hasReturned() || (times > 0 && call.operation().kind() != RegisterOperation.Kind.GET)) {
                effective.add(call);
            }
            for (int again = 1; again < times; again++) {
                effective.add(new Call(call.operation(), call.calledAt(), NEVER, null));
            }
        }
        return effective;
    }
}
