package org.tagma.replica.storage;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.tagma.replica.storage.rocks.RocksMemory;
import org.tagma.replica.storage.rocks.StorageMemory;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StateFolder;

/** Whole folders, in tests. */
final class Tree {

    private Tree() {}

    /** Opens the states in a data folder. */
    static StateCheckpoints open(Path dataFolder) throws IOException {
        try (RocksMemory memory = new RocksMemory(StorageMemory.OF_TOOLS)) {
            return new StateFolder(dataFolder).open(memory, StorageMemory.OF_TOOLS.pageCacheBytes());
        }
    }

    static List<Path> files(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            return paths.filter(Files::isRegularFile).sorted().toList();
        }
    }

    static void copy(Path from, Path to) throws IOException {
        try (Stream<Path> paths = Files.walk(from)) {
            for (Path each : paths.sorted().toList()) {
                Files.copy(each, to.resolve(from.relativize(each).toString()));
            }
        }
    }

    static void delete(Path root) throws IOException {
        try (Stream<Path> paths = Files.walk(root)) {
            for (Path each : paths.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }
}
