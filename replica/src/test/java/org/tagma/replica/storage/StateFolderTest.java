package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.replica.storage.RocksLogStoreTest.vote;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.message.PbftRecord.Stable;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.network.cluster.Durability;
import org.tagma.protocol.KnownState;
import org.tagma.replica.storage.backup.StoppedReplica;
import org.tagma.replica.storage.files.CheckedText;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.state.StateBatch;
import org.tagma.replica.storage.state.StatePages;
import org.tagma.replica.storage.state.StateTable;

/** States of checkpoints in a data folder. */
final class StateFolderTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("0123456789abcdef");

    @TempDir
    Path temporary;

    private final MerkleStateStore store = new MerkleStateStore();

    /** What a replica opens. */
    private record Opened(LogStore log, SnapshotStore states) implements AutoCloseable {

        static Opened in(Path folder) throws IOException {
            DataFolder data = DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0));
            LogStore log = data.openLog(Durability.SYNC);
            log.recover();
            return new Opened(log, data.openSnapshots(Durability.SYNC, true));
        }

        @Override
        public void close() {
            states.close();
            log.close();
        }
    }

    @Test
    void theNextIncarnationFindsTheCheckpointsThatWereNotReleased() throws Exception {
        Path folder = initialized();
        try (Opened incarnation = Opened.in(folder)) {
            assertThat(incarnation.states().recover()).isEmpty();
            for (int sequence = 1; sequence <= 3; sequence++) {
                fill(1_000 * sequence);
                save(incarnation.states(), sequence);
            }
            incarnation.states().release(2, Set.of());
        }
        try (Opened incarnation = Opened.in(folder)) {
            List<ServiceSnapshot> found = incarnation.states().recover();
            assertThat(found).extracting(ServiceSnapshot::sequence).containsExactly(2L, 3L);
            assertThat(count(found.get(0))).isEqualTo(2_000);
            assertThat(count(found.get(1))).isEqualTo(3_000);
            assertThat(incarnation.states().nodes()).isPresent();
        }
    }

    @Test
    void aStoppedReplicasFolderIsReadAndLeftAsItIs() throws Exception {
        Path folder = initialized();
        CheckpointCertificate certificate =
                new CheckpointCertificate(1, store.tree().root().digest(), List.of());
        try (Opened incarnation = Opened.in(folder)) {
            incarnation.log().append(new Stable(certificate));
            incarnation.log().append(vote(2));
            incarnation.log().barrier();
            fill(1_000);
            save(incarnation.states(), 1);
            assertThatThrownBy(() -> StoppedReplica.open(folder))
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining("in use");
        }
        List<Path> files = Tree.files(folder);
        try (StoppedReplica replica = StoppedReplica.open(folder)) {
            assertThat(replica.clusterId()).isEqualTo(CLUSTER);
            assertThat(replica.replica()).isZero();
            assertThat(replica.newestState().map(KnownState::logRecord)).contains(new PbftRecord.Stable(certificate));
            assertThat(replica.log()).containsExactly(new Stable(certificate), vote(2));
            assertThat(replica.checkpoints()).hasSize(1);
            assertThat(count(replica.checkpoints().get(0))).isEqualTo(1_000);
        }
        assertThat(Tree.files(folder)).isEqualTo(files);
        assertThatThrownBy(() -> StoppedReplica.open(temporary.resolve("nothing")))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("not the data folder of a replica");
    }

    @Test
    void anOlderFolderIsRefusedInOneLine() throws Exception {
        Path folder = initialized();
        CheckedText.write(
                folder.resolve(DataFolder.IDENTITY),
                Map.of("format", "2", "cluster", "30313233343536373839616263646566", "replica", "0"));

        assertThatThrownBy(() -> Opened.in(folder))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("has format 2; this version of Tagma knows format 4 only");
    }

    @Test
    void whatTheLastIncarnationCouldNotReadIsSetAside() throws Exception {
        Path folder = initialized();
        try (Opened incarnation = Opened.in(folder)) {
            fill(10);
            MerkleTree tree = save(incarnation.states(), 1).tree().orElseThrow();
            StatePages pages = (StatePages) incarnation.states().nodes().orElseThrow();
            byte[] root = StateBatch.pageKey(tree.root().digest());
            pages.table().write(List.of(StateTable.Change.remove(root)), true);
        }
        try (Opened incarnation = Opened.in(folder)) {
            ServiceSnapshot damaged = incarnation.states().recover().get(0);
            assertThatThrownBy(() -> count(damaged)).isInstanceOf(UnreadableStateError.class);
        }
        try (Opened incarnation = Opened.in(folder)) {
            assertThat(incarnation.states().recover()).isEmpty();
            store.replace(MerkleTree.EMPTY);
            fill(10);
            save(incarnation.states(), 2);
        }
        assertThat(folder.resolve("state.damaged")).isDirectory();
        try (Opened incarnation = Opened.in(folder)) {
            assertThat(count(incarnation.states().recover().get(0))).isEqualTo(10);
        }
    }

    @Test
    void aDatabaseThatCannotBeOpenedIsSetAside() throws Exception {
        Path folder = initialized();
        try (Opened incarnation = Opened.in(folder)) {
            fill(10);
            save(incarnation.states(), 1);
        }
        for (int round = 0; round < 2; round++) {
            Files.writeString(folder.resolve("state").resolve("CURRENT"), "nonsense");
            try (Opened incarnation = Opened.in(folder)) {
                assertThat(incarnation.states().recover()).isEmpty();
            }
        }
    }

    private Path initialized() throws IOException {
        Path folder = temporary.resolve("data");
        DataFolder.initialize(folder, new DataFolder.Owner(CLUSTER, 0, 0));
        return folder;
    }

    private void fill(int entries) {
        for (int i = 0; i < entries; i++) {
            store.put(ByteString.copyFromUtf8("account/" + i), ByteString.copyFromUtf8("value " + i));
        }
    }

    private ServiceSnapshot snapshot(long sequence) {
        return ServiceSnapshot.of(sequence, ByteString.copyFromUtf8("sessions"), Optional.of(store.tree()));
    }

    private ServiceSnapshot save(SnapshotStore states, long sequence) throws IOException {
        ServiceSnapshot kept = states.save(snapshot(sequence));
        store.replace(kept.tree().orElseThrow());
        return kept;
    }

    private static int count(ServiceSnapshot snapshot) {
        int[] count = {0};
        snapshot.tree().orElseThrow().entries().forEach(entry -> count[0]++);
        return count[0];
    }
}
