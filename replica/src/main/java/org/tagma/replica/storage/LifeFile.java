package org.tagma.replica.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.tagma.network.cluster.Durability;

/**
 * Whether the replica of a data folder has lived, in a small file. It names the identity file beside it by the number
 * and the time that the file system gave that one, which no copy shares: so a folder that was copied, or put back from
 * a backup, is recognised, and does not bring old promises back as if they were the latest.
 */
final class LifeFile {

    static final String NAME = "life";

    private static final String STATE = "state";
    private static final String LOG_KIND = "log";
    private static final String STAMP = "identity-file";
    private static final String UNKNOWN = "unknown";

    private LifeFile() {}

    /** What a replica has behind it. */
    enum State {
        /** It ran, and this folder has all that it must not forget. */
        LIVED,
        /** It ran, and what it must not forget is lost, or may be an old copy. */
        FORGOT
    }

    /**
     * The content.
     *
     * @param onDisk whether its log is kept on disk; of a replica that lived
     * @param stamp what names the identity file
     */
    record Life(State state, boolean onDisk, String stamp) {}

    static void writeLived(Path folder, Durability durability) throws IOException {
        write(folder, new Life(State.LIVED, durability != Durability.MEMORY, stamp(folder)));
    }

    static void writeForgot(Path folder) throws IOException {
        write(folder, new Life(State.FORGOT, false, UNKNOWN));
    }

    /** The same life, beside an identity file that is about to be replaced. */
    static void writeUnstamped(Path folder, Life life) throws IOException {
        write(folder, new Life(life.state(), life.onDisk(), UNKNOWN));
    }

    /** The same life, beside the identity file that is there now. */
    static void writeStamped(Path folder, Life life) throws IOException {
        write(folder, new Life(life.state(), life.onDisk(), life.state() == State.LIVED ? stamp(folder) : UNKNOWN));
    }

    private static void write(Path folder, Life life) throws IOException {
        Map<String, String> values = new LinkedHashMap<>();
        values.put(STATE, life.state().name());
        values.put(LOG_KIND, life.onDisk() ? "disk" : "memory");
        values.put(STAMP, life.stamp());
        CheckedText.write(folder.resolve(NAME), values);
    }

    /** What it says; empty if the replica never ran. */
    static Optional<Life> read(Path folder) throws IOException {
        Path file = folder.resolve(NAME);
        Optional<Map<String, String>> values = CheckedText.read(file);
        if (values.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(new Life(
                    State.valueOf(values.get().get(STATE)),
                    "disk".equals(values.get().get(LOG_KIND)),
                    values.get().get(STAMP)));
        } catch (IllegalArgumentException | NullPointerException e) {
            throw DataFolder.damaged(file, "it is something else");
        }
    }

    /** Whether the folder is the very one in which this was written. */
    static boolean isOriginal(Path folder, Life life) throws IOException {
        String now = stamp(folder);
        return now.equals(UNKNOWN) || life.stamp().equals(UNKNOWN) || now.equals(life.stamp());
    }

    /** The inode alone may be had again by a copy; the time of its last change cannot be set. */
    private static String stamp(Path folder) throws IOException {
        try {
            Path identity = folder.resolve(DataFolder.IDENTITY);
            Object inode = Files.getAttribute(identity, "unix:ino");
            FileTime changed = (FileTime) Files.getAttribute(identity, "unix:ctime");
            return inode + "@" + changed.to(TimeUnit.NANOSECONDS);
        } catch (UnsupportedOperationException | IllegalArgumentException e) {
            return UNKNOWN;
        }
    }
}
