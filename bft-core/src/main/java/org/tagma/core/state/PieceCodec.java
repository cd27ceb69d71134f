package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.Node.Stub;

/**
 * Parts of a tree as bytes, for the wire, for proofs and for the disk; {@link PieceDecoder} reads them.
 *
 * <p>Nodes in preorder, each with its kind first. A leaf: length of the rest of the key (2 bytes), that rest, length of
 * the value (4), the value. An inner node: its bit (2), the rest of its prefix, its left side, its right side. A node
 * that is left out: its digest (32) and how many bytes it holds (8). Of keys and prefixes, the bytes that the node
 * above tells are left out. Numbers are big endian, widths are fixed: a part has one encoding only. It need not be
 * trusted: what was read is checked by its digest.
 */
final class PieceCodec {

    static final byte LEAF = 0;
    static final byte INNER = 1;
    static final byte STUB = 2;

    /** Encoded length of a node that is left out. */
    private static final int STUB_BYTES = 1 + Digest.LENGTH + Long.BYTES;

    /** How many nodes a part has at most that is not whole. */
    static final int MAX_SHOWN = 256;

    private PieceCodec() {}

    /** A node of the part: shown with its children, or left out. */
    private static final class Chosen {

        /** How many bytes of its keys the reader knows from above. */
        private final int known;

        private Node node;
        private boolean shown;
        private List<Chosen> children = List.of();

        Chosen(Node node, int known) {
            this.node = node;
            this.known = known;
        }

        void show(Node resolved) {
            node = resolved;
            shown = true;
            if (resolved instanceof Inner inner) {
                int knownBelow = inner.bit / KeyBits.PER_BYTE;
                children = List.of(new Chosen(inner.left, knownBelow), new Chosen(inner.right, knownBelow));
            }
        }

        void writeTo(ByteString.Output out) {
            if (!shown) {
                ByteBuffer stub = ByteBuffer.allocate(STUB_BYTES);
                write(out, stub.put(STUB).put(node.rawDigest()).putLong(node.bytes()));
            } else if (node instanceof Inner inner) {
                write(out, ByteBuffer.allocate(1 + Short.BYTES).put(INNER).putShort((short) inner.bit));
                write(out, inner.prefix().substring(known));
            } else {
                Leaf leaf = (Leaf) node;
                ByteString rest = leaf.key.substring(known);
                write(out, ByteBuffer.allocate(1 + Short.BYTES).put(LEAF).putShort((short) rest.size()));
                write(out, rest);
                write(out, ByteBuffer.allocate(Integer.BYTES).putInt(leaf.value.size()));
                write(out, leaf.value);
            }
        }

        private static void write(ByteString.Output out, ByteBuffer buffer) {
            out.write(buffer.array(), 0, buffer.capacity());
        }

        private static void write(ByteString.Output out, ByteString bytes) {
            bytes.asReadOnlyByteBufferList().forEach(part -> {
                byte[] copy = new byte[part.remaining()];
                part.get(copy);
                out.write(copy, 0, copy.length);
            });
        }
    }

    /**
     * All nodes from {@code top} down, if they hold no more than {@code maxWholeBytes}. Otherwise the inner nodes that
     * hold more, the nearest first, {@link #MAX_SHOWN} at most: what lies below each of the others can then be asked
     * for whole.
     */
    static ByteString encodePiece(MerkleTree tree, NodePath path, Node top, long maxWholeBytes) {
        Chosen root = new Chosen(top, path.bits() / KeyBits.PER_BYTE);
        boolean whole = top.bytes() <= maxWholeBytes;
        root.show(top);
        Deque<Chosen> shown = new ArrayDeque<>();
        shown.add(root);
        int count = 1;
        while (!shown.isEmpty()) {
            for (Chosen child : shown.remove().children) {
                boolean large = child.node.bytes() > maxWholeBytes && count < MAX_SHOWN;
                Node node = whole || large ? tree.resolve(child.node) : child.node;
                if (whole || (large && node instanceof Inner)) {
                    child.show(node);
                    shown.add(child);
                    count++;
                }
            }
        }
        return write(root);
    }

    /** Nothing but the way to a key, as far as there is one. */
    static ByteString encodePath(MerkleTree tree, ByteString key) {
        if (tree.isEmpty()) {
            return ByteString.EMPTY;
        }
        Chosen root = new Chosen(tree.rootNode(), 0);
        Chosen at = root;
        at.show(tree.resolve(at.node));
        while (at.node instanceof Inner inner && KeyBits.agree(inner.sample(), key, inner.bit)) {
            at = at.children.get(KeyBits.bit(key, inner.bit) ? 1 : 0);
            at.show(tree.resolve(at.node));
        }
        return write(root);
    }

    /** What is in memory from {@code top} down, which is little; what is not, is left out. */
    static ByteString encodeShown(Node top) {
        Chosen root = new Chosen(top, 0);
        root.show(top);
        Deque<Chosen> shown = new ArrayDeque<>();
        shown.add(root);
        while (!shown.isEmpty()) {
            for (Chosen child : shown.remove().children) {
                if (!(child.node instanceof Stub)) {
                    child.show(child.node);
                    shown.add(child);
                }
            }
        }
        return write(root);
    }

    private static ByteString write(Chosen root) {
        ByteString.Output out = ByteString.newOutput();
        Deque<Chosen> waiting = new ArrayDeque<>();
        waiting.push(root);
        while (!waiting.isEmpty()) {
            Chosen chosen = waiting.pop();
            chosen.writeTo(out);
            for (int side = chosen.children.size() - 1; side >= 0; side--) {
                waiting.push(chosen.children.get(side));
            }
        }
        return out.toByteString();
    }
}
