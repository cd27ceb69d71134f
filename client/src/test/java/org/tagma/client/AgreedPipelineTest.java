package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.client.CoreHarness.bytes;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.tagma.client.CoreHarness.Result;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.OverloadedException;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.ClientMessage.RequestKind;
import org.tagma.core.service.GroupCommand;

class AgreedPipelineTest {

    private static final ByteString QUESTION = GroupCommand.settings(Map.of());
    private static final int[] TWO = {1, 2};

    private final CoreHarness client = new CoreHarness();

    @BeforeEach
    void follow() {
        client.core.followAgreedPipeline();
    }

    @Test
    void oneCallAtATimeAsksNothing() {
        client.invoke("a");
        client.replyFrom(TWO, 1, "ok");
        client.invoke("b");
        assertThat(operations()).containsExactly(bytes("a"), bytes("b"));
    }

    @Test
    void noMoreAreUnderWayThanTheGroupHasAgreedOnWhateverTheFileSays() {
        Result first = client.invoke("a");
        List.of("b", "c", "d", "e").forEach(client::invoke);
        assertThat(operations()).containsExactly(bytes("a"), QUESTION);

        client.replyFrom(TWO, 1, "ok");
        client.replyFrom(TWO, 2, "maxSessionsPerClient=4\nsessionPipeline=3\n");
        client.passMillis(0);

        assertThat(first.value).isEqualTo(bytes("ok"));
        assertThat(operations()).containsExactly(bytes("b"), bytes("c"), bytes("d"));
    }

    @Test
    void aServiceThatDoesNotAnswerLeavesTheClientWithWhatItWasTold() {
        List.of("a", "b", "c").forEach(client::invoke);
        operations();
        for (int replica : TWO) {
            client.reply(replica, 0, RequestKind.FIFO, 2, ReplyStatus.FAILED, ByteString.EMPTY);
        }
        client.passMillis(0);
        assertThat(operations()).containsExactly(bytes("b"), bytes("c"));
    }

    @Test
    void theGroupIsAskedAgainOnceAReplyWasDropped() {
        List.of("a", "b").forEach(client::invoke);
        client.replyFrom(TWO, 1, "ok");
        client.replyFrom(TWO, 2, "sessionPipeline=256\n");
        client.passMillis(0);
        operations();
        for (int replica : TWO) {
            client.reply(replica, 0, RequestKind.FIFO, 3, ReplyStatus.REPLY_EVICTED, ByteString.EMPTY);
        }
        List.of("c", "d").forEach(client::invoke);
        assertThat(operations()).containsExactly(bytes("c"), QUESTION);
    }

    @Test
    void callsThatWaitForTheAnswerTakeNoPlaceOfTheQueue() {
        CoreHarness small = new CoreHarness(new ClientOptions(1_000, 100, 3, 0), false, false);
        small.core.followAgreedPipeline();
        Result[] calls = {small.invoke("a"), small.invoke("b"), small.invoke("c"), small.invoke("d")};
        assertThat(calls[1].isDone() || calls[2].isDone()).isFalse();
        assertThat(calls[3].failure).isInstanceOf(OverloadedException.class);
    }

    /** What was sent since the last time, each once. */
    private List<ByteString> operations() {
        return client.takeSent().stream()
                .map(sent -> sent.request().operation())
                .distinct()
                .toList();
    }
}
