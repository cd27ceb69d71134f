package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.Provider;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.Arrays;

/**
 * The Amazon Corretto Crypto Provider: Ed25519 in native code, three to five times as fast as
 * {@link BouncyCastleProvider}. An optional dependency, of few platforms, so it is looked up by name and may be
 * missing. X25519, which runs once per peer, stays with Bouncy Castle. Thread-safe.
 */
public final class CorrettoProvider implements CryptoProvider {
    /** The name of this provider. */
    public static final String NAME = "corretto";

    private static final String PROVIDER_CLASS = "com.amazon.corretto.crypto.provider.AmazonCorrettoCryptoProvider";
    private static final String ALGORITHM = "Ed25519";

    private final BouncyCastleProvider portable = new BouncyCastleProvider();

    /** One object per thread: re-initialising it is free, while making one costs as much as a signature. */
    private final ThreadLocal<Signature> signatures;

    private CorrettoProvider(Provider provider) {
        this.signatures = ThreadLocal.withInitial(() -> newSignature(provider));
    }

    /**
     * Loads the native library and makes sure that it works.
     *
     * @throws UnavailableException with the reason, if it does not
     */
    static CorrettoProvider load() throws UnavailableException {
        try {
            Class<?> providerClass = Class.forName(PROVIDER_CLASS);
            Provider provider = (Provider) providerClass.getField("INSTANCE").get(null);
            providerClass.getMethod("assertHealthy").invoke(provider);
            CorrettoProvider loaded = new CorrettoProvider(provider);
            loaded.checkAgainstBouncyCastle();
            return loaded;
        } catch (ClassNotFoundException e) {
            throw new UnavailableException("it is not on the class path", e);
        } catch (ReflectiveOperationException | LinkageError | RuntimeException e) {
            Throwable cause = e.getCause() == null ? e : e.getCause();
            throw new UnavailableException(cause.toString(), e);
        }
    }

    private void checkAgainstBouncyCastle() {
        byte[] seed = new byte[SEED_BYTES];
        SigningKey key = newKeyPair(seed);
        byte[] message = {1, 2, 3};
        byte[] signature = key.sign(message);
        if (!Arrays.equals(signature, portable.newKeyPair(seed).sign(message))
                || !verificationKey(key.publicKey()).verify(message, signature)) {
            throw new IllegalStateException("its signatures are wrong");
        }
    }

    @Override
    public String name() {
        return NAME;
    }

    @Override
    public String toString() {
        return NAME;
    }

    @Override
    public SigningKey newKeyPair(byte[] seed) {
        ByteString publicKey = portable.newKeyPair(seed).publicKey();
        return new NativeSigningKey(publicKey, Ed25519Encoding.privateKey(seed));
    }

    @Override
    public VerificationKey verificationKey(ByteString publicKey) {
        Ed25519Rules.checkPublicKey(publicKey);
        return new NativeVerificationKey(publicKey);
    }

    @Override
    public byte[] x25519PublicKey(byte[] privateKey) {
        return portable.x25519PublicKey(privateKey);
    }

    @Override
    public byte[] x25519(byte[] privateKey, byte[] publicKey) {
        return portable.x25519(privateKey, publicKey);
    }

    private static Signature newSignature(Provider provider) {
        try {
            return Signature.getInstance(ALGORITHM, provider);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private final class NativeSigningKey implements SigningKey {
        private final ByteString publicKey;
        private final PrivateKey privateKey;

        NativeSigningKey(ByteString publicKey, PrivateKey privateKey) {
            this.publicKey = publicKey;
            this.privateKey = privateKey;
        }

        @Override
        public ByteString publicKey() {
            return publicKey;
        }

        @Override
        public byte[] sign(byte[] message) {
            Signature signature = signatures.get();
            try {
                signature.initSign(privateKey);
                signature.update(message);
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a valid key cannot sign", e);
            }
        }
    }

    private final class NativeVerificationKey extends VerificationKey {
        private final PublicKey nativeKey;

        NativeVerificationKey(ByteString publicKey) {
            super(publicKey);
            this.nativeKey = Ed25519Encoding.publicKey(publicKey);
        }

        @Override
        boolean satisfiesEquation(byte[] message, byte[] signatureBytes) {
            Signature signature = signatures.get();
            try {
                signature.initVerify(nativeKey);
                signature.update(message);
                return signature.verify(signatureBytes);
            } catch (SignatureException e) {
                // The library's way to say that R is not on the curve.
                return false;
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("a checked key cannot verify", e);
            }
        }
    }

    /** Why the provider cannot be used here. */
    static final class UnavailableException extends Exception {
        private static final long serialVersionUID = 1L;

        UnavailableException(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
