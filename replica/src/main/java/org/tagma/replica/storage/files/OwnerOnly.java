package org.tagma.replica.storage.files;

import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * Files and folders that only their owner may read: what a replica keeps is as confidential as the operations of its
 * clients. On a file system without such permissions they are made as that file system makes files.
 *
 * <p>The databases make files of their own, as the process' umask says. So each folder is closed before anything is in
 * it: nobody else gets at what is made there later.
 */
public final class OwnerOnly {

    private static final Set<PosixFilePermission> FOLDER = PosixFilePermissions.fromString("rwx------");
    private static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("rw-------");

    private OwnerOnly() {}

    /** Makes a folder, and those above it that are not there. One that is there is left as it is. */
    public static void createFolders(Path folder) throws IOException {
        // Files.createDirectories refuses a link to a folder, which may well be where the disk is.
        if (!Files.isDirectory(folder)) {
            Files.createDirectories(folder, attributes(folder, FOLDER));
        }
    }

    /** With what a file is to be made. */
    static FileAttribute<?>[] ofFile(Path file) {
        return attributes(file, FILE);
    }

    /** Closes a file that was made in another way. */
    static void closeFile(Path file) throws IOException {
        if (knowsPermissions(file)) {
            Files.setPosixFilePermissions(file, FILE);
        }
    }

    /**
     * Closes a folder that is there.
     *
     * @return whether nobody else can get at what is in it; else it is another user's folder, and its permissions are
     *     not ours
     */
    public static boolean closeFolder(Path folder) throws IOException {
        if (!knowsPermissions(folder) || FOLDER.containsAll(Files.getPosixFilePermissions(folder))) {
            return true;
        }
        try {
            Files.setPosixFilePermissions(folder, FOLDER);
            return true;
        } catch (FileSystemException e) {
            return false;
        }
    }

    private static FileAttribute<?>[] attributes(Path path, Set<PosixFilePermission> permissions) {
        return knowsPermissions(path)
                ? new FileAttribute<?>[] {PosixFilePermissions.asFileAttribute(permissions)}
                : new FileAttribute<?>[0];
    }

    private static boolean knowsPermissions(Path path) {
        return path.getFileSystem().supportedFileAttributeViews().contains("posix");
    }
}
