package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;

/**
 * Parts of a tree as bytes, for the wire, for proofs and for the disk; {@link PieceDecoder} reads them.
 *
 * <p>Nodes in preorder, each with its kind first. A leaf: length of the rest of the key (2 bytes), that rest, length of the
 * value (4), the value. An inner node: its bit (2), the rest of its prefix, its left side, its right side. A node that is
 * left out: its digest (32) and how many bytes it holds (8). Of keys and prefixes, the bytes that the node above tells are
 * left out. Numbers are big endian, widths are fixed: a part has one encoding only. It need not be trusted: what was read
 * is checked by its digest.
 */
final class PieceCodec {

    static final byte LEAF = 0;
    static final byte INNER = 1;
    static final byte STUB = 2;

    /** Encoded length of a node that is left out. */
    static final int STUB_BYTES = 1 + Digest.LENGTH + Long.BYTES;

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

        /** The least that it can cost to show this node, which may be on disk. */
        long leastCost() {
            return Math.min(node.bytes() - known, 2L * STUB_BYTES);
        }

        /** What showing the node costs, with its children left out. To show these later costs extra. */
        long cost(Node resolved) {
            if (resolved instanceof Inner inner) {
                return 1 + Short.BYTES + inner.prefix().size() - known + 2L * STUB_BYTES;
            }
            Leaf leaf = (Leaf) resolved;
            return 1 + Short.BYTES + leaf.key.size() - known + Integer.BYTES + leaf.value.size();
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

    /** The nodes from {@code top} down, nearest first, that cost no more than {@code maxBytes}; {@code top} always. */
    static ByteString encodePiece(MerkleTree tree, NodePath path, Node top, long maxBytes) {
        Chosen root = new Chosen(top, path.bits() / KeyBits.PER_BYTE);
        long left = maxBytes - root.cost(top);
        root.show(top);
        Deque<Chosen> shown = new ArrayDeque<>();
        shown.add(root);
        while (!shown.isEmpty()) {
            for (Chosen child : shown.remove().children) {
                // To see what a node on disk costs, it must be read: only if it can fit.
                if (child.leastCost() > left) {
                    continue;
                }
                Node node = tree.resolve(child.node);
                if (child.cost(node) <= left) {
                    left -= child.cost(node);
                    child.show(node);
                    shown.add(child);
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

    /** One node by itself, as it is kept in a store. */
    static ByteString encodeNode(Node node) {
        Chosen only = new Chosen(node, 0);
        only.show(node);
        return write(only);
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
