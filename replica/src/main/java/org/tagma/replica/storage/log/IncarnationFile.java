package org.tagma.replica.storage.log;

import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.tagma.network.cluster.Durability;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.CheckedText;

/**
 * Whether the replica of a data folder has lived, in a small file. It says nothing of whether the folder is the newest
 * that the replica had: what a file system says of files changes for many reasons, and a copy of a whole disk has it
 * all. The other replicas can tell, see {@link org.tagma.core.protocol.IncarnationMessage}.
 */
public final class IncarnationFile {

    public static final String NAME = "life";

    private static final String STATE = "state";
    private static final String LOG_KIND = "log";

    private IncarnationFile() {}

    /** What a replica has behind it. */
    public enum State {
        /** It ran, and this folder has all that it must not forget. */
        LIVED,
        /** It ran, and what it must not forget is lost, or may be an old copy. */
        FORGOT
    }

    /**
     * The content.
     *
     * @param onDisk whether its log is kept on disk; of a replica that lived
     */
    public record Incarnation(State state, boolean onDisk) {}

    public static void writeLived(Path folder, Durability durability) throws IOException {
        write(folder, new Incarnation(State.LIVED, durability != Durability.MEMORY));
    }

    public static void writeForgot(Path folder) throws IOException {
        write(folder, new Incarnation(State.FORGOT, false));
    }

    private static void write(Path folder, Incarnation incarnation) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(STATE, incarnation.state().name());
        values.put(LOG_KIND, incarnation.onDisk() ? "disk" : "memory");
        CheckedText.write(folder.resolve(NAME), values);
    }

    /** What it says; empty if the replica never ran. */
    public static Optional<Incarnation> read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        Optional<Map<String, String>> values = CheckedText.read(file);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Incarnation(
                    State.valueOf(values.get().get(STATE)),
                    "disk".equals(values.get().get(LOG_KIND))));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw DataFolderException.damaged(file, "it is something else");
        }
    }
}
