package org.tagma.network.codec;

import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;
import org.tagma.network.wire.BatchPart;

/** Encodes what messages and log records have in common. Nested messages go in byte for byte as they came. */
public final class PartEncoder {

    private PartEncoder() {}

    /** A batch. */
    public static BatchPart batch(Batch batch) {
        BatchPart.Builder part = BatchPart.newBuilder();
        if (batch.isNull()) {
            return part.setNullBatch(true).build();
        }
        part.setTimeMillis(batch.timeMillis());
        for (Request request : batch.requests()) {
            part.addRequests(EnvelopeCodec.encode(request));
        }
        return part.build();
    }

    /** A signed message. */
    public static org.tagma.network.wire.Envelope signed(Authenticated<?> message) {
        return EnvelopeCodec.encode(message);
    }
}
