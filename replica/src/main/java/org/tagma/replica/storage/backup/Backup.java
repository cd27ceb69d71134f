package org.tagma.replica.storage.backup;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.protocol.Certificate;
import org.tagma.protocol.KnownState;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.DataFolderLock;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.files.FileTree;
import org.tagma.replica.storage.files.OwnerOnly;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.folder.StagedBackup;
import org.tagma.replica.storage.log.IncarnationFile;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.log.SyncedMark;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.StorageMemory;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateFolder;

/**
 * Backups of a replica's data folder, and what can be had back from one: <em>the state of a stable checkpoint, with
 * what proves it, and no vote</em>. A replica may have voted since the backup was taken, and must not contradict that;
 * so the folder that is made from a backup is that of a replica which has lost its disk and happens to have a state. It
 * asks the others what it may have forgotten, and fetches only what changed.
 */
public final class Backup {

    private static final String RESTORING = ".restoring";

    /** What RocksDB writes for people, and its own lock. */
    private static final List<String> LEFT_OUT = List.of("LOCK", "LOG");

    /** Folders that a backup takes as they are. */
    private static final List<String> FOLDERS = List.of(RocksLogStore.FOLDER, StateFolder.FOLDER, SnapshotFiles.FOLDER);

    /**
     * What is in a backup.
     *
     * @param replica whose it is
     * @param taken when
     * @param sequence the checkpoint whose state can be had back; 0 if there is none
     * @param stateDigest of that state
     */
    public record Content(int replica, String taken, long sequence, Digest stateDigest, int files, long bytes) {}

    /** Has a running replica lay out what is to be copied. */
    @FunctionalInterface
    public interface RunningReplica {
        void stage() throws IOException;
    }

    /** Says whether a certificate is signed as it must be. */
    @FunctionalInterface
    public interface CertificateCheck {
        boolean isGood(Certificate certificate);
    }

    private Backup() {}

    /**
     * Copies a replica's data folder into a new folder, whether or not the replica runs.
     *
     * @param running asked if it does
     * @throws DataFolderException if there is nothing to copy, or the target is in the way
     */
    public static Content take(Path dataFolder, Path target, String now, RunningReplica running) throws IOException {
        if (Files.notExists(dataFolder.resolve(DataFolder.IDENTITY))) {
            throw new DataFolderException(
                    dataFolder + " is not the data folder of a replica, or of one whose disk was lost;"
                            + " a backup is taken on the machine of the replica");
        }
        requireEmpty(target);
        Optional<DataFolderLock> lock = DataFolderLock.tryAcquire(dataFolder);
        try {
            if (lock.isEmpty()) {
                running.stage();
            }
            Path from = lock.isPresent() ? dataFolder : dataFolder.resolve(StagedBackup.FOLDER);
            copyAll(dataFolder, from, target, now);
            if (lock.isEmpty()) {
                FileTree.delete(from);
            }
        } catch (FileSystemException e) {
            throw new DataFolderException(
                    "the backup was not finished: " + e + "; see that there is room at " + target
                            + ", that nobody else takes a backup of this replica, and try again with another folder",
                    e);
        } finally {
            lock.ifPresent(DataFolderLock::close);
        }
        return content(target);
    }

    private static void requireEmpty(Path target) throws IOException {
        if (Files.exists(target) && !(Files.isDirectory(target) && isEmpty(target))) {
            throw new DataFolderException(target + " is there already; give a folder that is new or empty");
        }
    }

