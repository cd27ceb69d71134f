package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;

/** Protocols without a schema write their messages in one way, and refuse every other. */
class PayloadReaderTest {

    private static final DecodeContext CONTEXT = new DecodeContext(Samples.LIMITS, FakeSignatures.VERIFIER);

    private static final ByteString PAYLOAD = new PayloadWriter()
            .number(300)
            .flag(true)
            .digest(Samples.batch().digest())
            .batch(Samples.batch())
            .done();

    private static void read(ByteString payload, DecodeContext context) throws InvalidMessageException {
        PayloadReader reader = new PayloadReader(payload, context);
        assertThat(reader.number("view")).isEqualTo(300);
        assertThat(reader.flag("last")).isTrue();
        assertThat(reader.digest("digest")).isEqualTo(Samples.batch().digest());
        assertThat(reader.batch("batch")).isEqualTo(Samples.batch());
        reader.end();
    }

    private static void assertRefused(ByteString payload) {
        assertThatThrownBy(() -> read(payload, CONTEXT)).isInstanceOf(InvalidMessageException.class);
    }

    @Test
    void whatIsWrittenIsReadBack() throws Exception {
        read(PAYLOAD, CONTEXT);
    }

    @Test
    void anythingLessMoreOrWrittenOtherwiseIsRefused() {
        for (int size = 0; size < PAYLOAD.size(); size++) {
            assertRefused(PAYLOAD.substring(0, size));
        }
        assertRefused(PAYLOAD.concat(ByteString.copyFrom(new byte[1])));
        // 300 in three bytes instead of two.
        ByteString padded = ByteString.copyFrom(new byte[] {(byte) 0xac, (byte) 0x82, 0});
        assertRefused(padded.concat(PAYLOAD.substring(2)));
    }

    @Test
    void aBatchWithARequestThatNobodyMadeIsRefused() {
        assertThatThrownBy(() -> read(PAYLOAD, new DecodeContext(Samples.LIMITS, FakeSignatures.REFUSE_ALL)))
                .isInstanceOf(InvalidMessageException.class);
    }
}
