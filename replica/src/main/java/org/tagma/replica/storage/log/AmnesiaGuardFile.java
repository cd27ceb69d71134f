package org.tagma.replica.storage.log;

import com.google.protobuf.ByteString;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.zip.CRC32;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.codec.Decoded;
import org.tagma.network.codec.MessageCodec;
import org.tagma.replica.storage.DataFolderException;
import org.tagma.replica.storage.files.DurableFiles;

/**
 * The small file in which a replica without a durable log notes what it must never forget. It is always replaced
 * as a whole.
 */
public final class AmnesiaGuardFile {

    static final String NAME = "amnesia-guard";

    private static final long MAGIC = 0x5447_4d41_4752_4431L; // "TGMAGRD1"
    /** A guard holds a handful of small records; anything larger is not one. */
    private static final int MAX_BYTES = 1 << 20;

    private final Path folder;
    private final ByteString clusterId;
    private final int replica;

    public AmnesiaGuardFile(Path folder, ByteString clusterId, int replica) {
        this.folder = folder;
        this.clusterId = clusterId;
        this.replica = replica;
    }

    /** Returns once these records, and no others, are durable. */
    public void write(Collection<LogRecord> records) throws IOException {
        DurableFiles.replace(folder.resolve(NAME), List.of(encode(records)));
    }

    /** What was written last. */
    List<LogRecord> read() throws IOException {
        Path file = folder.resolve(NAME);
        if (!Files.exists(file)) {
            throw damaged("it is missing", null);
        }
        if (Files.size(file) > MAX_BYTES) {
            throw damaged("it is far too large", null);
        }
        return decode(Files.readAllBytes(file));
    }

    private ByteString encode(Collection<LogRecord> records) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        out.writeLong(MAGIC);
        writeBytes(out, clusterId);
        out.writeInt(replica);
        out.writeInt(records.size());
        for (LogRecord each : records) {
            writeBytes(out, MessageCodec.encodeRecord(each));
        }
        out.writeInt(checksum(bytes.toByteArray()));
        return ByteString.copyFrom(bytes.toByteArray());
    }

    private List<LogRecord> decode(byte[] bytes) throws IOException {
        int bodyBytes = bytes.length - Integer.BYTES;
        if (bodyBytes < 0
                || checksum(Arrays.copyOf(bytes, bodyBytes))
                        != ByteBuffer.wrap(bytes).getInt(bodyBytes)) {
            throw damaged("its checksum is wrong", null);
        }
        try (DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes, 0, bodyBytes))) {
            if (in.readLong() != MAGIC) {
                throw damaged("it is something else", null);
            }
            checkOwner(readBytes(in), in.readInt());
            int count = in.readInt();
            List<LogRecord> records = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                records.add(decodeRecord(readBytes(in)));
            }
            return records;
        } catch (EOFException | NegativeArraySizeException e) {
            throw damaged("it ends too early", e);
        }
    }

    private void checkOwner(ByteString ownerCluster, int ownerReplica) throws DataFolderException {
        if (!ownerCluster.equals(clusterId)) {
            throw new DataFolderException(
                    folder + " belongs to a replica of another cluster; give this one a folder of its own");
        }
        if (ownerReplica != replica) {
            throw new DataFolderException(folder + " belongs to replica " + ownerReplica + ", not to replica " + replica
                    + "; give each replica a folder of its own");
        }
    }

    private LogRecord decodeRecord(ByteString bytes) throws DataFolderException {
        Decoded<LogRecord> decoded = MessageCodec.decodeRecord(bytes);
        if (decoded instanceof Decoded.Ok<LogRecord> ok) {
            return ok.value();
        }
        throw damaged("it holds a record that this version does not know", null);
    }

    private DataFolderException damaged(String how, Throwable cause) {
        DataFolderException damaged = DataFolderException.damaged(folder.resolve(NAME), how);
        damaged.initCause(cause);
        return damaged;
    }

    private static void writeBytes(DataOutputStream out, ByteString bytes) throws IOException {
        out.writeInt(bytes.size());
        bytes.writeTo(out);
    }

    private static ByteString readBytes(DataInputStream in) throws IOException {
        int length = in.readInt();
        if (length > in.available()) {
            throw new EOFException();
        }
        byte[] bytes = new byte[length];
        in.readFully(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static int checksum(byte[] bytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes);
        return (int) crc.getValue();
    }
}
