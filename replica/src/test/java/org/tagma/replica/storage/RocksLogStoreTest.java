package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftRecord.Forgotten;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reproposed;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.files.CheckedText;
import org.tagma.replica.storage.files.DataFolderLock;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.log.BackgroundSync;
import org.tagma.replica.storage.log.IncarnationFile;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.log.SyncedMark;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.StorageMemory;

final class RocksLogStoreTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("0123456789abcdef");

    @TempDir
    Path temporary;

    @Test
    void aNewFolderIsAFirstIncarnation() throws IOException {
        RecoveredLog first = recover(initialized());
        assertThat(first.memory()).isEqualTo(LogIntegrity.FRESH);
        assertThat(first.records()).isEmpty();
    }

    @Test
    void aReplicaThatRanAndSaidNothingIsNotInItsFirstIncarnation() throws IOException {
        Path folder = initialized();
        recover(folder);
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void whatWasAcknowledgedComesBackInOrder() throws IOException {
        Path folder = initialized();
        List<LogRecord> records = List.of(vote(2), new Reservation(0, 128), vote(1), new Reproposed(1, 2, digest(2)));
        write(folder, records.toArray(LogRecord[]::new));
        assertThat(recover(folder).records()).isEqualTo(records);
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void withoutABarrierNothingIsPromised() throws IOException {
        Path folder = initialized();
        try (LogStore log = open(folder)) {
            log.recover();
            log.append(vote(1));
        }
        assertThat(recover(folder).records()).isEmpty();
    }

    @Test
    void ofRecordsWithoutASequenceNumberTheNewestOfEachClassIsKept() throws IOException {
        Path folder = initialized();
        write(folder, new Reservation(0, 128), vote(1), new Reservation(1, 256));
        write(folder, new Reservation(2, 384));
        assertThat(recover(folder).records()).containsExactly(vote(1), new Reservation(2, 384));
    }

    @Test
    void truncationRemovesWhatACheckpointCovers() throws IOException {
        Path folder = initialized();
        try (LogStore log = open(folder)) {
            log.recover();
            append(log, vote(1), vote(2), vote(3), new Reservation(0, 128));
            log.truncate(2);
            append(log, vote(4));
        }
        assertThat(recover(folder).records()).containsExactly(vote(3), new Reservation(0, 128), vote(4));
        try (LogStore log = open(folder)) {
            log.recover();
            log.truncate(4);
            append(log, vote(5));
        }
        assertThat(recover(folder).records()).containsExactly(new Reservation(0, 128), vote(5));
    }

    @Test
    void theDiskUsedIsBoundedByWhatLiesAboveTheCheckpoint() throws IOException {
        Path folder = initialized();
        RocksLogStore log = (RocksLogStore) open(folder);
        try (log) {
            for (long checkpoint = 0; checkpoint < 200; checkpoint++) {
                for (long at = 1; at <= 10; at++) {
                    log.append(vote(10 * checkpoint + at));
                }
                log.append(new Reservation(0, 10 * checkpoint + 20));
                log.barrier();
                log.truncate(10 * checkpoint);
            }
            assertThat(log.size()).isLessThanOrEqualTo(12);
        }
        assertThat(recover(folder).records()).hasSizeLessThanOrEqualTo(22);
    }

    /** Known bug 22: a synced tail that is gone. */
    @Test
    void aLogThatEndsBeforeWhatWasAcknowledgedIsRefused() throws IOException {
        Path folder = initialized();
        write(folder, vote(1), vote(2));
        SyncedMark mark = SyncedMark.open(folder);
        mark.set(mark.get() + 1);
        assertRefused(folder, "it ends at record 2, but record 3 was acknowledged");
    }

    @Test
    void aMissingLogOfAReplicaThatRanIsRefused() throws IOException {
        Path folder = initialized();
        write(folder, vote(1));
        Tree.delete(folder.resolve(RocksLogStore.FOLDER));
        assertRefused(folder, "log is damaged (it is missing)");
    }

    @Test
    void anOldLogPutBackIsRefused() throws IOException {
        Path folder = initialized();
        write(folder, vote(1));
        Tree.copy(folder.resolve(RocksLogStore.FOLDER), temporary.resolve("old"));
        write(folder, vote(2));
        Tree.delete(folder.resolve(RocksLogStore.FOLDER));
        Tree.copy(temporary.resolve("old"), folder.resolve(RocksLogStore.FOLDER));
        assertRefused(folder, "it ends at record 1, but record 2 was acknowledged");
    }

    @Test
    void aFolderThatLostItsIncarnationFileIsNotTakenForANewOne() throws IOException {
        Path folder = initialized();
        write(folder, vote(1));
        Files.delete(folder.resolve(IncarnationFile.NAME));
        assertRefused(folder, "it is missing, though the log holds records");
    }

    /** Known bug 46: what a file system says of files is no evidence. That a folder is old, the other replicas know. */
    @Test
    void bug46_aFolderWhoseFilesWereMovedOrGivenOtherPermissionsIsTheSame() throws IOException {
        Path folder = initialized();
        write(folder, vote(1));
        Path moved = temporary.resolve("moved");
        Tree.copy(folder, moved);
        Files.setPosixFilePermissions(moved.resolve(DataFolder.IDENTITY), PosixFilePermissions.fromString("rwxrwxr-x"));
        Files.setLastModifiedTime(moved.resolve(DataFolder.IDENTITY), FileTime.fromMillis(0));
        assertThat(recover(moved).records()).containsExactly(vote(1));
        assertThat(recover(moved).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void aFolderIsClosedToOthersBeforeAnythingIsInIt() throws IOException {
        Path folder = temporary.resolve("data").resolve("replica-0");
        DataFolder.initialize(folder, new DataFolder.Owner(CLUSTER, 0, 0));
        write(folder, vote(1));
        for (Path each : List.of(folder.getParent(), folder, folder.resolve(RocksLogStore.FOLDER))) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(each)))
                    .as(each.toString())
                    .isEqualTo("rwx------");
        }
        for (String name : List.of(DataFolder.IDENTITY, IncarnationFile.NAME, SyncedMark.NAME, DataFolderLock.NAME)) {
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(name))))
                    .as(name)
                    .isEqualTo("rw-------");
        }
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
        recover(folder);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
                .isEqualTo("rwx------");
    }

    @Test
    void anEmptyFolderIsThatOfAReplicaThatForgot() throws IOException {
        Path folder = temporary.resolve("wiped");
        RecoveredLog first = recover(folder);
        assertThat(first).isEqualTo(new RecoveredLog(List.of(), LogIntegrity.LOST, first.nonce()));
        RecoveredLog second = recover(folder);
        assertThat(second.memory()).as("until it knows what it forgot").isEqualTo(LogIntegrity.LOST);
        assertThat(second.nonce()).isNotEqualTo(first.nonce());
    }

    /** Known bug 22: it may have reserved a little since, for the view that it follows; before that, anything. */
    @Test
    void bug22_aReservationMadeSinceTheDiskWasLostSaysNothingOfBefore() throws IOException {
        Path folder = temporary.resolve("wiped");
        write(folder, Durability.ASYNC, new Reservation(3, 0));
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.LOST);
        CheckedText.write(folder.resolve(BackgroundSync.NAME), Map.of("boot", "an earlier one"));
        assertThat(recover(folder).memory()).as("after a power failure").isEqualTo(LogIntegrity.LOST);
        write(folder, new Forgotten(4, 256));
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void aReplicaRestoredFromABackupKnowsNoVotes() throws IOException {
        Path folder = initialized();
        write(folder, vote(1), new Reservation(0, 128));
        IncarnationFile.writeForgot(folder);
        RecoveredLog log = recover(folder);
        assertThat(log.memory()).isEqualTo(LogIntegrity.LOST);
        assertThat(log.records()).isEmpty();
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.LOST);
    }

    @Test
    void anotherReplicasOrClustersFolderIsRefused() throws IOException {
        Path folder = initialized();
        assertThatThrownBy(() -> DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 1)))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("belongs to replica 0, not to replica 1");
        assertThatThrownBy(() -> DataFolder.open(
                        folder, new DataFolder.Owner(ByteString.copyFromUtf8("another cluster!"), 0, 0)))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("another cluster");
    }

    @ParameterizedTest
    @EnumSource(Durability.class)
    void aFolderOfAnotherEpochIsRefusedInALineThatNamesBoth(Durability durability) throws IOException {
        Path folder = temporary.resolve("of-epoch-3");
        DataFolder.initialize(folder, new DataFolder.Owner(CLUSTER, 3, 0));
        try (DataFolder opened = DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 3, 0))) {
            opened.openLog(durability).close();
        }
        for (int epoch : new int[] {2, 4}) {
            assertThatThrownBy(() -> DataFolder.open(folder, new DataFolder.Owner(CLUSTER, epoch, 0)))
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining("is of epoch 3, and the cluster file says epoch " + epoch)
                    .hasMessageContaining("set epoch: 3 in the cluster file again")
                    .hasMessageNotContaining("\n");
        }
        DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 3, 0)).close();
    }

    /** A folder that was lost is made anew in the epoch in which its replica is started. */
    @Test
    void aFolderMadeForAReplicaThatLostItsDiskKnowsItsEpoch() throws IOException {
        Path folder = temporary.resolve("lost");
        DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 1, 0)).close();
        assertThatThrownBy(() -> DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 2, 0)))
                .hasMessageContaining("is of epoch 1, and the cluster file says epoch 2");
    }

    @Test
    void aNewerFormatIsRefused() throws IOException {
        Path folder = initialized();
        CheckedText.write(folder.resolve(DataFolder.IDENTITY), Map.of("format", "5"));
        assertThatThrownBy(() -> DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0)))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("has format 5; this version of Tagma knows format 4 only");
    }

    @Test
    void theOtherKindOfDurabilityIsRefused() throws IOException {
        Path folder = initialized();
        write(folder, vote(1));
        try (DataFolder opened = DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0))) {
            assertThatThrownBy(() -> opened.openLog(Durability.MEMORY))
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining("was used with durability: sync or async");
        }
    }

    @Test
    void asyncThatEndedWellLosesNothing() throws IOException {
        Path folder = initialized();
        write(folder, Durability.ASYNC, vote(1));
        assertThat(folder.resolve(BackgroundSync.NAME)).doesNotExist();
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void asyncAfterThePowerFailedKnowsNoMoreThanItsReservation() throws IOException {
        Path folder = initialized();
        write(folder, Durability.ASYNC, new Reservation(0, 128), vote(1));
        CheckedText.write(folder.resolve(BackgroundSync.NAME), Map.of("boot", "an earlier one"));
        RecoveredLog log = recover(folder);
        assertThat(log.memory()).isEqualTo(LogIntegrity.PARTIAL);
        assertThat(log.records()).containsExactly(new Reservation(0, 128));
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.PARTIAL);
    }

    @Test
    void asyncWhoseProcessWasKilledLosesNothing() throws IOException {
        Path folder = initialized();
        write(folder, Durability.ASYNC, vote(1));
        BackgroundSync killed = new BackgroundSync(folder);
        killed.start(null);
        killed.stop(false);
        assertThat(BackgroundSync.mayHaveLost(folder)).isFalse();
        assertThat(recover(folder).memory()).isEqualTo(LogIntegrity.COMPLETE);
    }

    /** Known bug 34: what follows a failed write is never taken for durable. */
    @Test
    void afterAFailedBarrierEveryOtherFails() throws IOException {
        Path folder = initialized();
        write(folder, Durability.ASYNC, vote(1));
        RocksLogStore.Sync fails = new RocksLogStore.Sync() {
            @Override
            public boolean atEachBarrier() {
                return false;
            }

            @Override
            public void start(org.rocksdb.RocksDB opened) {}

            @Override
            public void written() throws IOException {
                throw new IOException("No space left on device");
            }

            @Override
            public void stop(boolean whole) {
                assertThat(whole).isFalse();
            }
        };
        try (RocksMemory memory = new RocksMemory(StorageMemory.OF_TOOLS);
                LogStore log = RocksLogStore.open(
                        folder, RocksLogStore.Past.COMPLETE, fails, SyncedMark.open(folder), 0, memory, () -> {})) {
            log.append(vote(2));
            assertThatThrownBy(log::barrier).hasMessageContaining("No space left");
            assertThatThrownBy(log::barrier).hasMessageContaining("an earlier write failed");
            assertThat(SyncedMark.open(folder).get()).isEqualTo(1);
        }
    }

    private void assertRefused(Path folder, String how) {
        assertThatThrownBy(() -> recover(folder))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining(how)
                .hasMessageNotContaining("\n");
    }

    private Path initialized() throws IOException {
        Path folder = temporary.resolve("data");
        DataFolder.initialize(folder, new DataFolder.Owner(CLUSTER, 0, 0));
        return folder;
    }

    private static LogStore open(Path folder) throws IOException {
        return open(folder, Durability.SYNC);
    }

    private static LogStore open(Path folder, Durability durability) throws IOException {
        DataFolder opened = DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0));
        try {
            return opened.openLog(durability);
        } catch (IOException e) {
            opened.close();
            throw e;
        }
    }

    static RecoveredLog recover(Path folder) throws IOException {
        try (LogStore log = open(folder)) {
            RecoveredLog read = log.recover();
            return new RecoveredLog(List.copyOf(read.records()), read.memory(), read.nonce());
        }
    }

    static void write(Path folder, LogRecord... records) throws IOException {
        write(folder, Durability.SYNC, records);
    }

    private static void write(Path folder, Durability durability, LogRecord... records) throws IOException {
        try (LogStore log = open(folder, durability)) {
            log.recover();
            append(log, records);
        }
    }

    private static void append(LogStore log, LogRecord... records) throws IOException {
        for (LogRecord each : records) {
            log.append(each);
        }
        log.barrier();
    }

    static Prepared vote(long sequence) {
        return new Prepared(0, sequence, digest(sequence));
    }

    private static Digest digest(long of) {
        return Digest.of(ByteString.copyFromUtf8("batch " + of));
    }
}
