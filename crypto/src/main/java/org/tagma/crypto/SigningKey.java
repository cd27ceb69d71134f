package org.tagma.crypto;

import com.google.protobuf.ByteString;

/** An Ed25519 key pair, ready to sign. Made by {@link CryptoProvider#newKeyPair}. Thread-safe. */
public interface SigningKey {
    /** The 32-byte public key. */
    ByteString publicKey();

    /** The 64-byte signature of the message: pure Ed25519, deterministic, no context. */
    byte[] sign(byte[] message);
}
