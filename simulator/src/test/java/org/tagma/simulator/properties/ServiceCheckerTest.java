package org.tagma.simulator.properties;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.ReplyEvictedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.client.call.SessionExpiredException;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.ServiceLimits;
import org.tagma.simulator.properties.ServiceChecker.Failure;
import org.tagma.simulator.workload.RegisterOperation;
import org.tagma.simulator.workload.RegisterOperation.Kind;

/** Three sessions of one client, of which two are kept. */
class ServiceCheckerTest {

    private static final long TIME = 1_000;
    private static final SessionId ONE = new SessionId(0, 1);
    private static final SessionId TWO = new SessionId(0, 2);
    private static final SessionId THREE = new SessionId(0, 3);

    private final Violations violations = new Violations();
    private final ServiceChecker service = new ServiceChecker(violations, new ServiceLimits(2, 4), 4, true);
    private final OrderChecker order = new OrderChecker(violations, 1, service);
    private long sequence;

    private static Failure failure(Class<? extends BftClientException> kind, Outcome outcome, long waitedMillis) {
        return new Failure(kind, outcome, "a test", waitedMillis, 50);
    }

    private static RegisterOperation operation(int index) {
        return new RegisterOperation(0, index, Kind.APPEND, "x", ";" + index, "");
    }

    private static Request request(SessionId session, long number, RetrySemantics semantics, int index) {
        ByteString operation = operation(index).encode();
        return Request.of(session, number, semantics, operation, operation, ByteString.EMPTY);
    }

    private static Request request(SessionId session, long number) {
        return request(session, number, RetrySemantics.EXACTLY_ONCE, (int) (10 * session.session() + number));
    }

    /** A batch with this request, which replica 0 executes or not. */
    private void orders(Request request, boolean executes, boolean consumes) {
        sequence++;
        RegisterOperation operation =
                RegisterOperation.decode(request.operation()).orElseThrow();
        order.issued(operation);
        service.committed(0, sequence, Batch.of(TIME, List.of(request)));
        if (executes) {
            service.applied(0, sequence, 0, TIME, request.operation());
            order.executed(0, request.operation(), new ExecutionContext(sequence, 0, TIME, request.session()));
        }
        service.executed(0, sequence, List.of(new RequestOutcome(request, consumes)));
    }

    private void expectFound(Property property) {
        assertThat(violations.first().orElseThrow().property()).isEqualTo(property);
    }

    private void expectNothingFound() {
        assertThat(violations.isEmpty()).as("%s", violations.first()).isTrue();
    }

    @Test
    void numbersOfOneSessionAreExecutedOneAfterTheOther() {
        orders(request(ONE, 1), true, true);
        orders(request(ONE, 1), false, true);
        orders(request(ONE, 3), false, false);
        orders(request(ONE, 2), true, true);

        expectNothingFound();
    }

    @Test
    void aDuplicateThatIsExecutedIsFound() {
        orders(request(ONE, 1), true, true);
        orders(request(ONE, 1), true, true);

        expectFound(Property.SESSIONS);
    }

    @Test
    void aRequestThatIsNotExecutedIsFound() {
        orders(request(ONE, 1), false, true);

        expectFound(Property.SESSIONS);
    }

    @Test
    void anEarlyNumberThatIsTakenForUsedIsFound() {
        orders(request(ONE, 1), true, true);
        orders(request(ONE, 3), false, true);

        expectFound(Property.SESSIONS);
    }

    @Test
    void theSessionThatExecutedNothingForLongestMakesRoom() {
        orders(request(ONE, 1), true, true);
        orders(request(TWO, 1), true, true);
        orders(request(ONE, 2), true, true);
        orders(request(THREE, 1), true, true);
        orders(request(TWO, 2), false, true);
        orders(request(ONE, 3), true, true);

        expectNothingFound();
    }

    @Test
    void aDroppedSessionThatOpensAgainIsFound() {
        orders(request(ONE, 1), true, true);
        orders(request(TWO, 1), true, true);
        orders(request(THREE, 1), true, true);
        orders(request(ONE, 1), true, true);

        expectFound(Property.SESSIONS);
    }

