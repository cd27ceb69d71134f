package example;

import static java.nio.charset.StandardCharsets.UTF_8;

import org.tagma.Service;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.StateStore;
import org.tagma.core.state.StateView;

/** "read" answers the number; anything else is a number to be added. */
final class Counter implements Service {

    private static final byte[] SUM = "sum".getBytes(UTF_8);

    @Override
    public byte[] apply(byte[] operation, StateStore state, ExecutionContext context)
            throws OperationRejectedException {
        String text = new String(operation, UTF_8);
        if (!text.equals("read")) {
            try {
                state.put(SUM, Long.toString(sum(state) + Long.parseLong(text)).getBytes(UTF_8));
            } catch (NumberFormatException e) {
                throw new OperationRejectedException("not-a-number", "\"read\", or a number to be added");
            }
        }
        return query(operation, state);
    }

    @Override
    public byte[] query(byte[] operation, StateView state) {
        return Long.toString(sum(state)).getBytes(UTF_8);
    }

    private static long sum(StateView state) {
        return state.get(SUM).map(bytes -> Long.parseLong(new String(bytes, UTF_8))).orElse(0L);
    }
}
