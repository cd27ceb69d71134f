package org.tagma.replica.storage.state;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.CheckedText;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.files.FileTree;
import org.tagma.replica.storage.files.OwnerOnly;
import org.tagma.replica.storage.rocks.RocksMemory;

/**
 * The folder of the {@link StateCheckpoints} in a data folder. If it is damaged, it is set aside as a whole: no vote
 * depends on it, and the state can be fetched from the other replicas. Damage that shows while the replica runs ends
 * it, and leaves a note for the next incarnation.
 */
public final class StateFolder {

    private static final Logger LOG = LoggerFactory.getLogger(StateFolder.class);

    public static final String FOLDER = "state";

    /** There if the last incarnation could not read a part of the state. */
    public static final String DAMAGE_NOTE = "state-damage";

    private static final String DAMAGED = "state.damaged";
    private static final String WHAT = "what";

    private final Path dataFolder;
    private final Path folder;

    public StateFolder(Path dataFolder) {
        this.dataFolder = dataFolder;
        this.folder = dataFolder.resolve(FOLDER);
    }

    /**
     * Opens what is there, and begins to remove what is not needed.
     *
     * @param memory that the database draws on; may be closed before it
     * @param pageCacheBytes what pages in memory may take
     */
    public StateCheckpoints open(RocksMemory memory, long pageCacheBytes) throws IOException {
        Path note = dataFolder.resolve(DAMAGE_NOTE);
        if (Files.exists(note)) {
            setAside("the last incarnation found that a part of it is damaged");
            Files.delete(note);
        }
        StateCheckpoints states;
        try {
            states = openTable(memory, pageCacheBytes);
        } catch (DamagedStateException e) {
            setAside(e.getMessage());
            states = openTable(memory, pageCacheBytes);
        }
        return states;
    }

    private StateCheckpoints openTable(RocksMemory memory, long pageCacheBytes) throws IOException {
        boolean isNew = Files.notExists(folder);
        RocksTable table;
        try {
            OwnerOnly.createFolders(folder);
            table = RocksTable.open(folder, memory);
        } catch (DataFolderException e) {
            throw e;
        } catch (IOException e) {
            throw isNew ? e : new DamagedStateException(e.getMessage());
        }
        if (isNew) {
            DurableFiles.syncFolder(dataFolder);
        }
        StatePages pages = new StatePages(table, pageCacheBytes, this::noteDamage);
        StateCollector collector = new StateCollector(pages, "tagma-state-" + dataFolder.getFileName());
        try {
            StateCheckpoints states = new StateCheckpoints(pages, new StateCheckpoints.Upkeep() {
                @Override
                public void check() throws IOException {
                    collector.check();
                }

                @Override
                public void close() {
                    collector.stop();
                    table.close();
                }
            });
            collector.start();
            return states;
        } catch (IOException e) {
            table.close();
            throw new DamagedStateException(e.getMessage());
        }
    }

    private void noteDamage(String what) {
        LOG.error(
                "{}: {}. The replica stops; started again, it sets the damaged state aside and fetches it from the"
                        + " others",
                folder,
                what);
        try {
            CheckedText.write(dataFolder.resolve(DAMAGE_NOTE), Map.of(WHAT, what));
        } catch (IOException e) {
            LOG.error("{}: that it is damaged cannot be noted: {}", folder, e.getMessage());
        }
    }

    private void setAside(String why) throws IOException {
        Path aside = dataFolder.resolve(DAMAGED);
        LOG.warn(
                "{} is damaged ({}) and is set aside as {}: the state will be fetched from the other replicas",
                folder,
                why,
                aside.getFileName());
        FileTree.delete(aside);
        if (Files.exists(folder)) {
            Files.move(folder, aside);
            DurableFiles.syncFolder(dataFolder);
        }
    }

    private static final class DamagedStateException extends IOException {
        private static final long serialVersionUID = 1;

        DamagedStateException(String message) {
            super(message);
        }
    }
}
