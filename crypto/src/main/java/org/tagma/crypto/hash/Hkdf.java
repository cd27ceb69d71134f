package org.tagma.crypto.hash;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** HKDF-SHA256 (RFC 5869): good keys from a secret that is not uniformly random. Thread-safe. */
public final class Hkdf {
    private static final int MAX_OUTPUT_BYTES = 255 * Sha256.DIGEST_BYTES;

    private Hkdf() {}

    /** The pseudorandom key of 32 bytes. An empty salt is the standard's default. */
    public static byte[] extract(byte[] salt, byte[] inputKey) {
        return new HmacSha256(salt).mac(inputKey);
    }

    /** {@code length} bytes (1 to 8,160) of key material, bound to {@code info}. */
    public static byte[] expand(byte[] pseudorandomKey, byte[] info, int length) {
        if (length < 1 || length > MAX_OUTPUT_BYTES) {
            throw new IllegalArgumentException("HKDF gives 1 to " + MAX_OUTPUT_BYTES + " bytes, not " + length);
        }
        HmacSha256 hmac = new HmacSha256(pseudorandomKey);
        byte[] output = new byte[length];
        byte[] block = new byte[0];
        int filled = 0;
        for (int counter = 1; filled < length; counter++) {
            byte[] input = Arrays.copyOf(block, block.length + info.length + 1);
            System.arraycopy(info, 0, input, block.length, info.length);
            input[input.length - 1] = (byte) counter;
            block = hmac.mac(input);
            int taken = Math.min(block.length, length - filled);
            System.arraycopy(block, 0, output, filled, taken);
            filled += taken;
        }
        return output;
    }

    /** A salt or info from a name. */
    public static byte[] label(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }
}
