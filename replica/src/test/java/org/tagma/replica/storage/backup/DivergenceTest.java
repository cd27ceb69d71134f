package org.tagma.replica.storage.backup;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.StateChange;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.folder.DataFolder;

/** Known bug 24: from two data folders it is found where two replicas parted, and in which keys. */
final class DivergenceTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("0123456789abcdef");

    @TempDir
    Path temporary;

    @Test
    void bug24TheFirstCheckpointAndTheKeysThatDifferAreNamed() throws IOException {
        MerkleStateStore right = new MerkleStateStore();
        MerkleStateStore wrong = new MerkleStateStore();
        put(right, "a", "1");
        put(wrong, "a", "1");
        List<ServiceSnapshot> ofTheRight = new ArrayList<>(List.of(snapshot(8, right)));
        List<ServiceSnapshot> ofTheWrong = new ArrayList<>(List.of(snapshot(8, wrong)));
        put(right, "b", "2");
        put(wrong, "b", "3");
        put(wrong, "c", "4");
        ofTheRight.add(snapshot(16, right));
        ofTheWrong.add(snapshot(16, wrong));
        put(wrong, "d", "5");
        ofTheWrong.add(snapshot(24, wrong));

        try (StoppedReplica one = ran(0, ofTheRight);
                StoppedReplica other = ran(2, ofTheWrong)) {
            Divergence divergence = Divergence.between(one, other);
            assertThat(divergence.lastEqual()).hasValue(8);
            Divergence.Difference first = divergence.first().orElseThrow();
            assertThat(first.sequence()).isEqualTo(16);
            List<StateChange> keys = new ArrayList<>();
            first.keys().forEachRemaining(keys::add);
            assertThat(keys)
                    .containsExactly(
                            new StateChange(text("b"), Optional.of(text("2")), Optional.of(text("3"))),
                            new StateChange(text("c"), Optional.empty(), Optional.of(text("4"))));
        }
    }

    @Test
    void equalStatesAreEqualAndOpaqueOnesHaveNoKeys() throws IOException {
        ServiceSnapshot same = ServiceSnapshot.of(8, text("same"));
        try (StoppedReplica one = ran(0, List.of(same, ServiceSnapshot.of(16, text("one"))));
                StoppedReplica other = ran(1, List.of(same));
                StoppedReplica third = ran(2, List.of(same, ServiceSnapshot.of(16, text("another"))))) {
            assertThat(Divergence.between(one, other).first()).isEmpty();
            assertThat(Divergence.between(one, other).lastEqual()).hasValue(8);
            Divergence.Difference first = Divergence.between(one, third).first().orElseThrow();
            assertThat(first.sequence()).isEqualTo(16);
            assertThat(first.hasKeys()).isFalse();
        }
    }

    private static ByteString text(String text) {
        return ByteString.copyFromUtf8(text);
    }

    private static void put(MerkleStateStore store, String key, String value) {
        store.put(text(key), text(value));
    }

    private static ServiceSnapshot snapshot(long sequence, MerkleStateStore store) {
        return ServiceSnapshot.of(sequence, ByteString.EMPTY, Optional.of(store.tree()));
    }

    private StoppedReplica ran(int replica, List<ServiceSnapshot> states) throws IOException {
        Path data = temporary.resolve("replica-" + replica);
        DataFolder.initialize(data, new DataFolder.Owner(CLUSTER, 0, replica));
        boolean asTrees = states.get(0).tree().isPresent();
        try (DataFolder folder = DataFolder.open(data, new DataFolder.Owner(CLUSTER, 0, replica));
                LogStore log = folder.openLog(Durability.SYNC);
                SnapshotStore kept = folder.openSnapshots(Durability.SYNC, asTrees)) {
            log.recover();
            kept.recover();
            for (ServiceSnapshot state : states) {
                kept.save(state);
            }
            log.barrier();
        }
        return StoppedReplica.open(data);
    }
}
