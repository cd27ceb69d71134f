package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.core.service.Requests.atLeastOnce;
import static org.tagma.core.service.Requests.atMostOnce;
import static org.tagma.core.service.Requests.fifo;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SessionTable.Handling;

class SessionTableTest {

    private static final Handling EXECUTE = new Handling.Execute();
    private static final Handling WAIT = new Handling.Wait();

    private final SessionTable table = new SessionTable(new ServiceLimits(2, 3));

    @Test
    void theFirstRequestOpensItsSession() {
        assertThat(table.judge(fifo(7, 5, 1))).isEqualTo(EXECUTE);
        assertThat(table.progress()).isEmpty();

        execute(fifo(7, 5, 1));

        assertThat(table.progress()).containsExactly(new SessionProgress(new SessionId(7, 5), 2, 0));
    }

    @Test
    void anUnorderedRequestOpensItsSessionWithAnyNumber() {
        execute(atMostOnce(7, 5, 40));

        assertThat(table.progress()).containsExactly(new SessionProgress(new SessionId(7, 5), 1, 40));
        assertThat(table.judge(fifo(7, 5, 1))).isEqualTo(EXECUTE);
    }

    @Test
    void aLaterNumberOfAnUnopenedSessionWaitsForItsFirst() {
        assertThat(table.judge(fifo(7, 5, 2))).isEqualTo(WAIT);

        execute(fifo(7, 5, 1));

        assertThat(table.judge(fifo(7, 5, 2))).isEqualTo(EXECUTE);
    }

    @Test
    void aNumberAheadOfTheNextWaits() {
        execute(fifo(7, 5, 1));

        assertThat(table.judge(fifo(7, 5, 3))).isEqualTo(WAIT);
    }

    @Test
    void aDuplicateGetsTheReplyOfItsOneExecution() {
        execute(fifo(7, 5, 1));
        execute(fifo(7, 5, 2));

        assertThat(table.judge(fifo(7, 5, 1))).isEqualTo(new Handling.Answer(replyTo(fifo(7, 5, 1))));
        assertThat(table.judge(fifo(7, 5, 2))).isEqualTo(new Handling.Answer(replyTo(fifo(7, 5, 2))));
    }

    @Test
    void theLastRepliesOfThePipelineAreKeptAndOlderOnesAreEvicted() {
        for (long number = 1; number <= 8; number++) {
            execute(fifo(7, 5, number));
        }

        assertThat(table.judge(fifo(7, 5, 5))).isEqualTo(new Handling.Answer(ServiceReply.EVICTED));
        for (long number = 6; number <= 8; number++) {
            assertThat(table.judge(fifo(7, 5, number))).isEqualTo(new Handling.Answer(replyTo(fifo(7, 5, number))));
        }
    }

    @Test
    void unorderedNumbersMayLeaveGapsButNeverGoBack() {
        execute(atMostOnce(7, 5, 3));

        assertThat(table.judge(atMostOnce(7, 5, 3))).isEqualTo(new Handling.Answer(ServiceReply.STALE));
        assertThat(table.judge(atLeastOnce(7, 5, 2))).isEqualTo(new Handling.Answer(ServiceReply.STALE));
        assertThat(table.judge(atLeastOnce(7, 5, 9))).isEqualTo(EXECUTE);
    }

    @Test
    void theTwoLanesOfASessionDoNotTouchEachOther() {
        execute(atMostOnce(7, 5, 100));
        execute(fifo(7, 5, 1));
        execute(fifo(7, 5, 2));

        assertThat(table.progress()).containsExactly(new SessionProgress(new SessionId(7, 5), 3, 100));
    }

    @Test
    void aSessionOlderThanTheNewestThatWasNeverOpenedIsExpired() {
        execute(fifo(7, 5, 1));

        assertThat(table.judge(fifo(7, 4, 1))).isEqualTo(expired(5));
        assertThat(table.judge(atMostOnce(7, 4, 1))).isEqualTo(expired(5));
    }

