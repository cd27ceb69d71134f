package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayDeque;
import java.util.Deque;
import org.tagma.core.Digest;

/**
 * A node of a {@link MerkleTree}. Immutable, but for the digest, which is computed when it is first asked for.
 *
 * <p>A leaf's digest is SHA-256 of a zero byte, the length of the key (4 bytes), the key and the value. An inner node's
 * is SHA-256 of a one byte, the bit in which its keys first differ (4), what they have in common up to there, and for
 * each side its digest and how many bytes of keys and values it holds (8). Numbers are big endian. As the first byte
 * tells the kinds apart, and every field's length follows from what comes before it, no two nodes have the same input.
 */
abstract sealed class Node {

    private static final byte LEAF = 0;
    private static final byte INNER = 1;

    /** The digest of a tree without entries. */
    static final Digest EMPTY = Digest.of(ByteString.copyFrom("tagma empty state", StandardCharsets.UTF_8));

    /** Null until computed; then never written again. */
    private byte[] digest;

    private final long bytes;

    /** The batch that made this object, or 0 if that is not known; it is no part of the digest. */
    private final long madeBy;

    private Node(long bytes, long madeBy) {
        this.bytes = bytes;
        this.madeBy = madeBy;
    }

    /** A key, or its beginning, that all keys below agree with up to where they fork. */
    abstract ByteString sample();

    /** How many bytes the keys and values below have together. */
    final long bytes() {
        return bytes;
    }

    /**
     * The batch that made it, or 0. As a node never changes, what it holds has been so since then, while it is in the
     * tree.
     */
    final long madeBy() {
        return madeBy;
    }

    /** The digest. Computes those below as well, where they are not known. */
    final Digest digest() {
        return new Digest(ByteString.copyFrom(rawDigest()));
    }

    final boolean hasDigest(Digest other) {
        return MessageDigest.isEqual(rawDigest(), other.bytes().toByteArray());
    }

    final byte[] rawDigest() {
        if (digest == null) {
            computeAll(this);
        }
        return digest;
    }

    /** Without recursion: a client chooses the keys, and so how deep a tree is. */
    private static void computeAll(Node root) {
        MessageDigest sha256 = Digest.sha256();
        Deque<Node> waiting = new ArrayDeque<>();
        waiting.push(root);
        while (!waiting.isEmpty()) {
            Node node = waiting.peek();
            if (node instanceof Inner inner && (inner.left.missesDigest() || inner.right.missesDigest())) {
                if (inner.left.missesDigest()) {
                    waiting.push(inner.left);
                }
                if (inner.right.missesDigest()) {
                    waiting.push(inner.right);
                }
            } else {
                waiting.pop();
                if (node.missesDigest()) {
                    node.compute(sha256);
                }
            }
        }
    }

    private boolean missesDigest() {
        return digest == null;
    }

    private void compute(MessageDigest sha256) {
        feed(sha256);
        digest = sha256.digest();
    }

    abstract void feed(MessageDigest sha256);

    private static void update(MessageDigest sha256, ByteString data) {
        data.asReadOnlyByteBufferList().forEach(sha256::update);
    }

    /** One entry. */
    static final class Leaf extends Node {

        final ByteString key;
        final ByteString value;

        Leaf(ByteString key, ByteString value) {
            this(key, value, 0);
        }

        Leaf(ByteString key, ByteString value, long madeBy) {
            super((long) key.size() + value.size(), madeBy);
            this.key = key;
            this.value = value;
        }

        @Override
        ByteString sample() {
            return key;
        }

        @Override
        void feed(MessageDigest sha256) {
            sha256.update(ByteBuffer.allocate(1 + Integer.BYTES)
                    .put(LEAF)
                    .putInt(key.size())
                    .flip());
            update(sha256, key);
            update(sha256, value);
        }
    }

    /** Two parts, which first differ in one bit. */
    static final class Inner extends Node {

        final int bit;

        private final ByteString sample;

        final Node left;
        final Node right;

        Inner(int bit, ByteString sample, Node left, Node right) {
            this(bit, sample, left, right, 0);
        }

        Inner(int bit, ByteString sample, Node left, Node right, long madeBy) {
            super(left.bytes() + right.bytes(), madeBy);
            this.bit = bit;
            this.sample = sample;
            this.left = left;
            this.right = right;
        }

        Node child(boolean toTheRight) {
            return toTheRight ? right : left;
        }

        /** This node with another child, as a batch makes it. */
        Inner with(boolean toTheRight, Node child, long batch) {
            return toTheRight
                    ? new Inner(bit, sample, left, child, batch)
                    : new Inner(bit, sample, child, right, batch);
        }

        /** What the keys below have in common. */
        ByteString prefix() {
            return KeyBits.prefix(sample, bit);
        }

        /** This node with one child in the place of its stub, so with the same digest. */
        Inner filled(boolean toTheRight, Node child) {
            Inner filled = with(toTheRight, child, 0);
            ((Node) filled).digest = rawDigest();
            return filled;
        }

        /**
         * This node with its children in another form, so with the same digest; keeps no more than it needs in memory.
         */
        Inner alone(Node leftChild, Node rightChild) {
            Inner alone = new Inner(bit, ByteString.copyFrom(prefix().toByteArray()), leftChild, rightChild);
            ((Node) alone).digest = rawDigest();
            return alone;
        }

        NodePath path(boolean toTheRight) {
            return NodePath.below(sample, bit, toTheRight);
        }

        @Override
        ByteString sample() {
            return sample;
        }

        @Override
        void feed(MessageDigest sha256) {
            ByteString prefix = prefix();
            ByteBuffer input = ByteBuffer.allocate(1 + Integer.BYTES + prefix.size() + 2 * (Digest.LENGTH + Long.BYTES))
                    .put(INNER)
                    .putInt(bit);
            prefix.copyTo(input);
            input.put(left.rawDigest()).putLong(left.bytes());
            input.put(right.rawDigest()).putLong(right.bytes());
            sha256.update(input.flip());
        }
    }

    /** A node of which only the digest is here. */
    static final class Stub extends Node {

        Stub(byte[] digest, long bytes) {
            super(bytes, 0);
            super.digest = digest;
        }

        @Override
        ByteString sample() {
            throw new IllegalStateException("a stub does not know its keys");
        }

        @Override
        void feed(MessageDigest sha256) {
            throw new IllegalStateException("a stub has its digest from the start");
        }
    }
}
