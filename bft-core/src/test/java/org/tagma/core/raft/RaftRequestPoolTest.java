package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.raft.RequestPool.Admission;

class RaftRequestPoolTest {

    private final RequestPool pool = new RequestPool(RaftConfig.forTests(0, 3));

    private static Request number(long number) {
        ByteString operation = ByteString.copyFromUtf8("#" + number);
        return Request.of(
                new SessionId(0, 1), number, RetrySemantics.EXACTLY_ONCE, operation, operation, ByteString.EMPTY);
    }

    @Test
    void ofASessionThatAnInstalledStateHasForgottenNothingIsWaitedFor() {
        pool.executed(new RequestOutcome(number(1), true));
        pool.admit(number(5));
        assertThat(pool.hasProposable()).isFalse();

        pool.restore(List.of());

        assertThat(pool.nextBatch(4, 1_000)).containsExactly(number(5));
    }

    /** A reply may reach the client, and its next request the leader, before the leader hears that it executed. */
    @Test
    void aFullPipelineIsCountedFromWhatWasProposedNotFromWhatWasExecutedHere() {
        int pipeline = RaftConfig.forTests(0, 3).sessionPipeline();
        pool.executed(new RequestOutcome(number(1), true));
        LongStream.rangeClosed(2, pipeline + 1).forEach(number -> pool.admit(number(number)));
        assertThat(pool.admit(number(pipeline + 2))).isEqualTo(Admission.OUT_OF_WINDOW);

        pool.nextBatch(10, 1_000_000);

        assertThat(pool.admit(number(pipeline + 11))).isEqualTo(Admission.ADDED);
        assertThat(pool.admit(number(pipeline + 12))).isEqualTo(Admission.OUT_OF_WINDOW);
    }
}
