package org.tagma.replica.storage.folder;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.tagma.replica.storage.BackupStage;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.files.FileTree;
import org.tagma.replica.storage.files.OwnerOnly;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StateFolder;

/**
 * What a running replica lays out for a backup, in its data folder: its log and the states of its checkpoints at one
 * moment. All are hard links, so it costs neither time nor space to speak of, until the database lets go of what is
 * linked. There is one at a time, and none when the replica starts.
 *
 * <p>The log comes first. The state of the checkpoint that it says is stable was there before it said so, and none is
 * released meanwhile, so it is among the states.
 */
public final class StagedBackup implements BackupStage {

    public static final String FOLDER = "backup.staged";

    /** Says for which backup it was laid out; written last. */
    private static final String NAME = "name";

    private final Path folder;
    private final LogStore log;
    private final SnapshotStore snapshots;

    StagedBackup(Path dataFolder, LogStore log, SnapshotStore snapshots) {
        this.folder = dataFolder.resolve(FOLDER);
        this.log = log;
        this.snapshots = snapshots;
    }

    @Override
    public void stage(String name) throws IOException {
        if (!(log instanceof RocksLogStore onDisk)) {
            BackupStage.none().stage(name);
            return;
        }
        Path nameFile = folder.resolve(NAME);
        if (Files.exists(nameFile) && Files.readString(nameFile).equals(name)) {
            return;
        }
        FileTree.delete(folder);
        OwnerOnly.createFolders(folder);
        onDisk.copyTo(folder.resolve(RocksLogStore.FOLDER));
        if (snapshots instanceof StateCheckpoints trees) {
            trees.copyTo(folder.resolve(StateFolder.FOLDER));
        } else if (snapshots instanceof SnapshotFiles files) {
            files.linkTo(folder.resolve(SnapshotFiles.FOLDER));
        }
        Files.writeString(nameFile, name);
    }
}
