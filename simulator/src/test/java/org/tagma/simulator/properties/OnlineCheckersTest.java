package org.tagma.simulator.properties;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Rejection;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.protocol.TransferMessage;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.ServiceLimits;
import org.tagma.simulator.workload.RegisterOperation;
import org.tagma.simulator.workload.RegisterOperation.Kind;

/** The checkers are checked: each is shown what it must find, and what it must not. */
class OnlineCheckersTest {

    private static final Digest A = Digest.of(ByteString.copyFromUtf8("a"));
    private static final Digest B = Digest.of(ByteString.copyFromUtf8("b"));
    private static final SessionId SESSION = new SessionId(0, 1);

    private final Violations violations = new Violations();
    private final ServiceChecker service = new ServiceChecker(violations, new ServiceLimits(2, 2), 4, true);
    private final OrderChecker order = new OrderChecker(violations, 1, service);
    private final StateChecker states = new StateChecker(violations);

    private void assertFound(Property property) {
        assertThat(violations.first().orElseThrow().property()).isEqualTo(property);
    }

    private static RegisterOperation operation(int index) {
        return new RegisterOperation(0, index, Kind.PUT, "x", "v" + index, "");
    }

    private void execute(int replica, long sequence, int index, SessionId session, RegisterOperation operation) {
        order.executed(replica, operation.encode(), new ExecutionContext(sequence, index, 0, session));
    }

    private void issueAndExecute(int... indices) {
        for (int index : indices) {
            order.issued(operation(index));
        }
        for (int i = 0; i < indices.length; i++) {
            execute(0, i + 1, 0, SESSION, operation(indices[i]));
        }
    }

    @Test
    void correctRunsAreNotComplainedOf() {
        order.committed(0, 1, Batch.of(1, List.of()));
        order.committed(1, 1, Batch.of(1, List.of()));
        issueAndExecute(0, 1, 2);
        execute(1, 1, 0, SESSION, operation(0));
        states.digested(0, 8, A);
        states.digested(1, 8, A);

        assertThat(violations.isEmpty()).isTrue();
    }

    @Test
    void agreement() {
        order.committed(0, 1, Batch.of(1, List.of()));
        order.committed(1, 1, Batch.of(2, List.of()));

        assertFound(Property.AGREEMENT);
    }

    @Test
    void validityOfWhatNobodyAskedFor() {
        execute(0, 1, 0, SESSION, operation(0));

        assertFound(Property.VALIDITY);
    }

    @Test
    void validityOfWhatAnotherAskedFor() {
        order.issued(new RegisterOperation(5, 0, Kind.PUT, "x", "v", ""));
        execute(0, 1, 0, SESSION, new RegisterOperation(5, 0, Kind.PUT, "x", "v", ""));

        assertFound(Property.VALIDITY);
    }

    @Test
    void integrity() {
        issueAndExecute(0);
        execute(0, 2, 0, SESSION, operation(0));

        assertFound(Property.INTEGRITY);
    }

    @Test
    void fifo() {
        issueAndExecute(1, 0);

        assertFound(Property.FIFO);
    }

    @Test
    void totalOrder() {
        issueAndExecute(0, 1);
        execute(1, 1, 0, SESSION, operation(1));

        assertFound(Property.TOTAL_ORDER);
    }

    @Test
    void equalStates() {
        states.digested(0, 8, A);
        states.digested(1, 8, B);

        assertFound(Property.EQUAL_STATES);
    }

    @Test
    void whatAClientWasToldIsGone() {
        issueAndExecute(0, 1, 2);
        order.acknowledged(operation(1));
        order.rest(2);
        assertThat(violations.isEmpty()).isTrue();

        order.rest(1);

        assertFound(Property.DURABILITY);
    }

    @Test
    void bounds() {
        BoundsChecker bounds = new BoundsChecker(violations, 10, 20, 30, 40);
        bounds.holds(0, 10, 20);
        bounds.sends(0, 30);
        assertThat(violations.isEmpty()).isTrue();

        bounds.holds(0, 0, 21);

        assertFound(Property.BOUNDED_MEMORY);
    }

    @Test
    void framesOfOneEvent() {
        new BoundsChecker(violations, 10, 20, 30, 40).sends(0, 31);

        assertFound(Property.BOUNDED_MEMORY);
    }

    @Test
    void refusalThatLeavesATrace() {
        for (boolean leavesATrace : new boolean[] {false, true}) {
            RefusalChecker refusals = new RefusalChecker(violations);
            Refuses replica = new Refuses(leavesATrace);
            for (int i = 0; i < 64; i++) {
                refusals.step(0, replica, MESSAGE);
            }
            assertThat(violations.isEmpty()).isEqualTo(!leavesATrace);
        }
        assertFound(Property.REFUSAL_WITHOUT_TRACE);
    }

    private static final Event MESSAGE = new Event.MessageReceived(
            new Authenticated<>(1, new TransferMessage.FetchManifest(1, A), ByteString.EMPTY, ByteString.EMPTY));

    private enum Refused implements Rejection {
        WRONG_ROLE
    }

    /** Refuses everything, and may remember it all the same. */
    private static final class Refuses implements Protocol {
        private final boolean leavesATrace;
        private long refused;

        Refuses(boolean leavesATrace) {
            this.leavesATrace = leavesATrace;
        }

        @Override
        public List<Action> step(Event event) {
            refused += leavesATrace ? 1 : 0;
            return List.of(new Action.Reject(1, Refused.WRONG_ROLE));
        }

        @Override
        public ProtocolStatus status() {
            throw new UnsupportedOperationException();
        }

        @Override
        public long stateHash() {
            return refused;
        }
    }

    @Test
    void livenessCountsFromWhenProgressIsPossible() {
        LivenessChecker liveness = new LivenessChecker(violations, 1_000);
        liveness.observe("client 0", OptionalLong.of(0), 5_000, 6_000);
        liveness.observe("client 0", OptionalLong.empty(), 0, 100_000);
        assertThat(violations.isEmpty()).isTrue();

        liveness.observe("client 0", OptionalLong.of(0), 5_000, 6_001);

        assertFound(Property.LIVENESS);
    }

    @Test
    void onlyTheFirstFindingIsKept() {
        violations.report(Property.FIFO, "first");
        violations.report(Property.LIVENESS, "second");

        assertFound(Property.FIFO);
    }
}
