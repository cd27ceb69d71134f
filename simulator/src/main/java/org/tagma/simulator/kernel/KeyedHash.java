package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A fast hash of bytes under a 64-bit key, in the manner of wyhash. Whoever has not got the key cannot make it, short
 * of breaking the hash, which the simulator's adversaries do not try: they hold no key but their own.
 */
public final class KeyedHash {

    private static final long PRIME_1 = 0xa0761d6478bd642fL;
    private static final long PRIME_2 = 0xe7037ed1a0b428dbL;

    private KeyedHash() {}

    /** The hash of some bytes. */
    static long of(long key, ByteString bytes) {
        ByteBuffer in = bytes.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
        long hash = mix(key ^ PRIME_1, bytes.size() ^ PRIME_2);
        while (in.remaining() >= Long.BYTES) {
            hash = mix(hash ^ in.getLong(), PRIME_1);
        }
        long tail = 0;
        while (in.hasRemaining()) {
            tail = (tail << Byte.SIZE) | (in.get() & 0xff);
        }
        return mix(hash ^ tail, key ^ PRIME_2);
    }

    /** Mixes two words into one. */
    public static long mix(long a, long b) {
        long x = a ^ PRIME_1;
        long y = b ^ PRIME_2;
        long folded = Math.multiplyHigh(x, y) ^ (x * y);
        // A factor of zero must not wipe out the other.
        return folded + Long.rotateLeft(a, 23) + Long.rotateLeft(b, 41);
    }
}
