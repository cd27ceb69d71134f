package org.tagma.replica.storage.rocks;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.rocksdb.RocksDB;
import org.rocksdb.util.Environment;
import org.tagma.replica.storage.DataFolderException;

/**
 * Loads RocksDB's native library, once a process. RocksDB's own loader unpacks it, 17 MB, into a file that is removed
 * when the process ends well; replicas get killed, so here the file is removed as soon as it is loaded.
 */
public final class NativeRocks {

    private static boolean loaded;

    private NativeRocks() {}

    /**
     * Loads it, if that has not been done yet. Thread-safe.
     *
     * @throws DataFolderException if there is none for this machine, or no room to unpack it
     */
    public static synchronized void load() throws DataFolderException {
        if (loaded) {
            return;
        }
        String name = Environment.getJniLibraryFileName("rocksdb");
        try (InputStream packed = RocksDB.class.getClassLoader().getResourceAsStream(name)) {
            if (packed == null) {
                throw new DataFolderException(
                        "RocksDB has no native code for this machine (" + name + "); use durability: memory");
            }
            unpackAndLoad(packed);
            loaded = true;
        } catch (IOException | UnsatisfiedLinkError e) {
            throw new DataFolderException(
                    "RocksDB's native code cannot be loaded: " + e + "; is there room in "
                            + System.getProperty("java.io.tmpdir") + "?",
                    e);
        }
    }

    private static void unpackAndLoad(InputStream packed) throws IOException {
        Path folder = Files.createTempDirectory("tagma-rocksdb-");
        // Packed it has one name, and RocksDB looks for it under another.
        Path library = folder.resolve(Environment.getJniLibraryFileName("rocksdbjni"));
        try {
            Files.copy(packed, library);
            RocksDB.loadLibrary(List.of(folder.toString()));
        } finally {
            Files.deleteIfExists(library);
            Files.deleteIfExists(folder);
        }
    }
}
