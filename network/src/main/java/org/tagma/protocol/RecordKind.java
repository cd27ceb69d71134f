package org.tagma.protocol;

import com.google.protobuf.ByteString;
import java.util.function.Function;
import org.tagma.core.protocol.LogRecord;

/**
 * One kind of record in a replica's log: a row of its protocol's table of records. Immutable.
 *
 * @param type the number that it has in the log, 1..255; no other record of any protocol has it. 96 to 127 are for
 *     protocols from outside
 * @param of its class
 * @param encoder gives its bytes
 * @param decoder reads its bytes; the log vouches for them, so nothing nested is verified again
 */
public record RecordKind<R extends LogRecord>(
        int type, Class<R> of, Function<R, ByteString> encoder, Decoder<R> decoder) {

    private static final int MAX_TYPE = 255;

    public RecordKind {
        if (type < 1 || type > MAX_TYPE) {
            throw new IllegalArgumentException("record type " + type + " of " + of + " is not in 1.." + MAX_TYPE);
        }
    }

    /** The bytes of such a record. */
    public ByteString encode(LogRecord logRecord) {
        return encoder.apply(of.cast(logRecord));
    }
}
