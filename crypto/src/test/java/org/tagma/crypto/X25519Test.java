package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every provider against RFC 7748. */
final class X25519Test {
    static List<CryptoProvider> providers() {
        return CryptoProviders.available();
    }

    @ParameterizedTest
    @MethodSource("providers")
    void rfc7748Section52Vectors(CryptoProvider provider) {
        assertAgreement(
                provider,
                "a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4",
                "e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c",
                "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
        assertAgreement(
                provider,
                "4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d",
                "e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493",
                "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
    }

    @ParameterizedTest
    @MethodSource("providers")
    void rfc7748IteratedVectors(CryptoProvider provider) {
        byte[] k = hex("0900000000000000000000000000000000000000000000000000000000000000");
        byte[] u = k;
        for (int iteration = 1; iteration <= 1000; iteration++) {
            byte[] next = provider.x25519(k, u);
            u = k;
            k = next;
            if (iteration == 1) {
                assertThat(k).isEqualTo(hex("422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079"));
            }
        }
        assertThat(k).isEqualTo(hex("684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51"));
    }

    @ParameterizedTest
    @MethodSource("providers")
    void rfc7748DiffieHellman(CryptoProvider provider) {
        String alicePrivate = "77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a";
        String alicePublic = "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
        String bobPrivate = "5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb";
        String bobPublic = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
        String shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
        assertThat(provider.x25519PublicKey(hex(alicePrivate))).isEqualTo(hex(alicePublic));
        assertThat(provider.x25519PublicKey(hex(bobPrivate))).isEqualTo(hex(bobPublic));
        assertAgreement(provider, alicePrivate, bobPublic, shared);
        assertAgreement(provider, bobPrivate, alicePublic, shared);
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aPublicKeyOfSmallOrderIsRefused(CryptoProvider provider) {
        byte[] privateKey = hex("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
        for (String smallOrder : List.of(
                "0000000000000000000000000000000000000000000000000000000000000000",
                "0100000000000000000000000000000000000000000000000000000000000000",
                "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
                "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
                "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
                "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f")) {
            assertThatThrownBy(() -> provider.x25519(privateKey, hex(smallOrder)))
                    .as(smallOrder)
                    .isInstanceOf(InvalidPublicKeyException.class)
                    .hasMessageContaining("small order");
        }
    }

    @ParameterizedTest
    @MethodSource("providers")
    void aKeyOfWrongLengthIsRefused(CryptoProvider provider) {
        assertThatThrownBy(() -> provider.x25519(new byte[32], new byte[31]))
                .isInstanceOf(InvalidPublicKeyException.class)
                .hasMessageContaining("not 31");
        assertThatThrownBy(() -> provider.x25519(new byte[33], new byte[32]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("not 33");
    }

    private static void assertAgreement(CryptoProvider provider, String privateKey, String publicKey, String shared) {
        assertThat(provider.x25519(hex(privateKey), hex(publicKey))).isEqualTo(hex(shared));
    }

    private static byte[] hex(String digits) {
        return HexFormat.of().parseHex(digits);
    }
}
