package org.tagma.simulator.check;

import com.google.protobuf.ByteString;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.NodePath;

/**
 * Reads a part of a Merkle tree as it came over the network, and says what it is a part of. It is written from the description of
 * the bytes, without the code that reads them in production.
 */
final class PieceReading {

    private static final int LEAF = 0;
    private static final int INNER = 1;
    private static final int STUB = 2;

    /** Bits that stand for a byte of a key: one that says that there is a byte, and its eight. */
    private static final int BITS = 9;

    /** Something that a part leaves out. */
    record Place(NodePath path, Digest digest, long bytes) {}

    /** A node that a part shows, and what the part leaves out below it. */
    record Shown(Digest digest, List<Place> missing) {}

    /**
     * What a part is: what it stands for, how many bytes it holds, and what it leaves out, in all and below each of its nodes where
     * that is something.
     */
    record Part(Digest digest, long bytes, List<Place> missing, List<Shown> shown) {}

    private record Node(byte[] digest, long bytes) {}

    private final ByteBuffer in;
    private final List<Place> missing = new ArrayList<>();
    private final List<Shown> shown = new ArrayList<>();

    private PieceReading(ByteString piece) {
        in = ByteBuffer.wrap(piece.toByteArray());
    }

    /** Reads one; empty if it is none, or leaves out all. */
    static Optional<Part> of(NodePath path, ByteString piece) {
        PieceReading reading = new PieceReading(piece);
        try {
            byte[] known = path.prefix().substring(0, path.bits() / BITS).toByteArray();
            boolean isShown = piece.size() > 0 && piece.byteAt(0) != STUB;
            Node top = reading.node(path, known);
            return isShown && !reading.in.hasRemaining()
                    ? Optional.of(new Part(
                            new Digest(ByteString.copyFrom(top.digest)), top.bytes, reading.missing, reading.shown))
                    : Optional.empty();
        } catch (BufferUnderflowException | IllegalArgumentException | IndexOutOfBoundsException malformed) {
            return Optional.empty();
        }
    }

    private Node node(NodePath path, byte[] known) {
        return switch (in.get()) {
            case LEAF -> leaf(known);
            case INNER -> inner(known);
            case STUB -> {
                byte[] digest = take(Digest.LENGTH);
                long bytes = in.getLong();
                missing.add(new Place(path, new Digest(ByteString.copyFrom(digest)), bytes));
                yield new Node(digest, bytes);
            }
            default -> throw new IllegalArgumentException("no node");
        };
    }

    private Node leaf(byte[] known) {
        byte[] rest = take(Short.toUnsignedInt(in.getShort()));
        byte[] value = take(in.getInt());
        ByteBuffer node = ByteBuffer.allocate(1 + Integer.BYTES + known.length + rest.length + value.length);
        node.put((byte) LEAF)
                .putInt(known.length + rest.length)
                .put(known)
                .put(rest)
                .put(value);
        return new Node(digest(node), (long) known.length + rest.length + value.length);
    }

    private Node inner(byte[] known) {
        int bit = Short.toUnsignedInt(in.getShort());
        byte[] rest = take((bit + BITS - 1) / BITS - known.length);
        byte[] prefix = ByteBuffer.allocate(known.length + rest.length)
                .put(known)
                .put(rest)
                .array();
        int missingBefore = missing.size();
        byte[] knownBelow = Arrays.copyOf(prefix, bit / BITS);
        Node left = node(below(prefix, bit, false), knownBelow);
        Node right = node(below(prefix, bit, true), knownBelow);
        ByteBuffer node = ByteBuffer.allocate(1 + Integer.BYTES + prefix.length + 2 * (Digest.LENGTH + Long.BYTES));
        node.put((byte) INNER).putInt(bit).put(prefix);
        node.put(left.digest).putLong(left.bytes).put(right.digest).putLong(right.bytes);
        byte[] digest = digest(node);
        if (missing.size() > missingBefore) {
            List<Place> below = List.copyOf(missing.subList(missingBefore, missing.size()));
            shown.add(new Shown(new Digest(ByteString.copyFrom(digest)), below));
        }
        return new Node(digest, left.bytes + right.bytes);
    }

    /** One side of where keys first differ: that bit is fixed as well. */
    private static NodePath below(byte[] prefix, int bit, boolean right) {
        int offset = bit % BITS;
        if (!right) {
            return new NodePath(ByteString.copyFrom(prefix), bit + 1);
        }
        byte[] side = Arrays.copyOf(prefix, offset == 0 ? prefix.length + 1 : prefix.length);
        if (offset > 0) {
            side[side.length - 1] |= (byte) (1 << (BITS - 1 - offset));
        }
        return new NodePath(ByteString.copyFrom(side), bit + 1);
    }

    private byte[] take(int length) {
        if (length < 0 || length > in.remaining()) {
            throw new IllegalArgumentException("no part");
        }
        byte[] taken = new byte[length];
        in.get(taken);
        return taken;
    }

    private static byte[] digest(ByteBuffer node) {
        return Digest.of(ByteString.copyFrom(node.array())).bytes().toByteArray();
    }
}
