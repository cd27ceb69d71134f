package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class RejectionResultTest {

    @Test
    void whatIsEncodedIsDecoded() {
        RejectionResult result = new RejectionResult("no-such-account", "π is not an account");

        assertThat(RejectionResult.decode(result.encode())).contains(result);
    }

    @Test
    void theEncodingIsTheLengthOfTheCodeTheCodeAndTheMessage() {
        assertThat(new RejectionResult("ab", "c").encode())
                .isEqualTo(ByteString.copyFrom(new byte[] {0, 0, 0, 2, 'a', 'b', 'c'}));
    }

    @Test
    void bytesThatAreNoSuchEncodingAreAValueToo() {
        assertThat(RejectionResult.decode(ByteString.EMPTY)).isEmpty();
        assertThat(RejectionResult.decode(ByteString.copyFrom(new byte[] {0, 0, 0, 1})))
                .isEmpty();
        assertThat(RejectionResult.decode(ByteString.copyFrom(new byte[] {-1, 0, 0, 0, 1})))
                .isEmpty();
        assertThat(RejectionResult.decode(ByteString.copyFrom(new byte[] {0, 0, 0, 1, (byte) 0xff})))
                .isEmpty();
    }

    @Property(tries = 200)
    void anyBytesDecodeToWhatEncodesToThemOrToNothing(@ForAll byte[] bytes) {
        RejectionResult.decode(ByteString.copyFrom(bytes))
                .ifPresent(result -> assertThat(result.encode()).isEqualTo(ByteString.copyFrom(bytes)));
    }
}