    @Test
    void anExpiryNamesTheNewestSessionAndTheHighestEvictedEightBytesEach() {
        assertThat(ServiceReply.sessionExpired(0x0102030405060708L, 9).result())
                .isEqualTo(ByteString.copyFrom(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 0, 0, 0, 0, 0, 0, 0, 9}));
    }

    @Test
    void theSessionThatExecutedNothingForTheLongestTimeIsEvicted() {
        execute(fifo(7, 1, 1));
        execute(fifo(7, 2, 1));
        execute(fifo(7, 1, 2));

        execute(fifo(7, 3, 1));

        assertThat(table.progress())
                .containsExactly(
                        new SessionProgress(new SessionId(7, 1), 3, 0), new SessionProgress(new SessionId(7, 3), 2, 0));
        assertThat(table.judge(fifo(7, 2, 2))).isEqualTo(expired(3, 2));
    }

    @Test
    void aReplayedDuplicateDoesNotKeepItsSessionAlive() {
        execute(fifo(7, 1, 1));
        execute(fifo(7, 2, 1));
        assertThat(table.judge(fifo(7, 1, 1))).isInstanceOf(Handling.Answer.class);

        execute(fifo(7, 3, 1));

        assertThat(table.progress())
                .extracting(SessionProgress::session)
                .containsExactly(new SessionId(7, 2), new SessionId(7, 3));
    }

    @Test
    void noRequestOfAnEvictedSessionIsExecutedAgain() {
        execute(fifo(7, 1, 1));
        execute(atMostOnce(7, 1, 1));
        execute(fifo(7, 2, 1));
        execute(fifo(7, 3, 1));

        assertThat(table.judge(fifo(7, 1, 1))).isEqualTo(expired(3, 1));
        assertThat(table.judge(fifo(7, 1, 2))).isEqualTo(expired(3, 1));
        assertThat(table.judge(atMostOnce(7, 1, 1))).isEqualTo(expired(3, 1));
    }

    @Test
    void clientsDoNotEvictEachOthersSessions() {
        for (int client = 0; client < 10; client++) {
            execute(fifo(client, 1, 1));
        }

        assertThat(table.progress()).hasSize(10);
    }

    @Test
    void numbersAndSessionsBelowOneAreAnsweredAndOpenNothing() {
        assertThat(table.judge(fifo(7, 0, 1))).isEqualTo(expired(0));
        assertThat(table.judge(fifo(7, Long.MIN_VALUE, 1))).isEqualTo(expired(0));
        assertThat(table.judge(fifo(7, 5, 0))).isEqualTo(new Handling.Answer(ServiceReply.EVICTED));
        assertThat(table.judge(fifo(7, 5, Long.MIN_VALUE))).isEqualTo(new Handling.Answer(ServiceReply.EVICTED));
        assertThat(table.judge(atMostOnce(7, 5, 0))).isEqualTo(new Handling.Answer(ServiceReply.STALE));
        assertThat(table.progress()).isEmpty();
    }

    @Test
    void executingWhatTheRulesForbidIsABug() {
        execute(fifo(7, 1, 1));

        assertThatThrownBy(() -> execute(fifo(7, 1, 1))).isInstanceOf(IllegalStateException.class);
        assertThatThrownBy(() -> execute(fifo(7, 1, 3))).isInstanceOf(IllegalStateException.class);
    }

    private void execute(Request request) {
        table.executed(request, replyTo(request));
    }

    private static ServiceReply replyTo(Request request) {
        return new ServiceReply(ReplyStatus.OK, request.operation());
    }

    private static Handling expired(long newest) {
        return expired(newest, 0);
    }

    private static Handling expired(long newest, long highestEvicted) {
        return new Handling.Answer(ServiceReply.sessionExpired(newest, highestEvicted));
    }
}
