package org.tagma.crypto;

import com.google.protobuf.ByteString;

/** Comparison whose duration tells nothing of where the bytes differ. */
final class ConstantTime {
    private ConstantTime() {}

    /**
     * Whether the {@code length} bytes of {@code presented} from {@code offset} are the first of {@code expected}.
     *
     * @throws IndexOutOfBoundsException if either is too short; the lengths are no secret
     */
    static boolean equals(byte[] expected, ByteString presented, int offset, int length) {
        int difference = 0;
        for (int i = 0; i < length; i++) {
            difference |= expected[i] ^ presented.byteAt(offset + i);
        }
        return difference == 0;
    }
}
