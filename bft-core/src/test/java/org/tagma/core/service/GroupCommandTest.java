package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.service.Requests.fifo;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Request;

class GroupCommandTest {

    private static final int OPERATOR = 0;
    private static final AgreedSettings FIRST = AgreedSettings.first(new ServiceLimits(4, 8), List.of(OPERATOR));

    private final Journal machine = new Journal();
    private final ReplicatedService service = new ReplicatedService(machine, FIRST);

    @Test
    void anOperatorChangesASettingAtAPlaceInTheOrder() {
        ServiceReply reply = execute(settings(OPERATOR, 1, Map.of("sessionPipeline", 2L)));

        assertThat(reply.status()).isEqualTo(ReplyStatus.OK);
        assertThat(GroupCommand.parse(reply.result()))
                .containsEntry("sessionPipeline", 2L)
                .containsEntry("maxSessionsPerClient", 4L);
        for (long number = 1; number <= 4; number++) {
            execute(fifo(1, 1, number));
        }
        assertThat(service.cachedReply(fifo(1, 1, 2)).map(ServiceReply::status)).contains(ReplyStatus.REPLY_EVICTED);
        assertThat(service.cachedReply(fifo(1, 1, 3)).map(ServiceReply::status)).contains(ReplyStatus.OK);
    }

    @Test
    void anyClientMaySeeTheSettingsAndOnlyAnOperatorChangesThem() {
        assertThat(execute(settings(7, 1, Map.of())).status()).isEqualTo(ReplyStatus.OK);
        ServiceReply refused = execute(settings(7, 2, Map.of("sessionPipeline", 2L)));

        assertThat(refused.status()).isEqualTo(ReplyStatus.REJECTED);
        assertThat(RejectionResult.decode(refused.result()).orElseThrow().message())
                .isEqualTo("client 7 is none of the operators [0]");
        assertThat(service.settings()).isEqualTo(FIRST);
    }

    @Test
    void whatCannotBeIsRefusedWithTheReasonAndChangesNothing() {
        assertThat(refusal(Map.of("pipeline", 2L))).contains("no agreed setting pipeline", "sessionPipeline");
        assertThat(refusal(Map.of("sessionPipeline", 0L))).isEqualTo("sessionPipeline is at least 1, not 0");
        assertThat(refusal(Map.of("replyBytes", 1L))).contains("replyBytes is at least", "not 1");
        assertThat(service.settings()).isEqualTo(FIRST);
    }

    @Test
    void aRecordedCommandThatIsSentAgainChangesNothing() {
        Request recorded = settings(OPERATOR, 1, Map.of("sessionPipeline", 2L));
        execute(recorded);
        execute(settings(OPERATOR, 2, Map.of("sessionPipeline", 5L)));
        execute(recorded);
        assertThat(service.settings().limits().sessionPipeline()).isEqualTo(5);
    }

    @Test
    void theNextIncarnationGoesByTheStateAndNotByItsFile() {
        execute(settings(OPERATOR, 1, Map.of("sessionPipeline", 2L)));
        ServiceSnapshot kept = service.snapshot();
        ReplicatedService next = new ReplicatedService(
                new Journal(), AgreedSettings.first(new ServiceLimits(1, 100), List.of(OPERATOR)));

        next.settingsAreOf(kept);

        assertThat(next.settings()).isEqualTo(service.settings());
        assertThat(next.settings().firstByName())
                .as("what a handshake compares")
                .isEqualTo(FIRST.firstByName());
        assertThat(next.install(kept.sequence(), kept.data(), kept.tree())).isEmpty();
        assertThat(next.settings()).isEqualTo(service.settings());
    }

    private String refusal(Map<String, Long> change) {
        ServiceReply reply = execute(settings(OPERATOR, service.lastExecuted() + 1, change));
        assertThat(reply.status()).isEqualTo(ReplyStatus.REJECTED);
        return RejectionResult.decode(reply.result()).orElseThrow().message();
    }

    private ServiceReply execute(Request request) {
        return service.execute(service.lastExecuted() + 1, Batch.of(1_000, List.of(request)))
                .get(0)
                .reply()
                .orElseThrow();
    }

    private static Request settings(int client, long number, Map<String, Long> changes) {
        return fifo(client, 1, number, GroupCommand.settings(changes).toStringUtf8());
    }
}
