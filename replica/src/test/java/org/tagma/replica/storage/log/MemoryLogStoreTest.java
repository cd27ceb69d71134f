package org.tagma.replica.storage.log;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftRecord.Forgotten;
import org.tagma.core.pbft.message.PbftRecord.Prepared;
import org.tagma.core.pbft.message.PbftRecord.Reservation;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.folder.DataFolder;

final class MemoryLogStoreTest {

    private static final ByteString CLUSTER = ByteString.copyFromUtf8("the cluster's id");
    private static final LogRecord VOTE = new Prepared(0, 1, Digest.of(ByteString.copyFromUtf8("x")));

    @TempDir
    Path folder;

    @Test
    void aFolderWithoutAGuardIsAFirstIncarnation() throws IOException {
        RecoveredLog recovered = recover();
        assertThat(recovered.memory()).isEqualTo(LogIntegrity.FRESH);
        assertThat(recovered.records()).isEmpty();
    }

    @Test
    void theNewestReservationSurvivesAndVotesDoNot() throws IOException {
        write(new Reservation(0, 128), VOTE, new Reservation(1, 256));
        RecoveredLog log = recover();
        assertThat(log)
                .isEqualTo(new RecoveredLog(List.of(new Reservation(1, 256)), LogIntegrity.PARTIAL, log.nonce()));
    }

    @Test
    void aReservationIsKeptThroughLivesThatAddNone() throws IOException {
        write(new Reservation(1, 256));
        write(VOTE);
        assertThat(recover().records()).containsExactly(new Reservation(1, 256));
    }

    @Test
    void withoutABarrierNothingIsPromised() throws IOException {
        try (LogStore store = open(0)) {
            store.recover();
            store.append(new Reservation(1, 256));
        }
        assertThat(recover().memory()).isEqualTo(LogIntegrity.FRESH);
    }

    /** Known bug 22: it may have reserved a little since, for the view that it follows; before that, anything. */
    @Test
    void bug22_aReservationMadeSinceTheDiskWasLostSaysNothingOfBefore() throws IOException {
        DataFolder.open(folder, new DataFolder.Owner(CLUSTER, 0, 0)).close();
        assertThat(recover().memory()).isEqualTo(LogIntegrity.LOST);
        write(new Reservation(3, 0));
        assertThat(recover().memory()).isEqualTo(LogIntegrity.LOST);
        write(new Forgotten(4, 256));
        assertThat(recover().memory()).isEqualTo(LogIntegrity.PARTIAL);
    }

    @Test
    void votesAloneTouchNoDisk() throws IOException {
        write();
        FileTime before = Files.getLastModifiedTime(guard());
        byte[] empty = Files.readAllBytes(guard());
        try (LogStore store = open(0)) {
            store.recover();
            store.append(VOTE);
            store.barrier();
        }
        assertThat(Files.readAllBytes(guard())).isEqualTo(empty);
        assertThat(Files.getLastModifiedTime(guard())).isEqualTo(before);
    }

    @Test
    void aMissingGuardOfAReplicaThatRanIsRefused() throws IOException {
        write(new Reservation(1, 256));
        Files.delete(guard());
        assertRefused("it is missing");
    }

    @Test
    void aTornTemporaryFileOfACrashIsIgnored() throws IOException {
        write(new Reservation(1, 256));
        Files.write(folder.resolve(AmnesiaGuardFile.NAME + DurableFiles.UNFINISHED), new byte[] {1, 2, 3});
        assertThat(recover().records()).containsExactly(new Reservation(1, 256));
        write(new Reservation(2, 512));
        assertThat(recover().records()).containsExactly(new Reservation(2, 512));
    }

    @Test
    void aTornGuardIsRefusedAtEveryLength() throws IOException {
        write(new Reservation(1, 256));
        byte[] whole = Files.readAllBytes(guard());
        for (int length = 0; length < whole.length; length++) {
            Files.write(guard(), Arrays.copyOf(whole, length));
            assertRefused("damaged");
        }
    }

    @Test
    void aGuardWithAnyByteChangedIsRefused() throws IOException {
        write(new Reservation(1, 256));
        byte[] whole = Files.readAllBytes(guard());
        for (int i = 0; i < whole.length; i++) {
            byte[] changed = whole.clone();
            changed[i] ^= 0x10;
            Files.write(guard(), changed);
            assertRefused("damaged");
        }
    }

    @Test
    void aHugeGuardIsRefusedUnread() throws IOException {
        write();
        Files.write(guard(), new byte[(1 << 20) + 1]);
        assertRefused("too large");
    }

    @Test
    void anotherReplicasFolderIsRefused() throws IOException {
        write(new Reservation(1, 256));
        assertThatThrownBy(() -> open(3))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("belongs to replica 0, not to replica 3")
                .hasMessageNotContaining("\n");
    }

    @Test
    void anotherClustersFolderIsRefused() throws IOException {
        write(new Reservation(1, 256));
        assertThatThrownBy(() -> open(ByteString.copyFromUtf8("another cluster!"), 0))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("another cluster");
    }

    @Test
    void aFolderHasOneOwnerAtATime() throws IOException {
        try (LogStore first = open(0)) {
            assertThat(first.recover().memory()).isEqualTo(LogIntegrity.FRESH);
            assertThatThrownBy(() -> open(0))
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining("in use by another process");
        }
        open(0).close();
    }

    @Test
    void aFolderThatCannotBeMadeIsReportedInOneLine() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> DataFolder.open(file.resolve("data"), new DataFolder.Owner(CLUSTER, 0, 0)))
                .isInstanceOf(DataFolderException.class)
                .hasMessageContaining("cannot be used")
                .hasMessageNotContaining("\n");
    }

    @Test
    void withoutAFolderTheObjectIsTheMemory() throws IOException {
        try (MemoryLogStore store = MemoryLogStore.withoutFolder()) {
            assertThat(store.recover().memory()).isEqualTo(LogIntegrity.FRESH);
            store.append(new Reservation(1, 256));
            store.append(VOTE);
            store.barrier();
            store.truncate(1);
            assertThat(store.recover().memory()).isEqualTo(LogIntegrity.PARTIAL);
            assertThat(store.recover().records()).containsExactly(new Reservation(1, 256));
        }
    }

    private void assertRefused(String how) throws IOException {
        try (LogStore store = open(0)) {
            assertThatThrownBy(store::recover)
                    .isInstanceOf(DataFolderException.class)
                    .hasMessageContaining(how)
                    .hasMessageNotContaining("\n");
        }
    }

    private void write(LogRecord... records) throws IOException {
        try (LogStore store = open(0)) {
            store.recover();
            for (LogRecord each : records) {
                store.append(each);
            }
            store.barrier();
        }
    }

    private RecoveredLog recover() throws IOException {
        try (LogStore store = open(0)) {
            return store.recover();
        }
    }

    private LogStore open(int replica) throws IOException {
        return open(CLUSTER, replica);
    }

    private LogStore open(ByteString cluster, int replica) throws IOException {
        if (Files.notExists(folder.resolve(DataFolder.IDENTITY))) {
            DataFolder.initialize(folder, new DataFolder.Owner(cluster, 0, replica));
        }
        DataFolder opened = DataFolder.open(folder, new DataFolder.Owner(cluster, 0, replica));
        return opened.openLog(Durability.MEMORY);
    }

    private Path guard() {
        return folder.resolve(AmnesiaGuardFile.NAME);
    }
}
