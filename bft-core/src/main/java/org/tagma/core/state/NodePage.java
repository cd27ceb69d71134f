package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.Node.Stub;

/**
 * A few neighbouring nodes of a {@link MerkleTree} as a store keeps them: under the digest of the topmost, with the
 * digests of the pages below. A page of a tree holds what forks within one half of a byte of the keys, so at most 31
 * inner nodes and the small entries below them; a larger entry is a page of its own. So which page has a digest follows
 * from the digest, but for the small entry or the few nodes that are a whole tree by themselves.
 *
 * <p>Immutable.
 */
public final class NodePage {

    /** An entry with more bytes than this, about what a reference to it takes, is kept by itself. */
    private static final int INLINE_BYTES = 64;

    /** How many of the nine bits that a byte of a key gives are told by its first page. */
    private static final int FIRST_HALF_BITS = 5;

    /** What a node takes in memory beside the bytes of an entry. */
    private static final int NODE_MEMORY_BYTES = 160;

    private final Node top;

    private NodePage(Node top) {
        this.top = top;
    }

    Node top() {
        return top;
    }

    /** The digest of its topmost node, computed from everything in it. */
    public Digest digest() {
        return top.digest();
    }

    /** Its bytes; {@link #decode} reads them. */
    public ByteString encode() {
        return PieceCodec.encodeShown(top);
    }

    /** Reads what {@link #encode} wrote; empty if the bytes are no page. Check its {@link #digest}. */
    public static Optional<NodePage> decode(ByteString encoded) {
        return PieceDecoder.decode(NodePath.ROOT, encoded)
                .map(StatePiece::top)
                .filter(node -> !(node instanceof Stub))
                .map(NodePage::new);
    }

    /** The digests of the pages below it, each once. */
    public List<Digest> below() {
        return below(top);
    }

    /** What is below a node and not in memory. */
    static List<Digest> below(Node top) {
        List<Digest> below = new ArrayList<>();
        Deque<Node> waiting = new ArrayDeque<>();
        waiting.push(top);
        while (!waiting.isEmpty()) {
            Node node = waiting.pop();
            if (node instanceof Stub) {
                below.add(node.digest());
            } else if (node instanceof Inner inner) {
                waiting.push(inner.right);
                waiting.push(inner.left);
            }
        }
        return below;
    }

    /** Where its topmost node is in a tree that has it. */
    NodePath place() {
        int bits = top instanceof Inner inner ? inner.bit : top.sample().size() * KeyBits.PER_BYTE + 1;
        return new NodePath(KeyBits.prefix(top.sample(), bits), bits);
    }

    /** About how much memory it takes. */
    public long memoryBytes() {
        long bytes = 0;
        Deque<Node> waiting = new ArrayDeque<>();
        waiting.push(top);
        while (!waiting.isEmpty()) {
            Node node = waiting.pop();
            bytes += NODE_MEMORY_BYTES + (node instanceof Leaf ? node.bytes() : 0);
            if (node instanceof Inner inner) {
                waiting.push(inner.right);
                waiting.push(inner.left);
            }
        }
        return bytes;
    }

    /** A node that begins a page, and whether what is below it has been looked at. */
    private static final class Begun {
        private final Node node;
        private boolean entered;

        Begun(Node node) {
            this.node = node;
        }
    }

    /**
     * Hands over the pages of a tree that a store does not have, each after those below it.
     *
     * @param isThere whether the store has a page, with all below it; not asked about what the tree itself read from
     *     there
     */
    public static void forEachNew(MerkleTree tree, Predicate<Digest> isThere, Consumer<NodePage> store) {
        Deque<Begun> waiting = new ArrayDeque<>();
        push(tree.rootNode(), isThere, waiting);
        while (!waiting.isEmpty()) {
            Begun begun = waiting.peek();
            if (begun.entered) {
                waiting.pop();
                store.accept(new NodePage(cut(begun.node)));
            } else {
                begun.entered = true;
                pushBelow(begun.node, isThere, waiting);
            }
        }
    }

    private static void push(Node node, Predicate<Digest> isThere, Deque<Begun> waiting) {
        if (node != null && !(node instanceof Stub) && !isThere.test(node.digest())) {
            waiting.push(new Begun(node));
        }
    }

    private static void pushBelow(Node node, Predicate<Digest> isThere, Deque<Begun> waiting) {
        if (node instanceof Inner inner) {
            for (Node child : List.of(inner.left, inner.right)) {
                if (beginsPage(inner.bit, child)) {
                    push(child, isThere, waiting);
                } else {
                    // No deeper than there are bits in half a byte.
                    pushBelow(child, isThere, waiting);
                }
            }
        }
    }

    /** Whether a node is on another page than the one above it, which forks in {@code bitAbove}. */
    static boolean beginsPage(int bitAbove, Node child) {
        if (child instanceof Inner inner) {
            return half(inner.bit) != half(bitAbove);
        }
        return child instanceof Stub || child.bytes() > INLINE_BYTES;
    }

    /** Which half of which byte of a key a bit tells of. */
    private static int half(int bit) {
        return 2 * (bit / KeyBits.PER_BYTE) + (bit % KeyBits.PER_BYTE < FIRST_HALF_BITS ? 0 : 1);
    }

    /** The nodes of a page by themselves. */
    private static Node cut(Node node) {
        if (!(node instanceof Inner inner)) {
            return node;
        }
        return inner.alone(cutBelow(inner, inner.left), cutBelow(inner, inner.right));
    }

    private static Node cutBelow(Inner parent, Node child) {
        if (child instanceof Stub || child instanceof Leaf && !beginsPage(parent.bit, child)) {
            return child;
        }
        return beginsPage(parent.bit, child) ? new Stub(child.rawDigest(), child.bytes()) : cut(child);
    }
}
