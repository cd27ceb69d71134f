package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The handshake against published test vectors, and against one who changes, repeats or leaves out messages. */
final class NoiseIkTest {
    private static final CryptoProvider PROVIDER = new BouncyCastleProvider();

    // The vector of the Noise libraries flynn/noise and snow for this protocol.
    private static final ByteString PROLOGUE = hex("6e6f74736563726574");
    private static final byte[] INITIATOR_STATIC =
            bytes("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
    private static final byte[] INITIATOR_EPHEMERAL =
            bytes("202122232425262728292a2b2c2d2e2f303132333435363738393a3b3c3d3e3f");
    private static final byte[] RESPONDER_STATIC =
            bytes("0102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20");
    private static final byte[] RESPONDER_EPHEMERAL =
            bytes("4142434445464748494a4b4c4d4e4f505152535455565758595a5b5c5d5e5f60");

    private final NoiseIk initiator = initiator(PROLOGUE);
    private final NoiseIk responder = responder(PROLOGUE, PROVIDER.x25519PublicKey(INITIATOR_STATIC));

    private static NoiseIk initiator(ByteString prologue) {
        return new NoiseIk(
                true,
                PROVIDER,
                INITIATOR_STATIC,
                PROVIDER.x25519PublicKey(RESPONDER_STATIC),
                INITIATOR_EPHEMERAL,
                prologue);
    }

    private static NoiseIk responder(ByteString prologue, byte[] expected) {
        return new NoiseIk(false, PROVIDER, RESPONDER_STATIC, expected, RESPONDER_EPHEMERAL, prologue);
    }

    @Test
    void thePublishedVectorComesOutByteForByte() {
        ByteString first = initiator.write(hex("746573745f6d73675f30"));
        assertThat(first)
                .isEqualTo(hex("358072d6365880d1aeea329adf9121383851ed21a28e3b75e965d0d2cd16625419d6fab175300a57"
                        + "7115c701c41ed681373f0432f81d3bf8676bd05216cd1919e61b75ccef0c0cf0b216fcdf371d0859e6d8177a"
                        + "a9777fe9b8435bb6f8202c3acd9051a9aee0a63e76f6"));
        assertThat(first.size()).isEqualTo("test_msg_0".length() + NoiseIk.FIRST_OVERHEAD_BYTES);
        assertThat(responder.read(first)).contains(ByteString.copyFromUtf8("test_msg_0"));

        ByteString second = responder.write(hex("746573745f6d73675f31"));
        assertThat(second)
                .isEqualTo(hex("64b101b1d0be5a8704bd078f9895001fc03e8e9f9522f188dd128d9846d4846658a7bb8caac50978"
                        + "33909e90778571d34ce0e5b6ea4c3a76f102"));
        assertThat(initiator.read(second)).contains(ByteString.copyFromUtf8("test_msg_1"));

        NoiseIk.Ciphers ofInitiator = initiator.split();
        NoiseIk.Ciphers ofResponder = responder.split();
        assertThat(seal(ofInitiator.outbound(), "79656c6c6f777375626d6172696e65"))
                .isEqualTo("80a75e75c8e8d2e9c2a6c7bc6e550c4997d6d2b45429a530821c4aa5d36f27");
        assertThat(seal(ofResponder.outbound(), "7375626d6172696e6579656c6c6f77"))
                .isEqualTo("b8475410da62a98493d33a1e669f8f56dd8f61d449b53bd375299c3435424a");
    }

    private static String seal(NoiseCipher cipher, String plaintext) {
        byte[] text = bytes(plaintext);
        byte[] room = new byte[text.length + NoiseCipher.TAG_BYTES];
        System.arraycopy(text, 0, room, 0, text.length);
        assertThat(cipher.seal(room, 0, text.length)).isEqualTo(room.length);
        return HexFormat.of().formatHex(room);
    }

    @Test
    void anotherPrologueFails() {
        NoiseIk other = responder(hex("6e6f74"), PROVIDER.x25519PublicKey(INITIATOR_STATIC));
        assertThat(other.read(initiator.write(ByteString.EMPTY))).isEmpty();
    }

    @Test
    void anotherMembersStaticKeyFails() {
        NoiseIk other = responder(PROLOGUE, PROVIDER.x25519PublicKey(RESPONDER_EPHEMERAL));
        assertThat(other.read(initiator.write(ByteString.EMPTY))).isEmpty();
    }

    @Test
    void anyChangedByteOfEitherMessageFails() {
        ByteString first = initiator.write(ByteString.copyFromUtf8("settings"));
        for (int at = 0; at < first.size(); at++) {
            NoiseIk fresh = responder(PROLOGUE, PROVIDER.x25519PublicKey(INITIATOR_STATIC));
            assertThat(fresh.read(changed(first, at))).as("byte %d", at).isEmpty();
        }
        assertThat(responder.read(first)).isPresent();
        ByteString second = responder.write(ByteString.EMPTY);
        for (int at = 0; at < second.size(); at++) {
            NoiseIk fresh = initiator(PROLOGUE);
            fresh.write(ByteString.copyFromUtf8("settings"));
            assertThat(fresh.read(changed(second, at))).as("byte %d", at).isEmpty();
        }
    }

    @Test
    void messagesThatAreTooShortFail() {
        for (int length = 0; length < NoiseIk.FIRST_OVERHEAD_BYTES; length++) {
            assertThat(responder(PROLOGUE, PROVIDER.x25519PublicKey(INITIATOR_STATIC))
                            .read(ByteString.copyFrom(new byte[length])))
                    .isEmpty();
        }
    }

    @Test
    void aSealedMessageIsWorthNothingTwiceOrOutOfOrderOrInTheOtherDirection() {
        responder.read(initiator.write(ByteString.EMPTY));
        initiator.read(responder.write(ByteString.EMPTY));
        NoiseIk.Ciphers ofInitiator = initiator.split();
        NoiseIk.Ciphers ofResponder = responder.split();
        byte[] first = bytes(seal(ofInitiator.outbound(), "01"));
        byte[] second = bytes(seal(ofInitiator.outbound(), "01"));

        assertThat(ofInitiator.inbound().open(first.clone(), 0, first.length))
                .as("reflected")
                .isEqualTo(-1);
        assertThat(ofResponder.inbound().open(second.clone(), 0, second.length))
                .as("the second before the first")
                .isEqualTo(-1);
        assertThat(ofResponder.inbound().open(first.clone(), 0, first.length)).isEqualTo(1);
        assertThat(ofResponder.inbound().open(first.clone(), 0, first.length))
                .as("again")
                .isEqualTo(-1);
        assertThat(ofResponder.inbound().open(second, 0, second.length)).isEqualTo(1);
        assertThat(ofResponder.inbound().open(new byte[15], 0, 15)).isEqualTo(-1);
    }

    @Test
    void keysAreReplacedOnBothSidesAtTheSameMessage() {
        NoiseCipher sender = new NoiseCipher(new byte[32]);
        NoiseCipher receiver = new NoiseCipher(new byte[32]);
        byte[] room = new byte[1 + NoiseCipher.TAG_BYTES];
        for (long i = 0; i < NoiseCipher.REKEY_INTERVAL + 2; i++) {
            sender.seal(room, 0, 1);
            assertThat(receiver.open(room, 0, room.length)).isEqualTo(1);
        }
    }

    @Test
    void everyHandshakeHasAnEphemeralKeyOfItsOwn() {
        ConnectionKeys keys = TestKeys.connectionKeys(0);
        ByteString first =
                keys.initiate(TestKeys.replica(1), PROLOGUE).orElseThrow().write(ByteString.EMPTY);
        ByteString second =
                keys.initiate(TestKeys.replica(1), PROLOGUE).orElseThrow().write(ByteString.EMPTY);
        assertThat(first.substring(0, CryptoProvider.KEY_BYTES))
                .isNotEqualTo(second.substring(0, CryptoProvider.KEY_BYTES));
    }

    @Test
    void aProofIsForOnePeerInOneDirectionOverOneTranscript() {
        ConnectionKeys zero = TestKeys.connectionKeys(0);
        ConnectionKeys one = TestKeys.connectionKeys(1);
        ByteString proof = zero.prove(TestKeys.replica(1), PROLOGUE);
        assertThat(one.verify(TestKeys.replica(0), PROLOGUE, proof)).isTrue();
        assertThat(one.verify(TestKeys.replica(0), ByteString.EMPTY, proof)).isFalse();
        assertThat(one.verify(TestKeys.replica(2), PROLOGUE, proof)).isFalse();
        assertThat(one.verify(TestKeys.replica(99), PROLOGUE, proof)).isFalse();
        assertThat(zero.verify(TestKeys.replica(1), PROLOGUE, proof)).isFalse();
        assertThat(TestKeys.connectionKeys(2).verify(TestKeys.replica(0), PROLOGUE, proof))
                .isFalse();
    }

    private static ByteString changed(ByteString message, int at) {
        byte[] bytes = message.toByteArray();
        bytes[at] ^= 1;
        return ByteString.copyFrom(bytes);
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex);
    }

    private static ByteString hex(String hex) {
        return ByteString.copyFrom(bytes(hex));
    }
}
