package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.Node.Stub;

/**
 * The way from the root of a {@link MerkleTree} to a key, or to where it would be. Whoever knows the root needs to
 * trust nobody to read it.
 *
 * <p>Immutable.
 *
 * @param key what it is about
 * @param path the nodes on the way, and the digests beside it; empty for a tree without entries
 */
public record StateProof(ByteString key, ByteString path) {

    /** What a proof shows. */
    public sealed interface Finding {

        /** The key has this value. */
        record Present(ByteString value) implements Finding {}

        /** The key is not there. */
        record Absent() implements Finding {}

        /** Nothing: it is not of this root, or does not lead to the key. */
        record Invalid() implements Finding {}
    }

    /** Checks the proof against the root of the state that it is of. */
    public Finding check(StateRoot root) {
        if (root.equals(StateRoot.EMPTY)) {
            return path.isEmpty() ? new Finding.Absent() : new Finding.Invalid();
        }
        Optional<StatePiece> piece = PieceDecoder.decode(NodePath.ROOT, path);
        if (piece.isEmpty() || !new StateRoot(piece.get().digest(), piece.get().bytes()).equals(root)) {
            return new Finding.Invalid();
        }
        return follow(piece.get().top());
    }

    private Finding follow(Node top) {
        ByteString inTree = KeySpace.USER.inTree(key);
        Node node = top;
        while (node instanceof Inner inner) {
            if (!KeyBits.agree(inner.sample(), inTree, inner.bit)) {
                return new Finding.Absent();
            }
            node = inner.child(KeyBits.bit(inTree, inner.bit));
        }
        if (node instanceof Stub) {
            return new Finding.Invalid();
        }
        Leaf leaf = (Leaf) node;
        return leaf.key.equals(inTree) ? new Finding.Present(leaf.value) : new Finding.Absent();
    }
}
