package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.client.call.ClientCounter;
import org.tagma.network.transport.PeerId;

class ReplyHandlerTest {

    @Test
    void aFloodOfRepliesPausesReadingUntilTheClientHasCaughtUp() {
        Inbox inbox = new Inbox();
        ReplyHandler.Backlog backlog = new ReplyHandler.Backlog();
        ReplyHandler handler = new ReplyHandler(1, inbox, backlog);
        CoreHarness client = new CoreHarness();
        ByteString megabyte = ByteString.copyFrom(new byte[1 << 20]);

        int frames = 0;
        while (handler.acceptsMore(new PeerId.Replica(2))) {
            handler.onFrame(new PeerId.Replica(2), megabyte);
            frames++;
        }

        assertThat(frames).isBetween(30, 32);
        assertThat(backlog.mayResume()).isFalse();
        inbox.drain().forEach(input -> input.apply(client.core, client.now));
        assertThat(backlog.mayResume()).isTrue();
        assertThat(backlog.mayResume()).as("once for each pause").isFalse();
        assertThat(handler.acceptsMore(new PeerId.Replica(2))).isTrue();
        assertThat(client.count(ClientCounter.DROPPED_MALFORMED)).isEqualTo(frames);
    }
}
