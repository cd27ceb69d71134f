package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.NavigableSet;
import java.util.Optional;

/**
 * A place in a {@link MerkleTree}: the part of the state whose keys begin with certain bits. The tree of a set of keys
 * has one shape only, so a place that two trees both have stands for the same keys in both, if its digest is the same.
 *
 * <p>Immutable, and in one form only: equal places are equal objects.
 *
 * @param prefix the bytes that the bits fix; what they leave open of the last one is zero
 * @param bits how many bits are fixed: nine for each byte, a one that says that there is a byte and the eight of the
 *     byte. A key's end is a zero in the place of such a one
 */
public record NodePath(ByteString prefix, int bits) implements Comparable<NodePath> {

    /** Where the whole state is. */
    public static final NodePath ROOT = new NodePath(ByteString.EMPTY, 0);

    /** How many bits the longest key has. */
    private static final int MAX_BITS = KeySpace.MAX_KEY_BYTES * KeyBits.PER_BYTE + 1;

    public NodePath {
        if (!isCanonical(prefix, bits)) {
            throw new IllegalArgumentException(bits + " bits and a prefix of " + prefix.size() + " bytes are no path");
        }
    }

    /** Reads a path that came from elsewhere; empty if it is none. */
    public static Optional<NodePath> of(ByteString prefix, int bits) {
        return isCanonical(prefix, bits) ? Optional.of(new NodePath(prefix, bits)) : Optional.empty();
    }

    private static boolean isCanonical(ByteString prefix, int bits) {
        if (bits < 0 || bits > MAX_BITS) {
            return false;
        }
        int whole = bits / KeyBits.PER_BYTE;
        int rest = bits % KeyBits.PER_BYTE;
        boolean ended = prefix.size() == whole;
        if (rest <= 1) {
            return ended || (rest == 1 && prefix.size() == whole + 1 && prefix.byteAt(whole) == 0);
        }
        return prefix.size() == whole + 1 && (prefix.byteAt(whole) & 0xff >> (rest - 1)) == 0;
    }

    /** One side of a node whose keys first differ in bit {@code at}, and agree with {@code sample} up to there. */
    static NodePath below(ByteString sample, int at, boolean right) {
        ByteString prefix = KeyBits.prefix(sample, at);
        if (right) {
            int offset = at % KeyBits.PER_BYTE;
            int last = offset == 0 ? 0 : prefix.byteAt(prefix.size() - 1) | 1 << (8 - offset);
            ByteString before = offset == 0 ? prefix : prefix.substring(0, prefix.size() - 1);
            prefix = before.concat(ByteString.copyFrom(new byte[] {(byte) last}));
        }
        return new NodePath(prefix, at + 1);
    }

    /** Whether a key, of which at least so many bits are known, belongs here. */
    boolean covers(ByteString key) {
        return KeyBits.agree(key, prefix, bits);
    }

    /** Whether one of some places is this one, or a part of it. */
    boolean isAboveAnyOf(NavigableSet<NodePath> places) {
        // What begins with these bits stands together in the order of places, after this one. Only a place above this
        // one
        // can have the same bytes and fewer bits, and that comes before it.
        NodePath next = places.ceiling(this);
        return next != null && next.bits >= bits && covers(next.prefix);
    }

    @Override
    public int compareTo(NodePath other) {
        int order = ByteString.unsignedLexicographicalComparator().compare(prefix, other.prefix);
        return order != 0 ? order : Integer.compare(bits, other.bits);
    }
}
