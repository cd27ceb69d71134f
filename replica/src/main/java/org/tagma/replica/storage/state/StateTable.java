package org.tagma.replica.storage.state;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** An ordered map from bytes to bytes on disk, as far as {@link StatePages} needs one. For any thread. */
public interface StateTable extends AutoCloseable {

    /**
     * One key set to a value, or removed.
     *
     * @param value null to remove the key
     */
    record Change(byte[] key, byte[] value) {

        public static Change remove(byte[] key) {
            return new Change(key, null);
        }
    }

    /** Takes what a scan finds. */
    @FunctionalInterface
    interface Visitor {
        void entry(byte[] key, byte[] value) throws IOException;
    }

    /** The value of a key; null if it is not there. */
    byte[] get(byte[] key) throws IOException;

    /**
     * Makes all changes or none, after all that were made before.
     *
     * @param durable whether they are, and all before them, on disk on return
     */
    void write(List<Change> changes, boolean durable) throws IOException;

    /** Visits all keys that begin with a byte, in their order. */
    void scan(byte first, Visitor visitor) throws IOException;

    /** Makes a copy, as of now, in a folder that is not there yet; for tables that are kept in files. */
    default void copyTo(Path target) throws IOException {
        throw new UnsupportedOperationException("this table is not kept in files");
    }

    @Override
    void close();
}
