package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Stub;

/**
 * A part of a tree as somebody else gave it: some nodes, and the digests of what lies below them. It is as trustworthy
 * as its {@link #digest}.
 *
 * <p>Immutable.
 */
public final class StatePiece {

    /** The longest entry; a node that holds more has parts. */
    public static final int MAX_LEAF_BYTES = KeySpace.MAX_KEY_BYTES + KeySpace.MAX_VALUE_BYTES;

    /** What is not in a piece: where it is, and what it must be. */
    public record Missing(NodePath path, Digest digest, long bytes) {}

    private final Node top;

    private final int shown;

    /**
     * A part.
     *
     * @param shown how many nodes are in it that are not left out
     */
    StatePiece(Node top, int shown) {
        this.top = top;
        this.shown = shown;
    }

    /**
     * Reads a part that came from elsewhere.
     *
     * @param path where it is said to be
     * @return empty if the bytes are no part of any tree
     */
    public static Optional<StatePiece> decode(NodePath path, ByteString encoded) {
        return PieceDecoder.decode(path, encoded);
    }

    Node top() {
        return top;
    }

    /** The digest of its topmost node, computed from everything in it. */
    public Digest digest() {
        return top.digest();
    }

    /** How many bytes of keys and values are at and below its topmost node. */
    public long bytes() {
        return top.bytes();
    }

    /** What it leaves out, in the order of keys. */
    public List<Missing> missing() {
        List<Missing> missing = new ArrayList<>();
        Deque<Missing> waiting = new ArrayDeque<>();
        Deque<Node> nodes = new ArrayDeque<>();
        nodes.push(top);
        waiting.push(new Missing(NodePath.ROOT, top.digest(), top.bytes()));
        while (!nodes.isEmpty()) {
            Node node = nodes.pop();
            Missing place = waiting.pop();
            if (node instanceof Inner inner) {
                nodes.push(inner.right);
                waiting.push(new Missing(inner.path(true), inner.right.digest(), inner.right.bytes()));
                nodes.push(inner.left);
                waiting.push(new Missing(inner.path(false), inner.left.digest(), inner.left.bytes()));
            } else if (node instanceof Stub) {
                missing.add(place);
            }
        }
        return missing;
    }

    boolean isWhole() {
        return missing().isEmpty();
    }

    /**
     * Whether it has all that a correct replica puts into it. If not, its sender is out to make a transfer last.
     *
     * @param maxWholeBytes as in {@link MerkleTree#piece}
     */
    public boolean isAsAsked(int maxWholeBytes) {
        List<Missing> missing = missing();
        if (top instanceof Stub || bytes() <= maxWholeBytes) {
            return missing.isEmpty() && !(top instanceof Stub);
        }
        // A single entry can be larger than a piece; then it is left out to be asked for by itself.
        long atMost = Math.max(maxWholeBytes, MAX_LEAF_BYTES);
        return shown >= PieceCodec.MAX_SHOWN || missing.stream().allMatch(each -> each.bytes() <= atMost);
    }
}
