package org.tagma.replica.storage.state;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.core.Digest;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.storage.files.DurableFiles;
import org.tagma.replica.storage.files.OwnerOnly;

/**
 * The states of checkpoints, a file each: a header and the state. The header names the state digest, and what
 * is read back is digested again; so what is wrong with a file is found before anything is made of it. A damaged file
 * is set aside: the state can be fetched from the other replicas.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotFiles implements SnapshotStore {

    private static final Logger LOG = LoggerFactory.getLogger(SnapshotFiles.class);

    public static final String FOLDER = "snapshots";

    private static final String SUFFIX = ".state";
    private static final String DAMAGED = ".damaged";
    private static final long MAGIC = 0x5447_4d53_4e41_5031L; // "TGMSNAP1"
    private static final int HEADER_BYTES = 2 * Long.BYTES + Digest.LENGTH + Long.BYTES;

    private final Path folder;
    private final TreeMap<Long, Path> files = new TreeMap<>();

    public SnapshotFiles(Path dataFolder) {
        this.folder = dataFolder.resolve(FOLDER);
    }

    /**
     * Makes the states appear in a folder of the data folder too, which is not there yet. Files are written once, so
     * these are hard links: a large state does not keep the caller.
     */
    public void linkTo(Path target) throws IOException {
        OwnerOnly.createFolders(target);
        for (Path file : files.values()) {
            Files.createLink(target.resolve(file.getFileName()), file);
        }
    }

    boolean isThere() {
        return Files.exists(folder);
    }

    @Override
    public List<ServiceSnapshot> recover() throws IOException {
        if (Files.notExists(folder)) {
            OwnerOnly.createFolders(folder);
            DurableFiles.syncFolder(folder.getParent());
        }
        List<ServiceSnapshot> whole = new ArrayList<>();
        for (Path file : list()) {
            String name = file.getFileName().toString();
            if (name.endsWith(SUFFIX)) {
                read(file, whole);
            } else if (name.endsWith(DurableFiles.UNFINISHED)) {
                Files.delete(file);
            }
        }
        return whole;
    }

    /** Reads the states that are whole, and changes nothing. */
    public List<ServiceSnapshot> readAll() throws IOException {
        List<ServiceSnapshot> whole = new ArrayList<>();
        for (Path file : isThere() ? list() : List.<Path>of()) {
            if (file.getFileName().toString().endsWith(SUFFIX)) {
                try {
                    whole.add(parse(file));
                } catch (IllegalArgumentException e) {
                    LOG.warn("{} is damaged ({})", file, e.getMessage());
                }
            }
        }
        return whole;
    }

    private List<Path> list() throws IOException {
        List<Path> all = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
            entries.forEach(all::add);
        }
        all.sort(null);
        return all;
    }

    private void read(Path file, List<ServiceSnapshot> whole) throws IOException {
        try {
            ServiceSnapshot snapshot = parse(file);
            files.put(snapshot.sequence(), file);
            whole.add(snapshot);
        } catch (IllegalArgumentException e) {
            Path aside = file.resolveSibling("newest" + DAMAGED);
            LOG.warn(
                    "{} is damaged ({}) and is set aside as {}: the state will be fetched from the other replicas",
                    file,
                    e.getMessage(),
                    aside.getFileName());
            Files.move(file, aside, StandardCopyOption.REPLACE_EXISTING);
        }
    }

    private ServiceSnapshot parse(Path file) throws IOException {
        ServiceSnapshot snapshot = parse(ByteString.copyFrom(Files.readAllBytes(file)));
        if (!file.equals(fileOf(snapshot.sequence()))) {
            throw new IllegalArgumentException("it is the state at " + snapshot.sequence());
        }
        return snapshot;
    }

    private static ServiceSnapshot parse(ByteString bytes) {
        if (bytes.size() < HEADER_BYTES) {
            throw new IllegalArgumentException("it ends too early");
        }
        ByteBuffer header = bytes.substring(0, HEADER_BYTES).asReadOnlyByteBuffer();
        if (header.getLong() != MAGIC) {
            throw new IllegalArgumentException("it is something else");
        }
        long sequence = header.getLong();
        int at = 2 * Long.BYTES;
        Digest stateDigest = new Digest(bytes.substring(at, at + Digest.LENGTH));
        long length = header.getLong(at + Digest.LENGTH);
        if (sequence <= 0 || length != bytes.size() - HEADER_BYTES) {
            throw new IllegalArgumentException("its length is wrong");
        }
        ServiceSnapshot snapshot = ServiceSnapshot.decode(sequence, bytes.substring(HEADER_BYTES))
                .orElseThrow(() -> new IllegalArgumentException("it is no state"));
        if (!snapshot.stateDigest().equals(stateDigest)) {
            throw new IllegalArgumentException("its digest is wrong");
        }
        return snapshot;
    }

    @Override
    public ServiceSnapshot save(ServiceSnapshot snapshot) throws IOException {
        ByteString state = snapshot.encode();
        ByteBuffer header = ByteBuffer.allocate(HEADER_BYTES)
                .putLong(MAGIC)
                .putLong(snapshot.sequence())
                .put(snapshot.stateDigest().bytes().asReadOnlyByteBuffer())
                .putLong(state.size())
                .flip();
        Path file = fileOf(snapshot.sequence());
        DurableFiles.replace(file, List.of(ByteString.copyFrom(header), state));
        files.put(snapshot.sequence(), file);
        return snapshot;
    }

    @Override
    public void release(long below, Set<Long> butNot) throws IOException {
        for (long sequence : List.copyOf(files.headMap(below, false).keySet())) {
            if (!butNot.contains(sequence)) {
                Files.deleteIfExists(files.get(sequence));
                files.remove(sequence);
            }
        }
    }

    private Path fileOf(long sequence) {
        return folder.resolve(String.format("%019d", sequence) + SUFFIX);
    }
}
