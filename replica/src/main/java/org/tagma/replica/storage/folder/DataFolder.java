package org.tagma.replica.storage.folder;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.rocksdb.RocksDB;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.BackupStage;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.files.CheckedText;
import org.tagma.replica.storage.files.DataFolderLock;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.files.FileTree;
import org.tagma.replica.storage.files.OwnerOnly;
import org.tagma.replica.storage.log.AmnesiaGuardFile;
import org.tagma.replica.storage.log.BackgroundSync;
import org.tagma.replica.storage.log.IncarnationFile;
import org.tagma.replica.storage.log.IncarnationFile.Incarnation;
import org.tagma.replica.storage.log.IncarnationFile.State;
import org.tagma.replica.storage.log.MemoryLogStore;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.log.RocksLogStore.Past;
import org.tagma.replica.storage.log.SyncedMark;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.StorageMemory;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateFolder;

/**
 * What one replica keeps on disk: its log, the states of its checkpoints, and whose they are.
 *
 * <p>A folder is made before a replica's first incarnation, by {@link #initialize}. A replica that finds none, or an
 * empty one, takes it that its disk was lost: it does not know what it said before, and takes part only once that can
 * do no harm.
 *
 * <p>Open folders are locked against other processes, and other replicas in this one. Not thread-safe.
 */
