package org.tagma.replica.storage.files;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/** Folders with all that is in them. */
public final class FileTree {

    private FileTree() {}

    /** Removes a folder, if it is there. */
    public static void delete(Path root) throws IOException {
        if (Files.notExists(root)) {
            return;
        }
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(each);
            }
        }
    }

    /** The files below a folder, in the order of their names. */
    public static List<Path> files(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            return all.filter(Files::isRegularFile).sorted().toList();
        }
    }

    /** Copies a file to where there is none; it is durable on return, but for its name. A link is copied as a link. */
    public static void copy(Path from, Path to) throws IOException {
        OwnerOnly.createFolders(to.getParent());
        Files.copy(from, to, LinkOption.NOFOLLOW_LINKS);
        OwnerOnly.closeFile(to);
        try (FileChannel channel = FileChannel.open(to, StandardOpenOption.WRITE)) {
            channel.force(true);
        }
    }

    /** Makes the names in a folder, and in all folders in it, durable. */
    public static void syncFolders(Path root) throws IOException {
        try (Stream<Path> all = Files.walk(root)) {
            for (Path each : all.filter(Files::isDirectory).toList()) {
                DurableFiles.syncFolder(each);
            }
        }
    }
}
