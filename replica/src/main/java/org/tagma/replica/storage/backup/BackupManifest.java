package org.tagma.replica.storage.backup;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.folder.DataFolder;
import org.tagma.replica.storage.log.IncarnationFile;
import org.tagma.replica.storage.log.RocksLogStore;
import org.tagma.replica.storage.state.SnapshotFiles;
import org.tagma.replica.storage.state.StateFolder;

/**
 * What a backup consists of: a text file that is written last, so that a backup which has one is whole. It names every
 * file with its size and SHA-256, and ends with the SHA-256 of all its other lines.
 *
 * <p>Immutable.
 *
 * @param clusterId the cluster
 * @param replica whose backup it is
 * @param taken when, as text
 * @param files by their path in the backup
 */
public record BackupManifest(ByteString clusterId, int replica, String taken, Map<String, Entry> files) {

    public static final String NAME = "backup-manifest";

    /** What a backup looks like; a newer version of Tagma that changes it counts on. */
    static final int FORMAT = 1;

    private static final String TITLE = "tagma-backup ";
    private static final String CLUSTER = "cluster ";
    private static final String REPLICA = "replica ";
    private static final String TAKEN = "taken ";
    private static final String FILE = "file ";
    private static final String CHECKSUM = "sha256 ";
    private static final long MAX_BYTES = 1 << 26;
    private static final int FILE_WORDS = 3;

    /**
     * All that a backup can hold, and no path but one of these: so nothing that a manifest says leads out of it.
     * RocksDB and this replica name their files so; names that a file system may take for one another are not told
     * apart.
     */
    private static final Pattern NAMES =
            Pattern.compile("(?:" + DataFolder.IDENTITY + "|" + IncarnationFile.NAME + "|(?:"
                    + RocksLogStore.FOLDER + "|" + StateFolder.FOLDER + "|" + SnapshotFiles.FOLDER
                    + ")/[A-Za-z0-9][A-Za-z0-9_-]{0,127}(?:\\.[A-Za-z0-9]{1,16})?)");

    /** One file. */
    public record Entry(long bytes, String sha256) {

        public static Entry of(Path file) throws IOException {
            return new Entry(Files.size(file), digestOf(file));
        }
    }

    /** Writes it into a backup, durably. */
    public void write(Path backup) throws IOException {
        StringBuilder text = new StringBuilder();
        text.append(TITLE).append(FORMAT).append('\n');
        text.append(CLUSTER)
                .append(HexFormat.of().formatHex(clusterId.toByteArray()))
                .append('\n');
        text.append(REPLICA).append(replica).append('\n');
        text.append(TAKEN).append(taken).append('\n');
        files.forEach((path, entry) -> text.append(FILE)
                .append(entry.bytes())
                .append(' ')
                .append(entry.sha256())
                .append(' ')
                .append(path)
                .append('\n'));
        String lines = text.toString();
        text.append(CHECKSUM).append(sha256(lines)).append('\n');
        DurableFiles.replace(backup.resolve(NAME), List.of(ByteString.copyFromUtf8(text.toString())));
    }

    /**
     * Reads it, and compares every file of the backup with it.
     *
     * @throws DataFolderException if there is none, it is of a newer format, or something is not as it was written
     */
    public static BackupManifest check(Path backup) throws IOException {
        refuseLinks(backup);
        BackupManifest manifest = parse(backup, read(backup));
        for (Map.Entry<String, Entry> each : manifest.files().entrySet()) {
            Path file = backup.resolve(each.getKey());
            if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                throw damaged(backup, each.getKey() + " is missing");
            }
            if (!Entry.of(file).equals(each.getValue())) {
                throw damaged(backup, each.getKey() + " is not as it was written");
            }
        }
        return manifest;
    }

    /** What is not a file or a folder may lead anywhere, also what a database finds there. */
    private static void refuseLinks(Path backup) throws IOException {
        if (!Files.isDirectory(backup)) {
            throw new DataFolderException("there is no folder " + backup);
        }
        try (Stream<Path> all = Files.walk(backup.toRealPath())) {
            for (Path each : (Iterable<Path>) all::iterator) {
                if (!Files.isDirectory(each, LinkOption.NOFOLLOW_LINKS)
                        && !Files.isRegularFile(each, LinkOption.NOFOLLOW_LINKS)) {
                    throw damaged(backup, each.getFileName() + " is neither a file nor a folder");
                }
            }
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private static String read(Path backup) throws IOException {
        Path file = backup.resolve(NAME);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw damaged(backup, NAME + " is far too large");
            }
            return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
        } catch (NoSuchFileException e) {
            throw new DataFolderException(
                    backup + " is no backup, or one that was not finished: there is no " + NAME + " in it", e);
        }
    }

    private static BackupManifest parse(Path backup, String text) throws IOException {
        int end = text.lastIndexOf(CHECKSUM);
        if (!text.startsWith(TITLE) || end < 0) {
            throw damaged(backup, NAME + " is something else");
        }
        List<String> lines = text.substring(0, end).lines().toList();
        String format = lines.get(0).substring(TITLE.length());
        if (!format.equals(Integer.toString(FORMAT))) {
            throw new DataFolderException(backup + " has the backup format " + format
                    + "; this version of Tagma knows format " + FORMAT + " only: use the version that wrote it");
        }
        if (!text.substring(end).equals(CHECKSUM + sha256(text.substring(0, end)) + '\n')) {
            throw damaged(backup, "the checksum of " + NAME + " is wrong");
        }
        try {
            return parse(backup, lines);
        } catch (IllegalArgumentException | IndexOutOfBoundsException e) {
            throw damaged(backup, NAME + " is something else");
        }
    }

    private static BackupManifest parse(Path backup, List<String> lines) throws DataFolderException {
        List<String> left = new ArrayList<>(lines.subList(1, lines.size()));
        ByteString cluster = ByteString.copyFrom(HexFormat.of().parseHex(after(CLUSTER, left)));
        int replica = Integer.parseInt(after(REPLICA, left));
        String when = after(TAKEN, left);
        Map<String, Entry> files = new LinkedHashMap<>();
        Set<String> taken = new HashSet<>();
        while (!left.isEmpty()) {
            String[] words = after(FILE, left).split(" ", FILE_WORDS);
            String name = words[2];
            if (!NAMES.matcher(name).matches()) {
                throw damaged(backup, "it names a file that no backup holds: " + name);
            }
            if (!taken.add(name.toLowerCase(Locale.ROOT))) {
                throw damaged(backup, "it names a file twice: " + name);
            }
            files.put(name, new Entry(Long.parseLong(words[0]), words[1]));
        }
        return new BackupManifest(cluster, replica, when, files);
    }

    private static String after(String key, List<String> left) {
        String line = left.remove(0);
        if (!line.startsWith(key)) {
            throw new IllegalArgumentException(line);
        }
        return line.substring(key.length());
    }

    static DataFolderException damaged(Path backup, String how) {
        return new DataFolderException("the backup " + backup + " is damaged (" + how + "); use another one");
    }

    private static String sha256(String text) {
        return HexFormat.of().formatHex(newDigest().digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static String digestOf(Path file) throws IOException {
        MessageDigest digest = newDigest();
        try (InputStream bytes = new DigestInputStream(Files.newInputStream(file), digest)) {
            bytes.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    private static MessageDigest newDigest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