    @Test
    void anUnorderedNumberThatIsNotAboveTheLastIsNotExecuted() {
        orders(request(ONE, 5, RetrySemantics.AT_MOST_ONCE, 1), true, true);
        orders(request(ONE, 4, RetrySemantics.AT_MOST_ONCE, 2), false, true);
        orders(request(ONE, 5, RetrySemantics.AT_MOST_ONCE, 1), false, true);
        expectNothingFound();

        orders(request(ONE, 5, RetrySemantics.AT_MOST_ONCE, 1), true, true);
        expectFound(Property.SESSIONS);
    }

    @Test
    void whatMayBeExecutedTwiceReturnsWhatOneOfItsExecutionsDid() {
        RegisterOperation repeatable = operation(1);
        service.issued(repeatable, RetrySemantics.AT_LEAST_ONCE);
        orders(request(ONE, 1, RetrySemantics.AT_LEAST_ONCE, 1), true, true);
        orders(request(ONE, 2, RetrySemantics.AT_LEAST_ONCE, 1), true, true);
        assertThat(service.executions(repeatable)).isEqualTo(2);

        service.returned(repeatable, ";1");
        service.returned(repeatable, ";1;1");
        expectNothingFound();

        service.returned(repeatable, ";2");
        expectFound(Property.TRUE_OUTCOMES);
    }

    @Test
    void aTimeThatIsNotTheBatchsIsFound() {
        service.committed(0, 1, Batch.of(TIME, List.of(request(ONE, 1))));
        service.applied(0, 1, 0, TIME - 1, request(ONE, 1).operation());

        expectFound(Property.AGREED_TIME);
    }

    @Test
    void aCallMayFailForLackOfAnAnswerInTime() {
        service.failed(
                operation(1), RetrySemantics.EXACTLY_ONCE, failure(RequestTimeoutException.class, Outcome.UNKNOWN, 50));
        expectNothingFound();

        service.failed(
                operation(2), RetrySemantics.EXACTLY_ONCE, failure(RequestTimeoutException.class, Outcome.UNKNOWN, 49));
        expectFound(Property.TRUE_OUTCOMES);
    }

    @Test
    void noSessionExpiresBeforeOneWasDropped() {
        Failure failure = failure(SessionExpiredException.class, Outcome.UNKNOWN, 1);
        orders(request(ONE, 1), true, true);
        orders(request(TWO, 1), true, true);
        orders(request(THREE, 1), true, true);
        service.failed(operation(1), RetrySemantics.EXACTLY_ONCE, failure);
        expectNothingFound();

        service.failed(new RegisterOperation(1, 1, Kind.GET, "x", "", ""), RetrySemantics.EXACTLY_ONCE, failure);
        expectFound(Property.TRUE_OUTCOMES);
    }

    @Test
    void aReplyThatIsStillWantedIsKept() {
        service.failed(
                operation(1), RetrySemantics.EXACTLY_ONCE, failure(ReplyEvictedException.class, Outcome.EXECUTED, 100));

        expectFound(Property.TRUE_OUTCOMES);
    }

    @Test
    void whatWasToldNotToBeExecutedMustNotBe() {
        orders(request(ONE, 1, RetrySemantics.EXACTLY_ONCE, 1), true, true);
        expectNothingFound();

        service.failed(
                operation(1),
                RetrySemantics.EXACTLY_ONCE,
                failure(RequestTimeoutException.class, Outcome.NOT_EXECUTED, 100));
        expectFound(Property.TRUE_OUTCOMES);
    }

    @Test
    void whatWasToldNotToBeExecutedMustNotBeLater() {
        service.failed(
                operation(1),
                RetrySemantics.EXACTLY_ONCE,
                failure(RequestTimeoutException.class, Outcome.NOT_EXECUTED, 100));
        expectNothingFound();

        orders(request(ONE, 1, RetrySemantics.EXACTLY_ONCE, 1), true, true);
        expectFound(Property.TRUE_OUTCOMES);
    }
}
