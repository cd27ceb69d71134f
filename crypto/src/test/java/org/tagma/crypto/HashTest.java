package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.tagma.crypto.hash.Hkdf;
import org.tagma.crypto.hash.HmacSha256;
import org.tagma.crypto.hash.Sha256;

/** SHA-256 (FIPS 180-4), HMAC-SHA256 (RFC 4231) and HKDF-SHA256 (RFC 5869). */
final class HashTest {
    @Test
    void fips180Vector() {
        String abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assertThat(Sha256.digest("abc".getBytes(StandardCharsets.US_ASCII))).isEqualTo(hex(abc));
        assertThat(Sha256.digest(ByteString.copyFromUtf8("abc"))).isEqualTo(ByteString.copyFrom(hex(abc)));
    }

    @Test
    void everyKindOfByteStringIsHashedByItsContent() {
        ByteString rope = ByteString.copyFrom(new byte[200]).concat(ByteString.copyFrom(new byte[300]));
        ByteString direct = UnsafeByteOperations.unsafeWrap(ByteBuffer.allocateDirect(500));
        ByteString expected = ByteString.copyFrom(Sha256.digest(new byte[500]));
        assertThat(Sha256.digest(rope)).isEqualTo(expected);
        assertThat(Sha256.digest(direct)).isEqualTo(expected);
        assertThat(Sha256.digest(new byte[100], rope.substring(50, 450))).isEqualTo(expected.toByteArray());
    }

    @Test
    void rfc4231Vectors() {
        assertHmac(
                "0b".repeat(20), text("Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
        assertHmac(
                text("Jefe"),
                text("what do ya want for nothing?"),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
        assertHmac(
                "aa".repeat(20), "dd".repeat(50), "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
        assertHmac(
                "0102030405060708090a0b0c0d0e0f10111213141516171819",
                "cd".repeat(50),
                "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
        assertHmac(
                "aa".repeat(131),
                text("Test Using Larger Than Block-Size Key - Hash Key First"),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
        assertHmac(
                "aa".repeat(131),
                text("This is a test using a larger than block-size key and a larger than block-size data. The key"
                        + " needs to be hashed before being used by the HMAC algorithm."),
                "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
    }

    @Test
    void rfc4231VectorTruncatedTo128Bits() {
        byte[] mac = new HmacSha256(hex("0c".repeat(20))).mac(hex(text("Test With Truncation")));
        assertThat(HexFormat.of().formatHex(mac, 0, 16)).isEqualTo("a3b6167473100ee06e0c796c2955552b");
    }

    @Test
    void rfc5869TestCase1() {
        byte[] key = Hkdf.extract(hex("000102030405060708090a0b0c"), hex("0b".repeat(22)));
        assertThat(key).isEqualTo(hex("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5"));
        assertThat(Hkdf.expand(key, hex("f0f1f2f3f4f5f6f7f8f9"), 42))
                .isEqualTo(hex("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"));
    }

    @Test
    void rfc5869TestCase2() {
        byte[] key = Hkdf.extract(range(0x60, 0xaf), range(0x00, 0x4f));
        assertThat(key).isEqualTo(hex("06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244"));
        assertThat(Hkdf.expand(key, range(0xb0, 0xff), 82))
                .isEqualTo(hex("b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
                        + "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
                        + "cc30c58179ec3e87c14c01d5c1f3434f1d87"));
    }

    @Test
    void rfc5869TestCase3() {
        byte[] key = Hkdf.extract(new byte[0], hex("0b".repeat(22)));
        assertThat(key).isEqualTo(hex("19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04"));
        assertThat(Hkdf.expand(key, new byte[0], 42))
                .isEqualTo(hex("8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"));
    }

    @Test
    void hkdfGivesNoMoreThanItCan() {
        assertThat(Hkdf.expand(new byte[32], new byte[0], 255 * 32)).hasSize(8160);
        assertThatIllegalArgumentException().isThrownBy(() -> Hkdf.expand(new byte[32], new byte[0], 8161));
        assertThatIllegalArgumentException().isThrownBy(() -> Hkdf.expand(new byte[32], new byte[0], 0));
    }

    @Test
    void comparisonSeesEveryByteOfItsRangeAndNoOther() {
        ByteString presented = ByteString.copyFrom(new byte[48]);
        for (int i = 0; i < 32; i++) {
            byte[] expected = new byte[32];
            expected[i] = 1;
            assertThat(ConstantTime.equals(expected, presented, 16, 16))
                    .as("byte " + i)
                    .isEqualTo(i >= 16);
        }
    }

    private static void assertHmac(String key, String data, String mac) {
        HmacSha256 hmac = new HmacSha256(hex(key));
        assertThat(hmac.mac(hex(data))).isEqualTo(hex(mac));
        assertThat(hmac.mac(new byte[0], ByteString.copyFrom(hex(data)))).isEqualTo(hex(mac));
    }

    private static byte[] range(int first, int last) {
        byte[] bytes = new byte[last - first + 1];
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] = (byte) (first + i);
        }
        return bytes;
    }

    private static String text(String ascii) {
        return HexFormat.of().formatHex(ascii.getBytes(StandardCharsets.US_ASCII));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
