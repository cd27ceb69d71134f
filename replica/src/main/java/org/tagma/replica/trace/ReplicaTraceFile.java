package org.tagma.replica.trace;

import com.google.protobuf.ByteString;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tagma.network.transport.Transport;

/**
 * The trace of one incarnation of a production replica, in a file that may hold earlier incarnations. If it cannot be
 * written, or has become as large as it may, the replica goes on without.
 *
 * <p>Thread-safe.
 */
public final class ReplicaTraceFile implements Closeable {

    private static final Logger LOG = LoggerFactory.getLogger(ReplicaTraceFile.class);
    private static final int ONLY_PROCESS = 0;

    private final EventLog log;

    private ReplicaTraceFile(EventLog log) {
        this.log = log;
    }

    /**
     * Begins an incarnation.
     *
     * @throws IOException if the file cannot be written, or is there and no trace
     */
    public static ReplicaTraceFile open(Path file, ByteString clusterId, int replica) throws IOException {
        TraceWriter out = append(file);
        String about = "replica " + replica + " of cluster "
                + FrameSummary.hex(clusterId.substring(0, Math.min(4, clusterId.size())));
        return new ReplicaTraceFile(EventLog.ofProcess(
                out,
                ReplicaTraceFile::nowMicros,
                EventId.replica(replica),
                about,
                failure -> LOG.warn("{}; the replica goes on without", failure.getMessage())));
    }

    private static TraceWriter append(Path file) throws IOException {
        try {
            return TraceWriter.appendTo(file, TraceWriter.DEFAULT_LIMIT_BYTES);
        } catch (FileSystemException e) {
            String reason = e.getReason() == null ? "there is no such folder, or no right to write" : e.getReason();
            throw new IOException("the trace " + file + " cannot be written: " + reason, e);
        }
    }

    /** The transport, and its frames are recorded. */
    public Transport around(Transport transport) {
        return new TracedTransport(transport, log, ONLY_PROCESS);
    }

    /** What records the inside of the replica. */
    public ReplicaTracer tracer() {
        return new ReplicaTracer(log, ONLY_PROCESS);
    }

    /** Writes what is left. What happens afterwards is not recorded. */
    @Override
    public void close() throws IOException {
        log.close();
    }

    private static long nowMicros() {
        Instant now = Instant.now();
        return TimeUnit.SECONDS.toMicros(now.getEpochSecond()) + TimeUnit.NANOSECONDS.toMicros(now.getNano());
    }
}
