package org.tagma.core.state;

import com.google.protobuf.ByteString;

/**
 * A key as a string of bits of which none is the beginning of another. Each byte gives nine: a one, which says that the
 * key goes on, and its eight bits, the highest first; after the last byte comes a zero. The order of such strings is
 * the order of keys.
 */
final class KeyBits {

    /** Bits that one byte of a key gives. */
    static final int PER_BYTE = 9;

    private KeyBits() {}

    /** One bit of a key; false beyond its end. */
    static boolean bit(ByteString key, int index) {
        int at = index / PER_BYTE;
        if (at >= key.size()) {
            return false;
        }
        int offset = index % PER_BYTE;
        return offset == 0 || (key.byteAt(at) >> (8 - offset) & 1) != 0;
    }

    /** The first bit in which two keys differ; -1 if they are equal. */
    static int firstDifference(ByteString one, ByteString other) {
        int common = Math.min(one.size(), other.size());
        for (int at = 0; at < common; at++) {
            int difference = (one.byteAt(at) ^ other.byteAt(at)) & 0xff;
            if (difference != 0) {
                return at * PER_BYTE + 1 + Integer.numberOfLeadingZeros(difference) - (Integer.SIZE - Byte.SIZE);
            }
        }
        return one.size() == other.size() ? -1 : common * PER_BYTE;
    }

    /** Whether two keys agree in their first {@code bits} bits. */
    static boolean agree(ByteString one, ByteString other, int bits) {
        int difference = firstDifference(one, other);
        return difference < 0 || difference >= bits;
    }

    /**
     * The shortest bytes that fix the first {@code bits} bits of a key, as far as those bits say that it goes on. Bits
     * of the last byte that are not fixed are zero.
     */
    static ByteString prefix(ByteString key, int bits) {
        int whole = bits / PER_BYTE;
        int rest = bits % PER_BYTE;
        if (rest == 0 || whole >= key.size()) {
            return key.substring(0, Math.min(whole, key.size()));
        }
        byte last = (byte) (key.byteAt(whole) & -1 << (PER_BYTE - rest));
        return key.substring(0, whole).concat(ByteString.copyFrom(new byte[] {last}));
    }
}
