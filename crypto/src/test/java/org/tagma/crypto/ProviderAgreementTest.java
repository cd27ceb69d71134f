package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.math.BigInteger;
import java.util.List;
import java.util.stream.Collectors;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

/** Replicas with different providers must never differ on whether a signature is valid. */
final class ProviderAgreementTest {
    @Property(tries = 200)
    void allSignAlike(@ForAll @Size(32) byte[] seed, @ForAll @Size(max = 300) byte[] message) {
        List<ByteString> signatures = CryptoProviders.available().stream()
                .map(provider -> ByteString.copyFrom(provider.newKeyPair(seed).sign(message)))
                .toList();
        assertThat(signatures).containsOnly(signatures.get(0));
        List<ByteString> publicKeys = CryptoProviders.available().stream()
                .map(provider -> provider.newKeyPair(seed).publicKey())
                .toList();
        assertThat(publicKeys).containsOnly(publicKeys.get(0));
    }

    @Property(tries = 1000)
    void allGiveTheSameVerdictOnATamperedSignature(
            @ForAll @Size(32) byte[] seed, @ForAll @Size(max = 64) byte[] message, @ForAll("tampering") Tampering how) {
        SigningKey key = new BouncyCastleProvider().newKeyPair(seed);
        byte[] signature = how.apply(key.sign(message));
        assertThat(verdicts(key.publicKey(), message, signature)).hasSize(1);
    }

    @Property(tries = 300)
    void allGiveTheSameVerdictOnAnRWithASmallOrderComponent(
            @ForAll @IntRange(min = 1) int a,
            @ForAll @IntRange(min = 1) int r,
            @ForAll @IntRange(max = 7) int torsion) {
        byte[] message = {42};
        byte[] publicKey = EdwardsPoint.BASE.times(BigInteger.valueOf(a)).encode();
        byte[] signature = EdwardsPoint.sign(
                BigInteger.valueOf(a),
                BigInteger.valueOf(r),
                EdwardsPoint.SMALL_ORDER.get(torsion),
                publicKey,
                message);
        assertThat(verdicts(ByteString.copyFrom(publicKey), message, signature)).containsExactly(torsion == 0);
    }

    @Property(tries = 300)
    void allGiveTheSameVerdictOnAnyKey(@ForAll @Size(32) byte[] publicKey) {
        ByteString key = ByteString.copyFrom(publicKey);
        assertThat(CryptoProviders.available().stream()
                        .map(provider -> accepts(provider, key))
                        .collect(Collectors.toSet()))
                .hasSize(1);
    }

    private static List<Boolean> verdicts(ByteString publicKey, byte[] message, byte[] signature) {
        return CryptoProviders.available().stream()
                .map(provider -> provider.verificationKey(publicKey).verify(message, signature))
                .distinct()
                .toList();
    }

    private static boolean accepts(CryptoProvider provider, ByteString publicKey) {
        try {
            return provider.verificationKey(publicKey) != null;
        } catch (InvalidPublicKeyException e) {
            return false;
        }
    }

    /** Overwrites some bytes of a signature, none perhaps. */
    record Tampering(int offset, ByteString bytes) {
        byte[] apply(byte[] signature) {
            byte[] tampered = signature.clone();
            int length = Math.min(bytes.size(), tampered.length - offset);
            bytes.substring(0, length).copyTo(tampered, offset);
            return tampered;
        }
    }

    @Provide
    Arbitrary<Tampering> tampering() {
        Arbitrary<ByteString> bytes =
                Arbitraries.bytes().array(byte[].class).ofMaxSize(64).map(ByteString::copyFrom);
        return Combinators.combine(Arbitraries.integers().between(0, 63), bytes).as(Tampering::new);
    }
}
