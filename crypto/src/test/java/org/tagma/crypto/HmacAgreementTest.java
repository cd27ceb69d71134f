package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.Size;
import org.tagma.crypto.hash.HmacSha256;

/** Our HMAC, which keeps the state after the padded key, against the JDK's, which does not. */
final class HmacAgreementTest {
    @Property(tries = 300)
    void hmacAgreesWithTheJdk(
            @ForAll @Size(min = 1, max = 100) byte[] key,
            @ForAll @Size(max = 100) byte[] prefix,
            @ForAll @Size(max = 300) byte[] payload)
            throws Exception {
        Mac jdk = Mac.getInstance("HmacSHA256");
        jdk.init(new SecretKeySpec(key, "HmacSHA256"));
        jdk.update(prefix);
        byte[] expected = jdk.doFinal(payload);
        HmacSha256 hmac = new HmacSha256(key);
        assertThat(hmac.mac(prefix, ByteString.copyFrom(payload))).isEqualTo(expected);
        assertThat(hmac.mac(prefix, ByteString.copyFrom(payload)))
                .as("used again")
                .isEqualTo(expected);
    }
}
