package org.tagma.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.tagma.core.state.States.Write;

class StatePieceTest {

    @Provide
    Arbitrary<List<Write>> writes() {
        return States.writes();
    }

    @Property(tries = 300)
    void aTreeCanBeHandedOverInPiecesOfAnySize(
            @ForAll("writes") List<Write> writes, @ForAll @IntRange(min = 1, max = 300) int maxBytes) {
        MerkleTree tree = States.tree(writes);
        Deque<NodePath> wanted = new ArrayDeque<>();
        if (!tree.isEmpty()) {
            wanted.add(NodePath.ROOT);
        }
        List<StatePiece> pieces = new ArrayList<>();
        while (!wanted.isEmpty()) {
            NodePath path = wanted.remove();
            ByteString encoded = tree.piece(path, maxBytes).orElseThrow();
            StatePiece piece = StatePiece.decode(path, encoded).orElseThrow();
            assertThat(piece.digest()).isEqualTo(tree.find(path).orElseThrow().digest());
            assertThat(piece.isAsAsked(maxBytes)).isTrue();
            piece.missing().forEach(missing -> {
                assertThat(NodePath.of(missing.path().prefix(), missing.path().bits()))
                        .contains(missing.path());
                wanted.add(missing.path());
            });
            pieces.add(piece);
        }
        assertThat(entriesOf(pieces)).isEqualTo(States.model(writes));
    }

    private static TreeMap<ByteString, ByteString> entriesOf(List<StatePiece> pieces) {
        TreeMap<ByteString, ByteString> entries = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        for (StatePiece piece : pieces) {
            Deque<Node> nodes = new ArrayDeque<>(List.of(piece.top()));
            while (!nodes.isEmpty()) {
                Node node = nodes.pop();
                if (node instanceof Node.Inner inner) {
                    nodes.push(inner.left);
                    nodes.push(inner.right);
                } else if (node instanceof Node.Leaf leaf) {
                    entries.put(KeySpace.fromTree(leaf.key), leaf.value);
                }
            }
        }
        return entries;
    }

    @Property(tries = 300)
    void theWholeTreeSurvivesEncoding(@ForAll("writes") List<Write> writes) {
        MerkleTree tree = States.tree(writes);

        MerkleTree copy = MerkleTree.decode(tree.encode()).orElseThrow();

        assertThat(copy.root()).isEqualTo(tree.root());
        assertThat(States.list(copy.entries())).isEqualTo(States.list(tree.entries()));
        assertThat(copy.encode()).isEqualTo(tree.encode());
    }

    /** As pieces arrive: as a part of a frame. */
    @Property(tries = 200)
    void aPieceIsReadFromTheMiddleOfAFrame(@ForAll("writes") List<Write> writes) {
        MerkleTree tree = States.tree(writes);
        ByteString piece = tree.piece(NodePath.ROOT, 100).orElse(ByteString.EMPTY);
        ByteString before = ByteString.copyFromUtf8("a header");
        ByteString frame =
                ByteString.copyFrom(before.concat(piece).concat(before).toByteArray());

        assertThat(StatePiece.decode(NodePath.ROOT, frame.substring(before.size(), before.size() + piece.size()))
                        .map(StatePiece::digest))
                .isEqualTo(StatePiece.decode(NodePath.ROOT, piece).map(StatePiece::digest));
    }

    @Property(tries = 2_000)
    void anyBytesAreReadOrRefused(@ForAll byte[] bytes) {
        StatePiece.decode(NodePath.ROOT, ByteString.copyFrom(bytes))
                .ifPresent(piece -> assertThat(piece.digest()).isNotNull());
    }

    @Property(tries = 300)
    void noChangedByteGivesAnotherPieceOfTheSameDigest(@ForAll("writes") List<Write> writes, @ForAll int seed) {
        MerkleTree tree = States.tree(writes);
        if (tree.isEmpty()) {
            return;
        }
        byte[] bytes = tree.piece(NodePath.ROOT, 500).orElseThrow().toByteArray();
        bytes[Math.floorMod(seed, bytes.length)] ^= (byte) (1 << Math.floorMod(seed >> 16, Byte.SIZE));

        StatePiece.decode(NodePath.ROOT, ByteString.copyFrom(bytes))
                .ifPresent(piece ->
                        assertThat(new StateRoot(piece.digest(), piece.bytes())).isNotEqualTo(tree.root()));
    }

    @Example
    void aPieceThatLeavesOutWhatWasAskedForIsTold() {
        MerkleTree tree = States.numbered(1_000, 50);
        StatePiece small = StatePiece.decode(
                        NodePath.ROOT, tree.piece(NodePath.ROOT, 1_000).orElseThrow())
                .orElseThrow();

        assertThat(small.isAsAsked(1_000)).isTrue();
        assertThat(small.isAsAsked(64 * 1_024)).isFalse();
    }

    @Example
    void aLargeTreeIsHandedOverInFewPieces() {
        MerkleTree tree = States.numbered(20_000, 200);
        int pieces = 0;
        Deque<NodePath> wanted = new ArrayDeque<>(List.of(NodePath.ROOT));
        while (!wanted.isEmpty()) {
            NodePath path = wanted.remove();
            StatePiece piece = StatePiece.decode(
                            path,
                            tree.piece(path, TreeAssembler.MAX_WHOLE_BYTES).orElseThrow())
                    .orElseThrow();
            piece.missing().forEach(missing -> wanted.add(missing.path()));
            pieces++;
        }
        assertThat(pieces).isLessThan((int) (4 * tree.bytes() / TreeAssembler.MAX_WHOLE_BYTES));
    }

    /** A client chooses the keys; it can make a tree as deep as a key is long. */
    @Example
    void aTreeAsDeepAsKeysAreLongOverflowsNoStack() {
        MerkleStateStore store = new MerkleStateStore();
        byte[] longest = new byte[StateView.MAX_KEY_BYTES];
        for (int length = 0; length <= longest.length; length++) {
            store.put(ByteString.copyFrom(longest, 0, length), ByteString.copyFromUtf8("v"));
        }
        MerkleTree tree = store.tree();
        ByteString deepest = ByteString.copyFrom(longest);

        assertThat(tree.prove(deepest).check(tree.root()))
                .isEqualTo(new StateProof.Finding.Present(ByteString.copyFromUtf8("v")));
        assertThat(MerkleTree.decode(tree.encode()).orElseThrow().root()).isEqualTo(tree.root());
        assertThat(States.list(tree.entries())).hasSize(longest.length + 1);
        assertThat(store.delete(deepest)).isTrue();
        assertThat(store.tree().changesSince(tree)).toIterable().hasSize(1);
    }
}
