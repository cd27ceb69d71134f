package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/**
 * The two public keys of a node, as the cluster file lists them. Both are checked when the record is made.
 *
 * <p>Immutable.
 *
 * @param ed25519 32 bytes: signs messages and TLS handshakes
 * @param x25519 32 bytes: agrees on pairwise MAC keys
 */
public record PublicKeys(ByteString ed25519, ByteString x25519) {
    /** @throws InvalidPublicKeyException if one of the keys is none of a correct node */
    public PublicKeys {
        Ed25519Rules.checkPublicKey(ed25519);
        // Any scalar shows a key of small order, since X25519 makes every scalar a multiple of the cofactor.
        CheckScalar.PROVIDER.x25519(CheckScalar.ZERO, x25519.toByteArray());
    }

    /**
     * From 64 hexadecimal digits each.
     *
     * @throws InvalidPublicKeyException if one of them is no hexadecimal number, or not the key of a correct node
     */
    public static PublicKeys fromHex(String ed25519, String x25519) {
        return new PublicKeys(parse("Ed25519", ed25519), parse("X25519", x25519));
    }

    /** The Ed25519 key as 64 hexadecimal digits. */
    public String ed25519Hex() {
        return HexFormat.of().formatHex(ed25519.toByteArray());
    }

    /** The X25519 key as 64 hexadecimal digits. */
    public String x25519Hex() {
        return HexFormat.of().formatHex(x25519.toByteArray());
    }

    @Override
    public String toString() {
        return "PublicKeys[ed25519=" + ed25519Hex() + ", x25519=" + x25519Hex() + "]";
    }

    private static ByteString parse(String kind, String hex) {
        if (hex.length() != 2 * CryptoProvider.KEY_BYTES) {
            throw new InvalidPublicKeyException("an " + kind + " public key is written as "
                    + 2 * CryptoProvider.KEY_BYTES + " hexadecimal digits, not " + hex.length());
        }
        try {
            return ByteString.copyFrom(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new InvalidPublicKeyException(
                    "the " + kind + " public key has a character that is no hexadecimal digit");
        }
    }

    private static final class CheckScalar {
        static final CryptoProvider PROVIDER = new BouncyCastleProvider();
        static final byte[] ZERO = new byte[CryptoProvider.KEY_BYTES];
    }
}
