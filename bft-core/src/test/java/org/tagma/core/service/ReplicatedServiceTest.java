package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.core.service.Requests.atMostOnce;
import static org.tagma.core.service.Requests.fifo;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

class ReplicatedServiceTest {

    private static final ServiceLimits LIMITS = new ServiceLimits(2, 4);

    private final Journal journal = new Journal();
    private final ReplicatedService service = new ReplicatedService(journal, LIMITS);

    @Test
    void requestsAreExecutedInTheOrderOfTheBatchWithTheirContext() {
        List<ExecutedRequest> executed =
                service.execute(1, batch(1000, fifo(3, 1, 1, "a"), fifo(4, 9, 1, "b"), fifo(3, 1, 2, "c")));

        assertThat(journal.lines()).containsExactly("1.0 3/1 @1000 a", "1.1 4/9 @1000 b", "1.2 3/1 @1000 c");
        assertThat(executed)
                .extracting(one -> one.reply().orElseThrow())
                .containsExactly(ok("a is line 1"), ok("b is line 2"), ok("c is line 3"));
        assertThat(service.lastExecuted()).isEqualTo(1);
        assertThat(service.sessions())
                .containsExactly(
                        new SessionProgress(new SessionId(3, 1), 3, 0), new SessionProgress(new SessionId(4, 9), 2, 0));
    }

    @Test
    void aRequestAheadOfItsTurnIsNotConsumedAndIsExecutedWhenOrderedAgain() {
        Request second = fifo(3, 1, 2, "second");

        assertThat(service.execute(1, batch(1, second)))
                .extracting(ExecutedRequest::outcome)
                .containsExactly(new RequestOutcome(second, false));
        assertThat(journal.lines()).isEmpty();

        service.execute(2, batch(1, fifo(3, 1, 1, "first"), second));
        assertThat(journal.lines()).containsExactly("2.0 3/1 @1 first", "2.1 3/1 @1 second");
    }

    @Test
    void aDuplicateInOneBatchOrALaterOneIsExecutedOnceAndAnsweredAlike() {
        Request request = fifo(3, 1, 1, "once");
        List<ExecutedRequest> twice = service.execute(1, batch(1, request, request));
        List<ExecutedRequest> again = service.execute(2, batch(2, request));

        assertThat(journal.lines()).containsExactly("1.0 3/1 @1 once");
        assertThat(twice.get(1)).isEqualTo(twice.get(0)).isEqualTo(again.get(0));
        assertThat(again.get(0).consumed()).isTrue();
        assertThat(service.cachedReply(request)).contains(ok("once is line 1"));
    }

    @Test
    void whatIsNotYetExecutedHasNoCachedReply() {
        assertThat(service.cachedReply(fifo(3, 1, 1))).isEmpty();
        assertThat(service.cachedReply(fifo(3, 1, 2))).isEmpty();
        assertThat(service.cachedReply(atMostOnce(3, 1, 1))).isEmpty();
    }

    @Test
    void aReplyThatIsGoneForGoodIsToldOutsideOfTheOrderToo() {
        for (int number = 1; number <= 5; number++) {
            service.execute(number, batch(1, fifo(3, 4, number)));
        }

        assertThat(service.cachedReply(fifo(3, 4, 1))).contains(ServiceReply.EVICTED);
        assertThat(service.cachedReply(fifo(3, 2, 1))).contains(ServiceReply.sessionExpired(4, 0));
    }

    @Test
    void aResentUnorderedRequestIsNotToldStaleAheadOfItsReply() {
        Request request = atMostOnce(3, 1, 7);

        assertThat(service.execute(1, batch(1, request, request)))
                .extracting(one -> one.reply().orElseThrow().status())
                .containsExactly(ReplyStatus.OK, ReplyStatus.STALE_NUMBER);
        assertThat(service.cachedReply(request)).isEmpty();
    }

    @Test
    void theAgreedTimeNeverGoesBack() {
        service.execute(1, batch(500, fifo(3, 1, 1, "a")));
        service.execute(2, batch(400, fifo(3, 1, 2, "b")));
        service.execute(3, batch(Long.MIN_VALUE, fifo(3, 1, 3, "c")));
        service.execute(4, batch(501, fifo(3, 1, 4, "d")));

        assertThat(journal.lines())
                .containsExactly("1.0 3/1 @500 a", "2.0 3/1 @500 b", "3.0 3/1 @500 c", "4.0 3/1 @501 d");
    }

    @Test
    void aNullBatchTakesASequenceNumberAndChangesNothingElse() {
        service.execute(1, batch(500, fifo(3, 1, 1, "a")));
        List<ExecutedRequest> executed = service.execute(2, Batch.NULL);

        assertThat(executed).isEmpty();
        assertThat(service.lastExecuted()).isEqualTo(2);
        assertThat(service.agreedTimeMillis()).isEqualTo(500);
        assertThat(journal.lines()).containsExactly("1.0 3/1 @500 a");
    }

