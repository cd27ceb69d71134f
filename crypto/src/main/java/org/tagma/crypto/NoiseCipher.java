package org.tagma.crypto;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * One direction's key and counter: the CipherState of the Noise specification (revision 34, 5.1) with AES-256-GCM,
 * which the JDK runs on the processor's own instructions. The counter is never sent, so what is left out, repeated or
 * put in another order fails as surely as what is changed.
 *
 * <p>Not thread-safe: a direction of a connection belongs to one thread at a time.
 */
public final class NoiseCipher {
    /** What sealing adds to a message, in bytes. */
    public static final int TAG_BYTES = 16;

    /** The longest sealed message, in bytes (Noise, 3). */
    public static final int MAX_SEALED_BYTES = 65_535;

    /** After so many messages the key is replaced by a one-way function of itself (Noise, 4.2 and 11.3). */
    static final long REKEY_INTERVAL = 1L << 20;

    private static final byte[] NOTHING = new byte[0];
    private static final int NONCE_BYTES = 12;
    private static final int COUNTER_OFFSET = 4;
    private static final int KEY_BYTES = 32;
    private static final long REKEY_NONCE = -1L;

    private final Cipher cipher = newCipher();
    private final ByteBuffer nonce = ByteBuffer.allocate(NONCE_BYTES);
    private SecretKeySpec key;
    private long counter;

    NoiseCipher(byte[] key) {
        this.key = new SecretKeySpec(key, 0, KEY_BYTES, "AES");
    }

    /**
     * Seals the next message where it lies; the array must have {@link #TAG_BYTES} of room after it.
     *
     * @return the sealed length
     */
    public int seal(byte[] bytes, int offset, int length) {
        try {
            return crypt(Cipher.ENCRYPT_MODE, NOTHING, bytes, offset, length);
        } catch (AEADBadTagException e) {
            throw new IllegalStateException("sealing checks nothing", e);
        }
    }

    /**
     * Opens the next message where it lies. After a failure the cipher is of no more use.
     *
     * @return the length of what was sealed; -1 if it is not the peer's next message
     */
    public int open(byte[] bytes, int offset, int length) {
        if (length < TAG_BYTES) {
            return -1;
        }
        try {
            return crypt(Cipher.DECRYPT_MODE, NOTHING, bytes, offset, length);
        } catch (AEADBadTagException e) {
            return -1;
        }
    }

    /** Seals a message of the handshake together with what it is bound to. */
    byte[] seal(byte[] associated, byte[] plaintext) {
        byte[] sealed = Arrays.copyOf(plaintext, plaintext.length + TAG_BYTES);
        try {
            crypt(Cipher.ENCRYPT_MODE, associated, sealed, 0, plaintext.length);
        } catch (AEADBadTagException e) {
            throw new IllegalStateException("sealing checks nothing", e);
        }
        return sealed;
    }

    /** Opens a message of the handshake; throws if it is not what the peer made. */
    byte[] open(byte[] associated, byte[] sealed) throws AEADBadTagException {
        if (sealed.length < TAG_BYTES) {
            throw new AEADBadTagException("too short");
        }
        byte[] opened = sealed.clone();
        return Arrays.copyOf(opened, crypt(Cipher.DECRYPT_MODE, associated, opened, 0, opened.length));
    }

    private int crypt(int mode, byte[] associated, byte[] bytes, int offset, int length) throws AEADBadTagException {
        try {
            begin(mode, counter);
            if (associated.length > 0) {
                cipher.updateAAD(associated);
            }
            int written = cipher.doFinal(bytes, offset, length, bytes, offset);
            counter++;
            if (counter % REKEY_INTERVAL == 0) {
                rekey();
            }
            return written;
        } catch (AEADBadTagException e) {
            throw e;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }

    private void rekey() throws GeneralSecurityException {
        begin(Cipher.ENCRYPT_MODE, REKEY_NONCE);
        key = new SecretKeySpec(cipher.doFinal(new byte[KEY_BYTES]), 0, KEY_BYTES, "AES");
    }

    private void begin(int mode, long number) throws GeneralSecurityException {
        nonce.putLong(COUNTER_OFFSET, number);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BYTES * Byte.SIZE, nonce.array()));
    }

    private static Cipher newCipher() {
        try {
            return Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JDK has AES-GCM", e);
        }
    }
}
