package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePath;
import org.tagma.simulator.check.PieceReading.Place;

/** The checkers' own reading of parts of trees: it agrees with what correct replicas give, down to the last entry, and with nothing else. */
class PieceReadingTest {

    private static final int ENTRIES = 60;

    private static MerkleTree tree() {
        MerkleStateStore store = new MerkleStateStore();
        for (int i = 0; i < ENTRIES; i++) {
            // Some keys begin with others.
            store.put(ByteString.copyFromUtf8("k" + "x".repeat(i % 4) + i * i), ByteString.copyFromUtf8("v".repeat(i)));
        }
        return store.tree();
    }

    @Test
    void everyPartStandsForWhatThePartAboveItSaysAndTellsOfWhatIsBelow() {
        MerkleTree tree = tree();
        Deque<Place> waiting = new ArrayDeque<>();
        waiting.add(new Place(NodePath.ROOT, tree.root().digest(), tree.bytes()));
        int parts = 0;
        while (!waiting.isEmpty()) {
            Place place = waiting.remove();
            Optional<PieceReading.Part> part =
                    PieceReading.of(place.path(), tree.piece(place.path(), 1).orElseThrow());

            assertThat(part).isPresent();
            assertThat(part.get().digest()).isEqualTo(place.digest());
            assertThat(part.get().bytes()).isEqualTo(place.bytes());
            waiting.addAll(part.get().missing());
            parts++;
        }
        assertThat(parts).isGreaterThan(ENTRIES / 2);
    }

    @Test
    void aWholePartLeavesNothingOut() {
        MerkleTree tree = tree();

        assertThat(PieceReading.of(
                        NodePath.ROOT, tree.piece(NodePath.ROOT, 1 << 16).orElseThrow()))
                .map(PieceReading.Part::missing)
                .contains(List.of());
    }

    @Test
    void noDamageLeavesADigestAsItWas() {
        MerkleTree tree = tree();
        ByteString whole = tree.piece(NodePath.ROOT, 1 << 16).orElseThrow();
        for (int at = 0; at < whole.size(); at++) {
            byte[] damaged = whole.toByteArray();
            damaged[at] ^= 1;
            Optional<PieceReading.Part> read = PieceReading.of(NodePath.ROOT, ByteString.copyFrom(damaged));

            assertThat(read.map(PieceReading.Part::digest))
                    .isNotEqualTo(Optional.of(tree.root().digest()));
        }
        assertThat(PieceReading.of(NodePath.ROOT, whole.substring(0, whole.size() - 1)))
                .isEmpty();
        assertThat(PieceReading.of(NodePath.ROOT, whole.concat(ByteString.copyFrom(new byte[1]))))
                .isEmpty();
        assertThat(PieceReading.of(NodePath.ROOT, ByteString.EMPTY)).isEmpty();
    }
}
