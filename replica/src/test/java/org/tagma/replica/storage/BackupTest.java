package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftRecord.HardState;
import org.tagma.core.raft.message.RaftRecord.Snapshotted;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.backup.Backup;
import org.tagma.replica.storage.backup.BackupManifest;
import org.tagma.replica.storage.files.FileTree;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.folder.StagedBackup;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.state.StateFolder;

final class BackupTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("0123456789abcdef");
    private static final String NOW = "2026-01-01T00:00:00Z";
    private static final long CHECKPOINT = 128;

    @TempDir
    Path temporary;

    private final MerkleStateStore store = new MerkleStateStore();

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void theStateOfAStableCheckpointComesBackAndNoVote(boolean asTree) throws IOException {
        Path data = ran(asTree);
        Path backup = temporary.resolve("backup");

        Backup.Content taken = Backup.take(data, backup, NOW, BackupTest::notAsked);
        Path restored = temporary.resolve("replica-2");
        Backup.Content content =
                Backup.restore(backup, restored, new DataFolder.Owner(CLUSTER, 0, 2), certificate -> false);

        assertThat(content).isEqualTo(taken);
        assertThat(content.sequence()).isEqualTo(CHECKPOINT);
        assertThat(content.stateDigest()).isEqualTo(state(asTree).stateDigest());
        try (DataFolder folder = DataFolder.open(restored, new DataFolder.Owner(CLUSTER, 0, 2));
                LogStore log = folder.openLog(Durability.SYNC);
                SnapshotStore states = folder.openSnapshots(Durability.SYNC, asTree)) {
            RecoveredLog recovered = log.recover();
            assertThat(recovered.memory()).isEqualTo(LogIntegrity.LOST);
            assertThat(recovered.records()).containsExactly(snapshotted(state(asTree)));
            assertThat(states.recover())
                    .singleElement()
                    .satisfies(kept -> assertThat(kept.stateDigest())
                            .isEqualTo(state(asTree).stateDigest()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aReplicaThatRunsLaysOutWhatIsCopied(boolean asTree) throws IOException {
        Path data = ran(asTree);
        Path backup = temporary.resolve("backup");
        try (DataFolder folder = DataFolder.open(data, new DataFolder.Owner(CLUSTER, 0, 1));
                LogStore log = folder.openLog(Durability.SYNC);
                SnapshotStore states = folder.openSnapshots(Durability.SYNC, asTree)) {
            states.recover();
            BackupStage stage = folder.backupStage(log, states);
            stage.stage("earlier");
            Backup.Content content = Backup.take(data, backup, NOW, () -> stage.stage("this"));
            assertThat(content.sequence()).isEqualTo(CHECKPOINT);
            log.append(new Prepared(0, CHECKPOINT + 2, Digest.NULL));
            log.barrier();
        }
        assertThat(data.resolve(StagedBackup.FOLDER)).doesNotExist();
        assertThat(Backup.content(backup).stateDigest()).isEqualTo(state(asTree).stateDigest());
    }

    @Test
    void aBackupOfAnotherEpochIsNotRestored() throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        Path restored = temporary.resolve("replica-2");
        assertThatThrownBy(() ->
                        Backup.restore(backup, restored, new DataFolder.Owner(CLUSTER, 1, 2), certificate -> true))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("is of epoch 0, and the cluster file says epoch 1");
        assertThat(restored).doesNotExist();
    }

    /** The question may be sent again while the answer to the first is being copied. */
    @Test
    void whatIsLaidOutForABackupIsLaidOutOnce() throws IOException {
        Path data = ran(true);
        try (DataFolder folder = DataFolder.open(data, new DataFolder.Owner(CLUSTER, 0, 1));
                LogStore log = folder.openLog(Durability.SYNC);
                SnapshotStore states = folder.openSnapshots(Durability.SYNC, true)) {
            states.recover();
            BackupStage stage = folder.backupStage(log, states);
            stage.stage("this");
            Path mark = Files.createFile(data.resolve(StagedBackup.FOLDER).resolve("mark"));
            stage.stage("this");
            assertThat(mark).exists();
            stage.stage("another");
            assertThat(mark).doesNotExist();
        }
    }

    /** Known bug 22: what was voted since the backup was taken must not be contradicted. */
    @Test
    void aBackupThatIsUsedAsADataFolderIsOneThatForgot() throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        try (DataFolder folder = DataFolder.open(backup, new DataFolder.Owner(CLUSTER, 0, 1));
                LogStore log = folder.openLog(Durability.SYNC)) {
            assertThat(log.recover().memory()).isEqualTo(LogIntegrity.LOST);
        }
    }

    /** Known bug 52. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "state/../../evil/x",
                "state/../identity",
                "../evil",
                "/tmp/evil",
                "state//x",
                "state/./x",
                "./state/x",
                "state/..",
                "state/sub/x",
                "other/x",
                "state\\x",
                "state/\u002e\u002e",
                "state/x\u0000",
                "state/\uff0e\uff0e",
                "STATE/CURRENT",
                "state/cuRRENT",
                "state/e\u0301",
                "lock",
                "backup-manifest",
                ""
            })
    void bug52_aManifestThatNamesWhatNoBackupHoldsIsRefusedBeforeAnythingIsWritten(String name) throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        BackupManifest good = BackupManifest.check(backup);
        Path evil = Files.createDirectory(temporary.resolve("evil"));
        Files.writeString(evil.resolve("x"), "x");
        Map<String, BackupManifest.Entry> files = new LinkedHashMap<>(good.files());
        files.put(name, BackupManifest.Entry.of(evil.resolve("x")));
        new BackupManifest(good.clusterId(), good.replica(), good.taken(), files).write(backup);
        Tree.delete(evil);
        List<String> before = names();

        assertRefused(backup, CLUSTER, "is damaged (");
        assertThat(names()).isEqualTo(before);
    }

    @ParameterizedTest
    @ValueSource(strings = {"state", "log", "state/CURRENT", "lock", "state/more"})
    void aLinkInABackupIsRefusedBeforeAnythingIsWritten(String name) throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        Path elsewhere = temporary.resolve("elsewhere");
        Path link = backup.resolve(name);
        if (Files.exists(link)) {
            Files.move(link, elsewhere);
        }
        Files.createSymbolicLink(link, elsewhere);
        List<String> before = names();

        assertRefused(backup, CLUSTER, "is neither a file nor a folder");
        assertThatThrownBy(() -> Backup.open(backup)).hasMessageContaining("is neither a file nor a folder");
        assertThat(names()).isEqualTo(before);
    }

    @Test
    void aFileNamedTwiceIsRefused() throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        BackupManifest good = BackupManifest.check(backup);
        Map<String, BackupManifest.Entry> files = new LinkedHashMap<>(good.files());
        files.put("state/current", good.files().get("state/CURRENT"));
        new BackupManifest(good.clusterId(), good.replica(), good.taken(), files).write(backup);
        assertRefused(backup, CLUSTER, "it names a file twice: state/current");
    }

    @Test
    void aBackupAndWhatIsRestoredFromItAreTheirOwnersOnly() throws IOException {
        Path backup = temporary.resolve("backups").resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        Path restored = temporary.resolve("data").resolve("replica-2");
        Backup.restore(backup, restored, new DataFolder.Owner(CLUSTER, 0, 2), certificate -> false);
        try (Stream<Path> all = Stream.concat(Files.walk(backup.getParent()), Files.walk(restored.getParent()))) {
            for (Path each : (Iterable<Path>) all::iterator) {
                boolean ofRocks = each.startsWith(restored.resolve(RocksLogStore.FOLDER)) && Files.isRegularFile(each);
                if (!ofRocks && !each.endsWith(Path.of(RocksLogStore.FOLDER, "LOG"))) {
                    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                            .as(each.toString())
                            .isEqualTo(Files.isDirectory(each) ? "rwx------" : "rw-------");
                }
            }
        }
    }

    @Test
    void aDataFolderThatIsALinkStaysOne() throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        Path disk = Files.createDirectories(temporary.resolve("disk").resolve("r2"));
        Path link = Files.createSymbolicLink(temporary.resolve("replica-2"), disk);
        Backup.restore(backup, link, new DataFolder.Owner(CLUSTER, 0, 2), certificate -> false);
        assertThat(link).isSymbolicLink();
        assertThat(disk.resolve(DataFolder.IDENTITY)).exists();
    }

    private List<String> names() throws IOException {
        try (Stream<Path> all = Files.walk(temporary)) {
            return all.map(Path::toString).sorted().toList();
        }
    }

    @Test
    void everyFileIsChecked() throws IOException {
        Path backup = temporary.resolve("backup");
        Backup.take(ran(true), backup, NOW, BackupTest::notAsked);
        for (Path file : FileTree.files(backup)) {
            byte[] good = Files.readAllBytes(file);
            if (good.length > 0) {
                byte[] bad = good.clone();
                bad[good.length / 2] ^= 1;
                Files.write(file, bad);
                assertThatThrownBy(() -> Backup.content(backup))
                        .as(file.toString())
                        .isInstanceOf(DataFolderException.class);
                Files.write(file, good);
            }
        }
        assertThat(Backup.content(backup).sequence()).isEqualTo(CHECKPOINT);
        Files.delete(backup.resolve(StateFolder.FOLDER).resolve("CURRENT"));
        assertRefused(backup, CLUSTER, "state/CURRENT is missing");
    }

    @Test
    void whatCannotBeRestoredIsSaidInOneLine() throws IOException {
        Path backup = temporary.resolve("backup");
        Path data = ran(true);
        Backup.take(data, backup, NOW, BackupTest::notAsked);

        assertRefused(backup, ByteString.copyFromUtf8("another cluster!"), "is a backup of another cluster");
        assertThatThrownBy(() -> Backup.restore(backup, data, new DataFolder.Owner(CLUSTER, 0, 1), certificate -> true))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("is not empty");
        assertThatThrownBy(() -> Backup.take(data, backup, NOW, BackupTest::notAsked))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("is there already");
        Path manifest = backup.resolve(BackupManifest.NAME);
        String text = Files.readString(manifest);
        Files.writeString(manifest, text.replaceFirst("tagma-backup 1", "tagma-backup 2"));
        assertRefused(backup, CLUSTER, "has the backup format 2; this version of Tagma knows format 1 only");
        Files.delete(manifest);
        assertRefused(backup, CLUSTER, "no backup, or one that was not finished");
    }

    @Test
    void withoutACheckpointThereIsNothingToRestore() throws IOException {
        Path data = temporary.resolve("replica-1");
        DataFolder.initialize(data, new DataFolder.Owner(CLUSTER, 0, 1));
        Path backup = temporary.resolve("backup");
        assertThatThrownBy(() -> Backup.take(data, backup, NOW, BackupTest::notAsked))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("never ran");
        open(data, log -> log.append(new Reservation(0, CHECKPOINT)));

        assertThat(Backup.take(data, backup, NOW, BackupTest::notAsked).sequence())
                .isZero();
        assertRefused(backup, CLUSTER, "holds no state that is proved to be right");
    }

    private void assertRefused(Path backup, ByteString cluster, String why) {
        Path target = temporary.resolve("target");
        assertThatThrownBy(
                        () -> Backup.restore(backup, target, new DataFolder.Owner(cluster, 0, 1), certificate -> true))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining(why);
        assertThat(target).doesNotExist();
    }

    private static void notAsked() {
        throw new AssertionError("the replica does not run");
    }

    @FunctionalInterface
    private interface Writing {
        void to(LogStore log) throws IOException;
    }

    private static void open(Path data, Writing writing) throws IOException {
        try (DataFolder folder = DataFolder.open(data, new DataFolder.Owner(CLUSTER, 0, 1));
                LogStore log = folder.openLog(Durability.SYNC)) {
            log.recover();
            writing.to(log);
            log.barrier();
        }
    }

    /** The folder of a replica that ran, took a checkpoint and voted since. */
    private Path ran(boolean asTree) throws IOException {
        Path data = temporary.resolve("replica-1");
        DataFolder.initialize(data, new DataFolder.Owner(CLUSTER, 0, 1));
        store.put(ByteString.copyFromUtf8("key"), ByteString.copyFromUtf8("value"));
        ServiceSnapshot state = state(asTree);
        try (DataFolder folder = DataFolder.open(data, new DataFolder.Owner(CLUSTER, 0, 1));
                LogStore log = folder.openLog(Durability.SYNC);
                SnapshotStore states = folder.openSnapshots(Durability.SYNC, asTree)) {
            log.recover();
            states.recover();
            states.save(state);
            log.append(snapshotted(state));
            log.append(new HardState(3, 1));
            log.append(new Prepared(0, CHECKPOINT + 1, Digest.NULL));
            log.barrier();
        }
        return data;
    }

    private static Snapshotted snapshotted(ServiceSnapshot state) {
        return new Snapshotted(
                new SnapshotMeta(CHECKPOINT, 3, state.stateDigest(), Configuration.of(List.of(0, 1, 2))));
    }

    private ServiceSnapshot state(boolean asTree) {
        return ServiceSnapshot.of(
                CHECKPOINT, ByteString.copyFromUtf8("sessions"), asTree ? Optional.of(store.tree()) : Optional.empty());
    }
}
