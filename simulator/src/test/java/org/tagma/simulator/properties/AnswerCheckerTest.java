package org.tagma.simulator.properties;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ServiceLimits;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.ReplyStatusCode;
import org.tagma.network.wire.RequestKindCode;

/** Sessions of one client, of which one is kept, with two replies. */
class AnswerCheckerTest {

    private final Violations violations = new Violations();
    private final ServiceChecker service = new ServiceChecker(violations, new ServiceLimits(1, 2), 4, false);
    private long sequence;

    private static Request request(long session, long number, RetrySemantics semantics) {
        return Request.of(
                new SessionId(0, session), number, semantics, ByteString.EMPTY, ByteString.EMPTY, ByteString.EMPTY);
    }

    private static Request request(long session, long number) {
        return request(session, number, RetrySemantics.EXACTLY_ONCE);
    }

    private static ByteString reply(Request request, ReplyStatusCode status, long... numbers) {
        ByteBuffer result = ByteBuffer.allocate(numbers.length * Long.BYTES);
        for (long each : numbers) {
            result.putLong(each);
        }
        ReplyPayload reply = ReplyPayload.newBuilder()
                .setClient(request.session().client())
                .setSession(request.session().session())
                .setNumber(request.number())
                .setKind(
                        request.semantics().isFifo()
                                ? RequestKindCode.REQUEST_KIND_FIFO
                                : RequestKindCode.REQUEST_KIND_UNORDERED)
                .setStatus(status)
                .setResult(ByteString.copyFrom(result.flip()))
                .build();
        return Envelope.newBuilder().setPayload(reply.toByteString()).build().toByteString();
    }

    private void executes(Request request) {
        service.committed(0, ++sequence, Batch.of(0, List.of(request)));
    }

    /** A replica that has executed all there is. */
    private void resends(Request request, ByteString... replies) {
        service.resends(0, request, sequence);
        for (ByteString each : replies) {
            service.answers(0, each);
        }
        service.resent(0);
    }

    private void expectNothingFound() {
        assertThat(violations.isEmpty()).as("%s", violations.first()).isTrue();
    }

    private void expectFound() {
        assertThat(violations.first().orElseThrow().property()).isEqualTo(Property.SESSIONS);
    }

    @Test
    void whoComesTooLateForItsSessionIsToldTheNewestAndTheHighestThatWasDropped() {
        executes(request(3, 1));
        executes(request(8, 1));
        executes(request(5, 1));
        service.answers(0, reply(request(5, 1), ReplyStatusCode.REPLY_STATUS_SESSION_EXPIRED, 8, 3));
        expectNothingFound();

        executes(request(5, 2));
        service.answers(0, reply(request(5, 2), ReplyStatusCode.REPLY_STATUS_SESSION_EXPIRED, 8, 7));
        expectFound();
    }

    @Test
    void anotherIsNotAnsweredInstead() {
        executes(request(3, 1));
        executes(request(3, 1));
        service.answers(0, reply(request(3, 2), ReplyStatusCode.REPLY_STATUS_OK));

        expectFound();
    }

    @Test
    void aReplyThatIsGoneIsSaidToBe() {
        executes(request(3, 1));
        executes(request(3, 2));
        executes(request(3, 3));
        resends(request(3, 1), reply(request(3, 1), ReplyStatusCode.REPLY_STATUS_REPLY_EVICTED));
        resends(request(3, 2), reply(request(3, 2), ReplyStatusCode.REPLY_STATUS_OK));
        expectNothingFound();

        resends(request(3, 1), reply(request(3, 1), ReplyStatusCode.REPLY_STATUS_OK));
        expectFound();
    }

    @Test
    void staleDoesNotOvertakeTheReplyToTheOneExecution() {
        Request once = request(3, 1, RetrySemantics.AT_MOST_ONCE);
        executes(once);
        resends(once);
        expectNothingFound();

        resends(once, reply(once, ReplyStatusCode.REPLY_STATUS_STALE_NUMBER));
        expectFound();
    }

    @Test
    void whoHasAReplyAnswersAgain() {
        executes(request(3, 1));
        resends(request(3, 1));

        expectFound();
    }

    @Test
    void whoLagsMayNotKnowIt() {
        executes(request(3, 1));
        service.resends(1, request(3, 1), 0);
        service.resent(1);

        expectNothingFound();
    }
}