    @Test
    void aGapOrARepetitionInTheSequenceStopsTheReplica() {
        service.execute(1, Batch.NULL);

        assertThatThrownBy(() -> service.execute(1, Batch.NULL)).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> service.execute(3, Batch.NULL)).isInstanceOf(IllegalStateException.class);
        assertThat(service.lastExecuted()).isEqualTo(1);
    }

    @Test
    void aRefusedOperationIsAnAgreedReplyWithItsCode() {
        ServiceReply reply = only(service.execute(1, batch(1, fifo(3, 1, 1, "reject"))));

        assertThat(reply.status()).isEqualTo(ReplyStatus.REJECTED);
        assertThat(RejectionResult.decode(reply.result())).contains(new RejectionResult("refused", "no, thanks"));
        assertThat(service.cachedReply(fifo(3, 1, 1, "reject"))).contains(reply);
    }

    @Test
    void aStateMachineThatThrowsGivesTheSameReplyEverywhereAndTheServiceGoesOn() {
        Batch batch = batch(1, fifo(3, 1, 1, "throw"), fifo(3, 1, 2, "null"), fifo(3, 1, 3, "after"));
        List<ExecutedRequest> here = service.execute(1, batch);
        ReplicatedService other = new ReplicatedService(new Journal(), LIMITS);

        assertThat(other.execute(1, batch)).isEqualTo(here);
        assertThat(here)
                .extracting(one -> one.reply().orElseThrow().status())
                .containsExactly(ReplyStatus.FAILED, ReplyStatus.FAILED, ReplyStatus.OK);
        assertThat(RejectionResult.decode(here.get(0).reply().orElseThrow().result()))
                .contains(new RejectionResult("state-machine-error", "java.lang.IllegalArgumentException"));
        assertThat(journal.lines()).containsExactly("1.2 3/1 @1 after");
    }

    @Test
    void aResultTooLargeToSendFailsTheOperationWithItsCode() {
        ServiceReply reply = only(service.execute(1, batch(1, fifo(3, 1, 1, "huge"))));

        assertThat(reply.status()).isEqualTo(ReplyStatus.FAILED);
        assertThat(RejectionResult.decode(reply.result()).orElseThrow().code()).isEqualTo("result-too-large");
    }

    @Test
    void anErrorOfTheStateMachineIsNotCaught() {
        assertThatThrownBy(() -> service.execute(1, batch(1, fifo(3, 1, 1, "error"))))
                .isInstanceOf(AssertionError.class)
                .hasMessage("this replica is broken");
    }

    @Test
    void aQueryAnswersFromTheStateAndChangesNothing() {
        service.execute(1, batch(1, fifo(3, 1, 1, "a")));
        ServiceSnapshot before = service.snapshot();

        assertThat(service.query(ByteString.copyFromUtf8("count"))).isEqualTo(ok("1"));
        assertThat(service.query(ByteString.copyFromUtf8("put")).status()).isEqualTo(ReplyStatus.REJECTED);
        assertThat(service.query(ByteString.copyFromUtf8("throw")).status()).isEqualTo(ReplyStatus.FAILED);
        assertThat(service.snapshot()).isEqualTo(before);
    }

    @Test
    void servicesFedTheSameBatchesHaveEqualDigestsAtEachSequenceNumber() {
        ReplicatedService other = new ReplicatedService(new Journal(), LIMITS);
        Random random = new Random(42);
        for (int sequence = 1; sequence <= 200; sequence++) {
            Batch batch = Step.randomBatch(random, service.sessions());
            assertThat(other.execute(sequence, batch)).isEqualTo(service.execute(sequence, batch));
            assertThat(other.snapshot().stateDigest())
                    .as("digest at %d", sequence)
                    .isEqualTo(service.snapshot().stateDigest());
        }
        assertThat(journal.lines()).hasSizeGreaterThan(100).doesNotHaveDuplicates();
    }

    @Test
    void theReplyCacheAndTheTimeArePartOfTheDigest() {
        ReplicatedService other = new ReplicatedService(new Journal(), LIMITS);
        service.execute(1, batch(1, fifo(3, 1, 1, "reject")));
        other.execute(1, batch(1, fifo(3, 1, 1, "throw")));
        assertThat(other.snapshot().stateDigest())
                .isNotEqualTo(service.snapshot().stateDigest());

        ReplicatedService later = new ReplicatedService(new Journal(), LIMITS);
        later.execute(1, batch(2, fifo(3, 1, 1, "reject")));
        assertThat(later.snapshot().stateDigest())
                .isNotEqualTo(service.snapshot().stateDigest());
    }

    private static Batch batch(long timeMillis, Request... requests) {
        return Batch.of(timeMillis, List.of(requests));
    }

    private static ServiceReply ok(String result) {
        return new ServiceReply(ReplyStatus.OK, ByteString.copyFromUtf8(result));
    }

    private static ServiceReply only(List<ExecutedRequest> executed) {
        assertThat(executed).hasSize(1);
        return executed.get(0).reply().orElseThrow();
    }
}
