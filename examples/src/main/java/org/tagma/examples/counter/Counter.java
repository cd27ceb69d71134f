package org.tagma.examples.counter;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.tagma.Service;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.StateStore;
import org.tagma.core.state.StateView;

/** One number. The operation {@code read} answers it; any other is a whole number to be added, and answers the sum. */
public final class Counter implements Service {

    private static final String READ = "read";
    private static final byte[] SUM = "sum".getBytes(UTF_8);

    @Override
    public byte[] apply(byte[] operation, StateStore state, ExecutionContext context)
            throws OperationRejectedException {
        String text = new String(operation, UTF_8);
        if (!text.equals(READ)) {
            state.put(SUM, add(sum(state), text).getBytes(UTF_8));
        }
        return sum(state).getBytes(UTF_8);
    }

    @Override
    public byte[] query(byte[] operation, StateView state) throws OperationRejectedException {
        if (!new String(operation, UTF_8).equals(READ)) {
            throw new OperationRejectedException("not-a-read", "only \"read\" can be asked without ordering");
        }
        return sum(state).getBytes(UTF_8);
    }

    private static String sum(StateView state) {
        return state.get(SUM).map(bytes -> new String(bytes, UTF_8)).orElse("0");
    }

    private static String add(String sum, String summand) throws OperationRejectedException {
        try {
            return Long.toString(Math.addExact(Long.parseLong(sum), Long.parseLong(summand)));
        } catch (NumberFormatException e) {
            throw new OperationRejectedException("not-a-number", "\"read\", or a number to be added");
        } catch (ArithmeticException e) {
            throw new OperationRejectedException("overflow", "the sum does not fit in 64 bits");
        }
    }
}
