package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.Node.Stub;

/** Reads what {@link PieceCodec} writes, from bytes that anybody may have made. */
final class PieceDecoder {

    /** An inner node whose children are being read. */
    private static final class Open {
        private final int bit;
        private final ByteString prefix;
        private Node left;

        Open(int bit, ByteString prefix) {
            this.bit = bit;
            this.prefix = prefix;
        }
    }

    private static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;
    }

    private final ByteBuffer in;
    private final ByteString bytes;
    private final Deque<Open> open = new ArrayDeque<>();

    /** What the place of the part tells of the keys in it. */
    private final ByteString above;

    private int shown;

    private PieceDecoder(NodePath path, ByteString encoded) {
        this.bytes = encoded;
        // A slice, since the bytes may be a part of a frame, and positions are counted from their beginning.
        this.in = encoded.asReadOnlyByteBuffer().slice();
        this.above = path.prefix().substring(0, path.bits() / KeyBits.PER_BYTE);
    }

    /**
     * Reads a part.
     *
     * @param path where it is in its tree
     * @return empty if the bytes are no part of any tree
     */
    static Optional<StatePiece> decode(NodePath path, ByteString encoded) {
        try {
            PieceDecoder decoder = new PieceDecoder(path, encoded);
            Node top = decoder.read();
            return Optional.of(new StatePiece(top, decoder.shown));
        } catch (MalformedException | BufferUnderflowException e) {
            return Optional.empty();
        }
    }

    private Node read() throws MalformedException {
        while (true) {
            Node node = readOne();
            while (node != null && !open.isEmpty()) {
                Open parent = open.peek();
                if (parent.left == null) {
                    parent.left = node;
                    node = null;
                } else {
                    open.pop();
                    node = new Inner(parent.bit, parent.prefix, parent.left, node);
                }
            }
            if (node != null) {
                require(!in.hasRemaining());
                return node;
            }
        }
    }

    /** A node, or null if it is an inner one, whose children come next. */
    private Node readOne() throws MalformedException {
        byte kind = in.get();
        if (kind == PieceCodec.STUB) {
            byte[] digest = new byte[Digest.LENGTH];
            in.get(digest);
            long held = in.getLong();
            require(held >= 0);
            return new Stub(digest, held);
        }
        shown++;
        int knownBytes = open.isEmpty() ? above.size() : open.peek().bit / KeyBits.PER_BYTE;
        ByteString known = (open.isEmpty() ? above : open.peek().prefix).substring(0, knownBytes);
        if (kind == PieceCodec.LEAF) {
            ByteString key = known.concat(take(Short.toUnsignedInt(in.getShort())));
            require(key.size() <= KeySpace.MAX_KEY_BYTES);
            int valueBytes = in.getInt();
            require(valueBytes <= KeySpace.MAX_VALUE_BYTES);
            return new Leaf(compact(key), compact(take(valueBytes)));
        }
        require(kind == PieceCodec.INNER);
        readInner(known);
        return null;
    }

    private void readInner(ByteString known) throws MalformedException {
        int bit = Short.toUnsignedInt(in.getShort());
        int least = open.isEmpty() ? known.size() * KeyBits.PER_BYTE : open.peek().bit + 1;
        require(bit >= least && bit < KeySpace.MAX_KEY_BYTES * KeyBits.PER_BYTE + 1);
        int prefixBytes = (bit + KeyBits.PER_BYTE - 1) / KeyBits.PER_BYTE;
        ByteString prefix = compact(known.concat(take(prefixBytes - known.size())));
        require(NodePath.of(prefix, bit).isPresent());
        open.push(new Open(bit, prefix));
    }

    private ByteString take(int length) throws MalformedException {
        require(length >= 0 && length <= in.remaining());
        ByteString taken = bytes.substring(in.position(), in.position() + length);
        in.position(in.position() + length);
        return taken;
    }

    /** Else a small value would keep the whole part, or the whole frame, in memory. */
    private static ByteString compact(ByteString bytes) {
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private static void require(boolean condition) throws MalformedException {
        if (!condition) {
            throw new MalformedException();
        }
    }
}
