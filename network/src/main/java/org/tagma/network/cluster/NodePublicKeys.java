package org.tagma.network.cluster;

import com.google.protobuf.ByteString;
import org.tagma.protocol.InvalidSettingException;

/**
 * A node's public keys, as bytes; whether they are good points is for the cryptography to say.
 *
 * @param ed25519 checks signatures, 32 bytes
 * @param x25519 agrees on pairwise keys, 32 bytes
 */
public record NodePublicKeys(ByteString ed25519, ByteString x25519) {
    static final int KEY_BYTES = 32;

    public NodePublicKeys {
        check("ed25519", ed25519);
        check("x25519", x25519);
    }

    private static void check(String key, ByteString value) {
        if (value.size() != KEY_BYTES) {
            throw new InvalidSettingException(key, "must be 32 bytes (64 hexadecimal digits), not " + value.size());
        }
    }
}