public final class DataFolder implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(DataFolder.class);

    public static final String IDENTITY = "identity";

    /** What a folder looks like; a newer version of Tagma that changes it counts on. */
    static final int FORMAT = 4;

    private static final String FORMAT_KEY = "format";
    private static final String CLUSTER_KEY = "cluster";
    private static final String EPOCH_KEY = "epoch";
    private static final String REPLICA_KEY = "replica";

    private final Path folder;
    private final Owner owner;
    private final DataFolderLock lock;
    private final Optional<Incarnation> incarnation;
    private final StorageMemory bounds;

    /** Present once a database was opened. */
    private Optional<RocksMemory> memory = Optional.empty();

    /**
     * Whose a folder is.
     *
     * @param epoch of the cluster: what is kept in the folder was signed in it, and is worth nothing in another
     */
    public record Owner(ByteString clusterId, int epoch, int replica) {

        /** A replica of the cluster that a file describes. */
        public static Owner of(ClusterConfig config, int replica) {
            return new Owner(config.clusterId(), config.epoch(), replica);
        }
    }

    private DataFolder(
            Path folder, Owner owner, StorageMemory bounds, DataFolderLock lock, Optional<Incarnation> incarnation) {
        this.folder = folder;
        this.owner = owner;
        this.bounds = bounds;
        this.lock = lock;
        this.incarnation = incarnation;
    }

    /**
     * Makes the folder of a replica that never ran. To be done once in the incarnation of a cluster: a replica that ran
     * before and is given a fresh folder as if it never had may contradict what it said.
     *
     * @throws DataFolderException if the folder is not empty, or cannot be written
     */
    public static void initialize(Path folder, Owner owner) throws DataFolderException {
        try {
            OwnerOnly.createFolders(folder);
            if (!contents(folder).isEmpty()) {
                throw new DataFolderException(folder + " is not empty; a replica that never ran needs a new folder");
            }
            writeIdentity(folder, owner);
        } catch (DataFolderException e) {
            throw e;
        } catch (IOException e) {
            throw unusable(folder, e);
        }
    }

    /**
     * Takes possession of a replica's folder. An empty or missing one is made that of a replica that forgot.
     *
     * @throws DataFolderException if it is in use, damaged, another replica's, of another epoch, or cannot be used
     */
    public static DataFolder open(Path folder, Owner owner) throws DataFolderException {
        return open(folder, owner, StorageMemory.OF_TOOLS);
    }

    /**
     * The same.
     *
     * @param bounds what all that is in the folder may take of memory
     */
    public static DataFolder open(Path folder, Owner owner, StorageMemory bounds) throws DataFolderException {
        DataFolderLock lock = DataFolderLock.acquire(folder);
        boolean opened = false;
        try {
            if (!OwnerOnly.closeFolder(folder)) {
                LOG.warn("{} is open to other users of this machine, and not this user's to close", folder);
            }
            DataFolder made = new DataFolder(folder, owner, bounds, lock, readIncarnation(folder, owner));
            opened = true;
            return made;
        } catch (DataFolderException e) {
            throw e;
        } catch (IOException e) {
            throw unusable(folder, e);
        } finally {
            if (!opened) {
                lock.close();
            }
        }
    }

    /** Reads whose a folder is. */
    public static Owner ownerOf(Path folder) throws IOException {
        Path file = folder.resolve(IDENTITY);
        Map<String, String> identity =
                CheckedText.read(file).orElseThrow(() -> new DataFolderException(file + " is missing"));
        checkFormat(folder, identity);
        try {
            return new Owner(
                    ByteString.fromHex(identity.getOrDefault(CLUSTER_KEY, "?")),
                    Integer.parseInt(identity.getOrDefault(EPOCH_KEY, "?")),
                    Integer.parseInt(identity.getOrDefault(REPLICA_KEY, "?")));
        } catch (NumberFormatException e) {
            throw DataFolderException.damaged(file, "it is something else");
        }
    }

    private static Optional<Incarnation> readIncarnation(Path folder, Owner owner) throws IOException {
        Optional<Map<String, String>> identity = CheckedText.read(folder.resolve(IDENTITY));
        Optional<Incarnation> incarnation = IncarnationFile.read(folder);
        if (identity.isEmpty()) {
            return Optional.of(beginForgotten(folder, owner, incarnation));
        }
        checkIdentity(folder, identity.get(), owner);
        return incarnation;
    }

    /** The note that it forgot comes first: no crash may leave a folder that looks as if the replica never ran. */
    private static Incarnation beginForgotten(Path folder, Owner owner, Optional<Incarnation> incarnation)
            throws IOException {
        boolean begunBefore = incarnation.isPresent() && incarnation.get().state() == State.FORGOT;
        if (!begunBefore) {
            if (!contents(folder).isEmpty()) {
                throw DataFolderException.damaged(folder.resolve(IDENTITY), "it is missing");
            }
            IncarnationFile.writeForgot(folder);
        }
        writeIdentity(folder, owner);
        LOG.warn(
                "{} is empty, so this replica has lost what it kept there: it rejoins, and takes part again once that"
                        + " cannot contradict what it said before",
                folder);
        return IncarnationFile.read(folder).orElseThrow();
    }

    public static void writeIdentity(Path folder, Owner owner) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(FORMAT_KEY, Integer.toString(FORMAT));
        values.put(CLUSTER_KEY, hex(owner.clusterId()));
        values.put(EPOCH_KEY, Integer.toString(owner.epoch()));
        values.put(REPLICA_KEY, Integer.toString(owner.replica()));
        CheckedText.write(folder.resolve(IDENTITY), values);
    }

    private static void checkIdentity(Path folder, Map<String, String> identity, Owner owner)
            throws DataFolderException {
        checkFormat(folder, identity);
        if (!hex(owner.clusterId()).equals(identity.get(CLUSTER_KEY))) {
            throw new DataFolderException(
                    folder + " belongs to a replica of another cluster; give this one a folder of its own");
        }
        checkEpoch(folder, identity.getOrDefault(EPOCH_KEY, "?"), owner.epoch());
        if (!Integer.toString(owner.replica()).equals(identity.get(REPLICA_KEY))) {
            throw new DataFolderException(folder + " belongs to replica " + identity.get(REPLICA_KEY)
                    + ", not to replica " + owner.replica() + "; give each replica a folder of its own");
        }
    }

    /** A folder's, or a backup's. */
    public static void checkEpoch(Path folder, String of, int wanted) throws DataFolderException {
        if (!Integer.toString(wanted).equals(of)) {
            throw new DataFolderException(folder + " is of epoch " + of + ", and the cluster file says epoch " + wanted
                    + ": the votes and certificates kept there were made under epoch " + of
                    + " and count in no other; set epoch: " + of + " in the cluster file again (another epoch is"
                    + " another cluster: it begins with no data, in new folders, and with an id of its own)");
        }
    }

    private static void checkFormat(Path folder, Map<String, String> identity) throws DataFolderException {
        String format = identity.getOrDefault(FORMAT_KEY, "?");
        if (!Integer.toString(FORMAT).equals(format)) {
            throw new DataFolderException(folder + " has format " + format + "; this version of Tagma knows format "
                    + FORMAT + " only: use the version that wrote it");
        }
    }

    /**
     * Opens the log, which from then on owns this folder: closing the log closes it.
     *
     * @throws DataFolderException if the log is damaged, or was kept in another way
     */
    public LogStore openLog(Durability durability) throws IOException {
        requireSameKind(durability);
        long nonce = MemoryLogStore.newNonce();
        Optional<State> state = incarnation.map(Incarnation::state);
        return durability == Durability.MEMORY ? openMemory(state, nonce) : openDisk(durability, state, nonce);
    }

    private void requireSameKind(Durability durability) throws DataFolderException {
        boolean onDisk = durability != Durability.MEMORY;
        if (incarnation.isPresent()
                && incarnation.get().state() == State.LIVED
                && incarnation.get().onDisk() != onDisk) {
            throw new DataFolderException(folder + " was used with durability: "
                    + (onDisk ? "memory" : "sync or async") + "; set that, or remove the folder: the replica then"
                    + " rejoins as one that forgot");
        }
    }

    private LogStore openMemory(Optional<State> state, long nonce) throws IOException {
        AmnesiaGuardFile guard = new AmnesiaGuardFile(folder, owner.clusterId(), owner.replica());
        boolean lost = state.isPresent() && state.get() == State.FORGOT;
        if (state.isEmpty() || lost) {
            guard.write(List.of());
        }
        MemoryLogStore.Forgetting forgetting = () -> IncarnationFile.writeLived(folder, Durability.MEMORY);
        if (!lost) {
            forgetting.ends();
        }
        return new MemoryLogStore(guard, lost, forgetting, nonce, this::close);
    }

    private LogStore openDisk(Durability durability, Optional<State> state, long nonce) throws IOException {
        Past past = past(state);
        boolean marked = Files.exists(folder.resolve(SyncedMark.NAME));
        SyncedMark mark = past != Past.COMPLETE && !marked ? SyncedMark.create(folder) : SyncedMark.open(folder);
        if (past == Past.COMPLETE && Files.notExists(folder.resolve(RocksLogStore.FOLDER))) {
            throw DataFolderException.damaged(folder.resolve(RocksLogStore.FOLDER), "it is missing");
        }
        FileTree.delete(folder.resolve(StagedBackup.FOLDER));
        RocksLogStore.Sync sync = durability == Durability.ASYNC ? new BackgroundSync(folder) : new SyncEachTime();
        RocksLogStore log = RocksLogStore.open(folder, past, sync, mark, nonce, memory(), this::close);
        IncarnationFile.writeLived(folder, durability);
        if (durability == Durability.SYNC) {
            // Opening has synced all that was read.
            BackgroundSync.forget(folder);
        }
        return log;
    }

    private RocksMemory memory() throws DataFolderException {
        if (memory.isEmpty()) {
            memory = Optional.of(new RocksMemory(bounds));
        }
        return memory.get();
    }

    private Past past(Optional<State> state) throws IOException {
        if (state.isEmpty()) {
            return Past.NONE;
        }
        if (state.get() == State.FORGOT) {
            return Past.LOST;
        }
        if (BackgroundSync.mayHaveLost(folder)) {
            LOG.warn("the machine stopped while this replica ran with durability: async, so what it said last may be"
                    + " lost: it rejoins, and takes part again once that cannot contradict it");
            return Past.UNSYNCED;
        }
        return Past.COMPLETE;
    }

    /**
     * Opens the place where the states of checkpoints are kept; to be closed before the log is.
     *
     * @param asTrees whether the service keeps its state as a Merkle tree: then a checkpoint writes what changed,
     *     otherwise all there is
     */
    public SnapshotStore openSnapshots(Durability durability, boolean asTrees) throws IOException {
        if (durability == Durability.MEMORY) {
            return SnapshotStore.none();
        }
        return asTrees ? new StateFolder(folder).open(memory(), bounds.pageCacheBytes()) : new SnapshotFiles(folder);
    }

    /** Lays out what a backup takes, while the replica runs. */
    public BackupStage backupStage(LogStore log, SnapshotStore snapshots) {
        return new StagedBackup(folder, log, snapshots);
    }

    /** Gives up the lock, if no log owns it. */
    @Override
    public void close() {
        memory.ifPresent(RocksMemory::close);
        lock.close();
    }

    private static List<String> contents(Path folder) throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            for (Path each : entries) {
                String name = each.getFileName().toString();
                if (!name.equals(DataFolderLock.NAME) && !name.endsWith(DurableFiles.UNFINISHED)) {
                    names.add(name);
                }
            }
        }
        return names;
    }

    private static String hex(ByteString bytes) {
        StringBuilder text = new StringBuilder();
        for (byte each : bytes) {
            text.append(String.format("%02x", each));
        }
        return text.toString();
    }

    private static DataFolderException unusable(Path folder, IOException e) {
        return new DataFolderException(
                "the data folder " + folder + " cannot be used: " + e + "; check its permissions and the space left",
                e);
    }

    /** {@code durability: sync}. */
    public static final class SyncEachTime implements RocksLogStore.Sync {
        @Override
        public boolean atEachBarrier() {
            return true;
        }

        @Override
        public void start(RocksDB opened) {}

        @Override
        public void written() {}

        @Override
        public void stop(boolean whole) {}
    }
}