    private static boolean isEmpty(Path folder) throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.findAny().isEmpty();
        }
    }

    private static void copyAll(Path dataFolder, Path from, Path target, String now) throws IOException {
        DataFolder.Owner owner = DataFolder.ownerOf(dataFolder);
        if (Files.notExists(from.resolve(RocksLogStore.FOLDER))) {
            throw new DataFolderException(from + " holds no log: this replica never ran, or keeps nothing on disk"
                    + " (durability: memory), so there is nothing to back up");
        }
        Map<String, BackupManifest.Entry> files = new LinkedHashMap<>();
        OwnerOnly.createFolders(target);
        OwnerOnly.closeFolder(target);
        // Of votes it says nothing: whoever uses the backup as a data folder, has one that forgot them.
        IncarnationFile.writeForgot(target);
        files.put(IncarnationFile.NAME, BackupManifest.Entry.of(target.resolve(IncarnationFile.NAME)));
        copy(dataFolder.resolve(DataFolder.IDENTITY), target, DataFolder.IDENTITY, files);
        for (String folder : FOLDERS) {
            if (Files.exists(from.resolve(folder))) {
                for (Path file : FileTree.files(from.resolve(folder))) {
                    copy(file, target, folder + '/' + file.getFileName(), files);
                }
            }
        }
        FileTree.syncFolders(target);
        new BackupManifest(owner.clusterId(), owner.replica(), now, files).write(target);
        DurableFiles.syncFolder(target.toAbsolutePath().getParent());
    }

    private static void copy(Path file, Path target, String name, Map<String, BackupManifest.Entry> files)
            throws IOException {
        String last = file.getFileName().toString();
        if (LEFT_OUT.contains(last) || last.startsWith("LOG.old") || last.endsWith(DurableFiles.UNFINISHED)) {
            return;
        }
        Path copy = target.resolve(name);
        FileTree.copy(file, copy);
        files.put(name, BackupManifest.Entry.of(copy));
    }

    /**
     * Opens a backup to look into it, once it has been checked.
     *
     * @throws DataFolderException if it is not whole
     */
    public static StoppedReplica open(Path backup) throws IOException {
        BackupManifest.check(backup);
        return StoppedReplica.open(backup);
    }

    /**
     * Checks a backup, and says what is in it.
     *
     * @throws DataFolderException if it is not whole
     */
    public static Content content(Path backup) throws IOException {
        BackupManifest manifest = BackupManifest.check(backup);
        try (StoppedReplica content = StoppedReplica.open(backup)) {
            return content(manifest, restorable(content));
        }
    }

    private static Content content(BackupManifest manifest, Optional<KnownState> state) {
        return new Content(
                manifest.replica(),
                manifest.taken(),
                state.map(KnownState::sequence).orElse(0L),
                state.map(KnownState::stateDigest).orElse(Digest.NULL),
                manifest.files().size(),
                manifest.files().values().stream()
                        .mapToLong(BackupManifest.Entry::bytes)
                        .sum());
    }

    /**
     * Makes the data folder of a replica from a backup of the same or another replica of its cluster. It appears as a
     * whole or not at all.
     *
     * @param given the data folder; must not be there, or be empty: what it holds would be newer than the backup. A
     *     link to a folder stays one
     * @param certificates asked for the certificate of the state, if it has one
     * @throws DataFolderException if the backup is damaged, of another cluster or epoch, or holds no state that can be
     *     had back
     */
    public static Content restore(Path backup, Path given, DataFolder.Owner owner, CertificateCheck certificates)
            throws IOException {
        if (Files.exists(given) && !isEmptyButForLock(given)) {
            throw new DataFolderException(given + " is not empty, and what it holds of votes is newer than any backup;"
                    + " put it aside first if it is of no use");
        }
        BackupManifest manifest = BackupManifest.check(backup);
        if (!manifest.clusterId().equals(owner.clusterId())) {
            throw new DataFolderException(backup + " is a backup of another cluster");
        }
        DataFolder.checkEpoch(
                backup, Integer.toString(DataFolder.ownerOf(backup).epoch()), owner.epoch());
        KnownState state = restorable(backup, certificates);
        OwnerOnly.createFolders(given.toAbsolutePath().getParent());
        Path dataFolder = Files.exists(given) ? given.toRealPath() : given;
        Path restoring = dataFolder.resolveSibling(dataFolder.getFileName() + RESTORING);
        FileTree.delete(restoring);
        build(backup, manifest, restoring, owner, state);
        try (DataFolderLock lock = DataFolderLock.acquire(dataFolder)) {
            Files.delete(dataFolder.resolve(DataFolderLock.NAME));
            Files.delete(dataFolder);
            Files.move(restoring, dataFolder);
        }
        DurableFiles.syncFolder(dataFolder.toAbsolutePath().getParent());
        return content(manifest, Optional.of(state));
    }

    private static boolean isEmptyButForLock(Path folder) throws IOException {
        if (!Files.isDirectory(folder)) {
            return false;
        }
        try (Stream<Path> entries = Files.list(folder)) {
            return entries.allMatch(file -> file.getFileName().toString().equals(DataFolderLock.NAME));
        }
    }

    private static KnownState restorable(Path backup, CertificateCheck certificates) throws IOException {
        try (StoppedReplica content = StoppedReplica.open(backup)) {
            KnownState state = restorable(content)
                    .orElseThrow(
                            () -> new DataFolderException(backup + " holds no state that is proved to be right: it was"
                                    + " taken before the first checkpoint, or while the replica fetched a state."
                                    + " Start the replica with an empty folder instead: it fetches all from others"));
            if (!state.certificate().map(certificates::isGood).orElse(true)) {
                throw new DataFolderException(
                        "the state in " + backup + " is not certified by a quorum of the replicas in"
                                + " the cluster file, so it may be forged; use another backup");
            }
            return state;
        }
    }

    /** The record of the newest stable checkpoint, if its state is there. */
    private static Optional<KnownState> restorable(StoppedReplica content) {
        return content.newestState()
                .filter(state -> content.checkpoints().stream().anyMatch(kept -> isOf(state, kept)));
    }

    private static boolean isOf(KnownState state, ServiceSnapshot kept) {
        return kept.sequence() == state.sequence() && kept.stateDigest().equals(state.stateDigest());
    }

    /** That it forgot comes first, as in every folder of a replica that lost its disk. */
    private static void build(
            Path backup, BackupManifest manifest, Path folder, DataFolder.Owner owner, KnownState state)
            throws IOException {
        OwnerOnly.createFolders(folder);
        IncarnationFile.writeForgot(folder);
        DataFolder.writeIdentity(folder, owner);
        for (String name : manifest.files().keySet()) {
            if (name.startsWith(StateFolder.FOLDER + '/') || name.startsWith(SnapshotFiles.FOLDER + '/')) {
                FileTree.copy(backup.resolve(name), folder.resolve(name));
            }
        }
        writeLog(folder, state.logRecord());
        FileTree.syncFolders(folder);
    }

    /** A log of nothing but the proof of the state. */
    private static void writeLog(Path folder, LogRecord record) throws IOException {
        try (RocksMemory memory = new RocksMemory(StorageMemory.OF_TOOLS);
                RocksLogStore log = RocksLogStore.open(
                        folder,
                        RocksLogStore.Past.LOST,
                        new DataFolder.SyncEachTime(),
                        SyncedMark.create(folder),
                        0,
                        memory,
                        () -> {})) {
            if (log.recover().memory() != LogIntegrity.LOST) {
                throw new IllegalStateException("a new log of a replica that forgot says "
                        + log.recover().memory());
            }
            log.append(record);
            log.barrier();
        }
    }
}
