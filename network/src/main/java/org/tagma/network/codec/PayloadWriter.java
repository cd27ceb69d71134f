package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;

/**
 * Writes the payload of a message, or a log record, field by field, for a protocol that has no schema of its own.
 * {@link PayloadReader} reads the fields back in the same order. Not thread-safe.
 */
public final class PayloadWriter {

    private final ByteString.Output bytes = ByteString.newOutput();
    private final CodedOutputStream output = CodedOutputStream.newInstance(bytes);

    /** Nothing written yet. */
    public PayloadWriter() {}

    private interface Field {
        void write(CodedOutputStream output) throws IOException;
    }

    private PayloadWriter write(Field field) {
        try {
            field.write(output);
            return this;
        } catch (IOException e) {
            throw new IllegalStateException("memory cannot be written", e);
        }
    }

    /** A view, sequence number or the like, at least 0. */
    public PayloadWriter number(long value) {
        return write(to -> to.writeUInt64NoTag(value));
    }

    /** Yes or no. */
    public PayloadWriter flag(boolean value) {
        return number(value ? 1 : 0);
    }

    /** Any bytes. */
    public PayloadWriter bytes(ByteString value) {
        return write(to -> to.writeBytesNoTag(value));
    }

    /** A digest. */
    public PayloadWriter digest(Digest value) {
        return bytes(value.bytes());
    }

    /** A batch; its requests go in byte for byte as their clients authenticated them. */
    public PayloadWriter batch(Batch value) {
        return bytes(PartEncoder.batch(value).toByteString());
    }

    /** What was written. */
    public ByteString done() {
        write(CodedOutputStream::flush);
        return bytes.toByteString();
    }
}
