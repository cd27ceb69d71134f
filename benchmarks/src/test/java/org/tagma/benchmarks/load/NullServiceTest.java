package org.tagma.benchmarks.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;

class NullServiceTest {

    private static final ExecutionContext CONTEXT = new ExecutionContext(1, 0, 0, new SessionId(0, 1));

    private final NullService service = new NullService();

    @ParameterizedTest
    @CsvSource({"0,0,0", "3,0,3", "1024,0,1024", "0,1,4", "2,64,4", "100,64,100"})
    void operationsHaveTheirSizeAndGetTheReplyTheyAskFor(int payload, int reply, int size) throws Exception {
        ByteString operation = NullService.operation(payload, reply);

        assertThat(operation.size()).isEqualTo(size);
        assertThat(service.apply(operation, CONTEXT).size()).isEqualTo(reply);
    }

    @Test
    void aReplyBeyondTheLimitIsRefusedAndChangesNothing() {
        ByteString before = service.snapshot();
        ByteString greedy = ByteString.copyFrom(ByteBuffer.allocate(Integer.BYTES)
                .putInt(NullService.MAX_REPLY_BYTES + 1)
                .flip());

        assertThatThrownBy(() -> service.apply(greedy, CONTEXT)).isInstanceOf(OperationRejectedException.class);
        assertThat(service.snapshot()).isEqualTo(before);
    }

    @Test
    void theStateIsWhatWasCounted() throws Exception {
        service.apply(ByteString.EMPTY, CONTEXT);
        NullService other = new NullService();
        assertThat(other.snapshot()).isNotEqualTo(service.snapshot());

        other.restore(service.snapshot());
        assertThat(other.snapshot()).isEqualTo(service.snapshot());
    }
}
