package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider against RFC 8032 and against what an attacker might call a signature. */
final class Ed25519Test {
    private static final byte[] MESSAGE = "attack at dawn".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] SEED = new byte[] {
        1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30,
        31, 32
    };

    static List<CryptoProvider> providers() {
        return CryptoProviders.available();
    }

    private record Vector(
            String name, ByteString seed, ByteString publicKey, ByteString message, ByteString signature) {}

    @ParameterizedTest
    @MethodSource("providers")
    void rfc8032Vectors(CryptoProvider provider) throws IOException {
        List<Vector> vectors = vectors();
        assertThat(vectors).hasSize(5);
        for (Vector vector : vectors) {
            SigningKey key = provider.newKeyPair(vector.seed().toByteArray());
            byte[] message = vector.message().toByteArray();
            byte[] signature = vector.signature().toByteArray();
            assertThat(key.publicKey()).as(vector.name()).isEqualTo(vector.publicKey());
            assertThat(key.sign(message)).as(vector.name()).isEqualTo(signature);
            assertThat(provider.verificationKey(vector.publicKey()).verify(message, signature))
                    .as(vector.name())
                    .isTrue();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyFlippedBitOfASignatureIsNoticed(CryptoProvider provider) {
        SigningKey key = provider.newKeyPair(SEED);
        VerificationKey publicKey = provider.verificationKey(key.publicKey());
        byte[] signature = key.sign(MESSAGE);
        assertThat(publicKey.verify(MESSAGE, signature)).isTrue();
        for (int bit = 0; bit < 8 * signature.length; bit++) {
            assertThat(publicKey.verify(MESSAGE, flip(signature, bit)))
                    .as("bit " + bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void everyFlippedBitOfAMessageIsNoticed(CryptoProvider provider) {
        SigningKey key = provider.newKeyPair(SEED);
        VerificationKey publicKey = provider.verificationKey(key.publicKey());
        byte[] signature = key.sign(MESSAGE);
        for (int bit = 0; bit < 8 * MESSAGE.length; bit++) {
            assertThat(publicKey.verify(flip(MESSAGE, bit), signature))
                    .as("bit " + bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aFlippedBitOfAKeyMakesItAnotherKeyOrNone(CryptoProvider provider) {
        SigningKey key = provider.newKeyPair(SEED);
        byte[] signature = key.sign(MESSAGE);
        for (int bit = 0; bit < 256; bit++) {
            ByteString other = ByteString.copyFrom(flip(key.publicKey().toByteArray(), bit));
            assertThat(isAcceptedKey(provider, other)
                            && provider.verificationKey(other).verify(MESSAGE, signature))
                    .as("bit " + bit)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aSignatureOfWrongLengthIsRefused(CryptoProvider provider) {
        SigningKey key = provider.newKeyPair(SEED);
        VerificationKey publicKey = provider.verificationKey(key.publicKey());
        byte[] signature = key.sign(MESSAGE);
        for (int length : new int[] {0, 1, 31, 32, 33, 63, 65, 128, 1000}) {
            assertThat(publicKey.verify(MESSAGE, Arrays.copyOf(signature, length)))
                    .as("length " + length)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void sOfTheGroupOrderOrAboveIsRefused(CryptoProvider provider) {
        SigningKey key = provider.newKeyPair(SEED);
        VerificationKey publicKey = provider.verificationKey(key.publicKey());
        byte[] signature = key.sign(MESSAGE);
        BigInteger s = EdwardsPoint.fromLittleEndian(Arrays.copyOfRange(signature, 32, 64));
        for (int multiple = 1; multiple <= 14; multiple++) {
            BigInteger larger = s.add(EdwardsPoint.L.multiply(BigInteger.valueOf(multiple)));
            assertThat(publicKey.verify(MESSAGE, withS(signature, larger)))
                    .as("s + " + multiple + "L")
                    .isFalse();
        }
        for (BigInteger bad : List.of(
                EdwardsPoint.L,
                EdwardsPoint.L.add(BigInteger.ONE),
                BigInteger.TWO.pow(253),
                BigInteger.TWO.pow(256).subtract(BigInteger.ONE))) {
            assertThat(publicKey.verify(MESSAGE, withS(signature, bad)))
                    .as("s = " + bad)
                    .isFalse();
        }
        for (BigInteger wrong : List.of(BigInteger.ZERO, BigInteger.ONE, EdwardsPoint.L.subtract(BigInteger.ONE))) {
            assertThat(publicKey.verify(MESSAGE, withS(signature, wrong)))
                    .as("s = " + wrong)
                    .isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void keysOfSmallOrderAreRefused(CryptoProvider provider) {
        assertThat(EdwardsPoint.SMALL_ORDER).doesNotHaveDuplicates().hasSize(8);
        for (EdwardsPoint point : EdwardsPoint.SMALL_ORDER) {
            assertRefused(provider, point.encode(), "small order");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void keysWithASmallOrderComponentAreRefused(CryptoProvider provider) {
        EdwardsPoint good = EdwardsPoint.BASE.times(BigInteger.valueOf(4711));
        assertThat(isAcceptedKey(provider, ByteString.copyFrom(good.encode()))).isTrue();
        for (EdwardsPoint torsion : EdwardsPoint.SMALL_ORDER.subList(1, 8)) {
            assertRefused(provider, good.plus(torsion).encode(), "prime order");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void keysThatAreNotCanonicallyEncodedAreRefused(CryptoProvider provider) {
        for (int excess = 0; excess < 19; excess++) {
            BigInteger y = EdwardsPoint.P.add(BigInteger.valueOf(excess));
            assertRefused(provider, EdwardsPoint.encode(y, false), "not canonically encoded");
            assertRefused(provider, EdwardsPoint.encode(y, true), "not canonically encoded");
        }
        // x = 0 has no sign.
        assertRefused(provider, EdwardsPoint.encode(BigInteger.ONE, true), "small order");
        assertRefused(provider, EdwardsPoint.encode(EdwardsPoint.P.subtract(BigInteger.ONE), true), "small order");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void keysOffTheCurveOrOfWrongLengthAreRefused(CryptoProvider provider) {
        assertThat(EdwardsPoint.withY(BigInteger.TWO)).isNull();
        assertRefused(provider, EdwardsPoint.encode(BigInteger.TWO, false), "not a point");
        for (int length : new int[] {0, 31, 33, 64}) {
            assertRefused(provider, new byte[length], "32 bytes long");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void anROfSmallOrderIsRefused(CryptoProvider provider) {
        BigInteger a = BigInteger.valueOf(4711);
        byte[] publicKey = EdwardsPoint.BASE.times(a).encode();
        VerificationKey key = provider.verificationKey(ByteString.copyFrom(publicKey));
        for (EdwardsPoint torsion : EdwardsPoint.SMALL_ORDER) {
            // With r = 0 this is the signature that satisfies the equation, at least times the cofactor.
            byte[] signature = EdwardsPoint.sign(a, BigInteger.ZERO, torsion, publicKey, MESSAGE);
            assertThat(key.verify(MESSAGE, signature)).as("R = " + torsion).isFalse();
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void anRWithASmallOrderComponentIsRefused(CryptoProvider provider) {
        BigInteger a = BigInteger.valueOf(4711);
        byte[] publicKey = EdwardsPoint.BASE.times(a).encode();
        VerificationKey key = provider.verificationKey(ByteString.copyFrom(publicKey));
        for (int nonce = 1; nonce <= 8; nonce++) {
            BigInteger r = BigInteger.valueOf(815).pow(nonce);
            byte[] good = EdwardsPoint.sign(a, r, EdwardsPoint.IDENTITY, publicKey, MESSAGE);
            assertThat(key.verify(MESSAGE, good)).as("nonce " + nonce).isTrue();
            for (EdwardsPoint torsion : EdwardsPoint.SMALL_ORDER.subList(1, 8)) {
                byte[] signature = EdwardsPoint.sign(a, r, torsion, publicKey, MESSAGE);
                assertThat(key.verify(MESSAGE, signature))
                        .as("nonce " + nonce + " + " + torsion)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void anRThatIsNotCanonicallyEncodedIsRefused(CryptoProvider provider) {
        BigInteger a = BigInteger.valueOf(4711);
        byte[] publicKey = EdwardsPoint.BASE.times(a).encode();
        VerificationKey key = provider.verificationKey(ByteString.copyFrom(publicKey));
        for (int excess = 0; excess < 19; excess++) {
            for (boolean sign : new boolean[] {false, true}) {
                byte[] r = EdwardsPoint.encode(EdwardsPoint.P.add(BigInteger.valueOf(excess)), sign);
                // Right if R is decoded to the identity (excess 1) and hashed as it stands.
                BigInteger s = EdwardsPoint.challenge(r, publicKey, MESSAGE)
                        .multiply(a)
                        .mod(EdwardsPoint.L);
                byte[] signature = ByteString.copyFrom(r)
                        .concat(ByteString.copyFrom(EdwardsPoint.littleEndian(s)))
                        .toByteArray();
                assertThat(key.verify(MESSAGE, signature))
                        .as("y = p + " + excess)
                        .isFalse();
            }
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aSeedOfWrongLengthIsRefused(CryptoProvider provider) {
        for (int length : new int[] {0, 31, 33, 64}) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> provider.newKeyPair(new byte[length]))
                    .withMessageContaining("32 bytes long, not " + length);
        }
    }

    private static void assertRefused(CryptoProvider provider, byte[] publicKey, String reason) {
        assertThatThrownBy(() -> provider.verificationKey(ByteString.copyFrom(publicKey)))
                .isInstanceOf(InvalidPublicKeyException.class)
                .hasMessageContaining(reason);
    }

    private static boolean isAcceptedKey(CryptoProvider provider, ByteString publicKey) {
        try {
            return provider.verificationKey(publicKey).publicKey().equals(publicKey);
        } catch (InvalidPublicKeyException e) {
            return false;
        }
    }

    static byte[] flip(byte[] bytes, int bit) {
        byte[] flipped = bytes.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        return flipped;
    }

    private static byte[] withS(byte[] signature, BigInteger s) {
        byte[] changed = signature.clone();
        System.arraycopy(EdwardsPoint.littleEndian(s), 0, changed, 32, 32);
        return changed;
    }

    private static List<Vector> vectors() throws IOException {
        try (var reader = new BufferedReader(new InputStreamReader(
                Ed25519Test.class.getResourceAsStream("rfc8032-vectors.txt"), StandardCharsets.US_ASCII))) {
            return reader.lines()
                    .filter(line -> !line.startsWith("#"))
                    .map(line -> line.split("\\|"))
                    .map(field -> new Vector(field[0], hex(field[1]), hex(field[2]), hex(field[3]), hex(field[4])))
                    .toList();
        }
    }

    private static ByteString hex(String digits) {
        return ByteString.copyFrom(HexFormat.of().parseHex(digits));
    }
}
