package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;
import java.util.Optional;

/** Ed25519 keys in the DER encodings of RFC 8410, where all but the last 32 bytes are fixed. */
public final class Ed25519Encoding {
    /** SEQUENCE { INTEGER 0, SEQUENCE { OID 1.3.101.112 }, OCTET STRING { OCTET STRING (32 bytes follow) } }. */
    private static final ByteString PKCS8_HEADER = header("302e020100300506032b657004220420");

    /** SEQUENCE { SEQUENCE { OID 1.3.101.112 }, BIT STRING (32 bytes follow) }. */
    private static final ByteString SPKI_HEADER = header("302a300506032b6570032100");

    private static final KeyFactory KEY_FACTORY = keyFactory();

    private Ed25519Encoding() {}

    /** A PKCS#8 PrivateKeyInfo. */
    static byte[] pkcs8(byte[] seed) {
        return PKCS8_HEADER.concat(ByteString.copyFrom(seed)).toByteArray();
    }

    /** The JDK's form of a private key. */
    static PrivateKey privateKey(byte[] seed) {
        try {
            return KEY_FACTORY.generatePrivate(new PKCS8EncodedKeySpec(pkcs8(seed)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses an Ed25519 seed", e);
        }
    }

    /** The JDK's form of a checked public key. */
    static PublicKey publicKey(ByteString publicKey) {
        try {
            return KEY_FACTORY.generatePublic(
                    new X509EncodedKeySpec(SPKI_HEADER.concat(publicKey).toByteArray()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the JDK refuses an Ed25519 public key", e);
        }
    }

    /** The 32 bytes of a key in any library's form; empty if it is not an Ed25519 key. */
    public static Optional<ByteString> rawPublicKey(PublicKey publicKey) {
        byte[] encoded = publicKey.getEncoded();
        if (encoded == null || encoded.length != SPKI_HEADER.size() + CryptoProvider.KEY_BYTES) {
            return Optional.empty();
        }
        ByteString bytes = ByteString.copyFrom(encoded);
        return bytes.startsWith(SPKI_HEADER) ? Optional.of(bytes.substring(SPKI_HEADER.size())) : Optional.empty();
    }

    private static ByteString header(String hex) {
        return ByteString.copyFrom(HexFormat.of().parseHex(hex));
    }

    private static KeyFactory keyFactory() {
        try {
            return KeyFactory.getInstance("Ed25519");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("this JDK has no Ed25519 keys, although every JDK since 15 has", e);
        }
    }
}
