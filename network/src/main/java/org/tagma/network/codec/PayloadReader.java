package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.IOException;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.network.wire.BatchPart;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RejectionReason;

/**
 * Reads what a {@link PayloadWriter} wrote, whoever says that one did: every field is checked, requests are verified,
 * and {@link #end} refuses what no writer writes. Not thread-safe.
 */
public final class PayloadReader {

    private static final StrictParser<BatchPart> BATCH = new StrictParser<>(BatchPart.parser());

    private final ByteString payload;
    private final DecodeContext context;
    private final CodedInputStream input;
    /** How long a writer's encoding of the fields read so far is. */
    private long canonicalBytes;

    /** At the first field. */
    public PayloadReader(ByteString payload, DecodeContext context) {
        this.payload = payload;
        this.context = context;
        this.input = payload.newCodedInput();
        input.enableAliasing(true);
    }

    /** A view, sequence number or the like, at least 0. */
    public long number(String name) throws InvalidMessageException {
        try {
            long value = input.readUInt64();
            canonicalBytes += CodedOutputStream.computeUInt64SizeNoTag(value);
            return Checks.counter(name, value);
        } catch (IOException e) {
            throw malformed(name);
        }
    }

    /** Yes or no. */
    public boolean flag(String name) throws InvalidMessageException {
        long value = number(name);
        if (value > 1) {
            throw Checks.badValue(name + " is " + value);
        }
        return value == 1;
    }

    /** Bytes, at most so many. */
    public ByteString bytes(String name, int most) throws InvalidMessageException {
        try {
            ByteString value = input.readBytes();
            canonicalBytes += CodedOutputStream.computeBytesSizeNoTag(value);
            return Checks.sizeAtMost("bytes of " + name, value, most);
        } catch (IOException e) {
            throw malformed(name);
        }
    }

    /** A digest. */
    public Digest digest(String name) throws InvalidMessageException {
        return Checks.digest(bytes(name, Digest.LENGTH));
    }

    /** A batch of verified requests, or the null batch. */
    public Batch batch(String name) throws InvalidMessageException {
        ByteString part = bytes(name, Integer.MAX_VALUE);
        return PartDecoder.batch(BATCH.parse(part, context.limits().maxBatchRequests()), context);
    }

    /** Nothing may follow, and nothing may have been written in another way than a writer does. */
    public void end() throws InvalidMessageException {
        if (canonicalBytes != payload.size()) {
            throw new InvalidMessageException(
                    RejectionReason.NOT_CANONICAL, "not the canonical encoding of the message");
        }
    }

    private static InvalidMessageException malformed(String name) {
        return new InvalidMessageException(RejectionReason.MALFORMED, "no " + name + " where one belongs");
    }
}
