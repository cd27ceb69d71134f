package org.tagma.core.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/**
 * The whole replicated state and its canonical bytes: version, sequence number, agreed time, limits and session table as
 * varints and length-delimited bytes; then, to the end, the state machine's own snapshot.
 */
record StateEncoding(
        long sequence, long agreedTimeMillis, ServiceLimits limits, SessionTable sessions, ByteString application) {

    private static final int VERSION = 1;

    /** A state, or why the bytes are not one. */
    sealed interface Decoded {

        record Accepted(StateEncoding state) implements Decoded {}

        record Rejected(SnapshotRejection reason) implements Decoded {}
    }

    ByteString encode() {
        ByteString.Output bytes = ByteString.newOutput();
        try {
            CodedOutputStream out = CodedOutputStream.newInstance(bytes);
            out.writeUInt32NoTag(VERSION);
            out.writeUInt64NoTag(sequence);
            out.writeUInt64NoTag(agreedTimeMillis);
            out.writeUInt32NoTag(limits.maxSessionsPerClient());
            out.writeUInt32NoTag(limits.sessionPipeline());
            sessions.writeTo(out);
            out.flush();
        } catch (IOException e) {
            throw new UncheckedIOException("writing to memory failed", e);
        }
        return bytes.toByteString().concat(application);
    }

    static Decoded decode(long expectedSequence, ByteString bytes, ServiceLimits limits) {
        try {
            CodedInputStream in = bytes.newCodedInput();
            if (in.readUInt32() != VERSION) {
                return new Decoded.Rejected(SnapshotRejection.UNKNOWN_VERSION);
            }
            if (in.readUInt64() != expectedSequence) {
                return new Decoded.Rejected(SnapshotRejection.WRONG_SEQUENCE);
            }
            long agreedTimeMillis = in.readUInt64();
            if (in.readUInt32() != limits.maxSessionsPerClient() || in.readUInt32() != limits.sessionPipeline()) {
                return new Decoded.Rejected(SnapshotRejection.OTHER_LIMITS);
            }
            SessionTable sessions = SessionTable.readFrom(in, limits);
            ByteString application = bytes.substring(in.getTotalBytesRead());
            return new Decoded.Accepted(
                    new StateEncoding(expectedSequence, agreedTimeMillis, limits, sessions, application));
        } catch (IOException e) {
            return new Decoded.Rejected(SnapshotRejection.MALFORMED);
        }
    }
}
