package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.DiscardUnknownFieldsParser;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.Parser;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RejectionReason;

/**
 * Parses one message of the schema without copying its byte fields, and refuses what is not canonical.
 *
 * <p>Protobuf lets one message be written in many ways: a field twice (the last wins), fields nobody knows, zeros
 * written out, padded varints, fields in another order. Every one of these but the order makes the encoding longer than
 * the canonical one, since unknown fields are dropped while parsing; so one comparison of lengths finds them all,
 * nested ones included. The order is let pass: finding it out means encoding again, which is too dear for every
 * request, and it does no harm, because what is digested and authenticated is the bytes received.
 *
 * <p>Immutable and thread-safe.
 */
public final class StrictParser<T extends Message> {

    /** Fields of a message or of its nested part that are there at most once; the largest has fewer. */
    private static final int SINGLE_FIELDS = 16;

    private final Parser<T> parser;

    /** A parser of such messages. */
    public StrictParser(Parser<T> parser) {
        this.parser = DiscardUnknownFieldsParser.wrap(parser);
    }

    /** Parses a message that has no repeated fields, or comes from this replica's own log. */
    public T parse(ByteString bytes) throws InvalidMessageException {
        T message;
        try {
            CodedInputStream input = bytes.newCodedInput();
            input.enableAliasing(true);
            message = parser.parseFrom(input);
            input.checkLastTagWas(0);
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidMessageException(RejectionReason.MALFORMED, "not an encoding of the message");
        }
        if (message.getSerializedSize() != bytes.size()) {
            throw new InvalidMessageException(
                    RejectionReason.NOT_CANONICAL, "not the canonical encoding of the message");
        }
        return message;
    }

    /**
     * Parses a message that has repeated fields. They are counted first: an element can be empty, two bytes on the wire
     * and a hundred on the heap, and a count that is refused only after parsing has already cost the memory.
     *
     * @param maxElements how many elements all repeated fields may have together
     * @param nestedFields where repeated fields are found inside: the number of a field whose message has some too,
     *     then of one in that message, and so on
     */
    public T parse(ByteString bytes, long maxElements, int... nestedFields) throws InvalidMessageException {
        long counted;
        try {
            counted = countFields(bytes.newCodedInput(), maxElements + SINGLE_FIELDS, nestedFields, 0);
        } catch (IOException e) {
            throw new InvalidMessageException(RejectionReason.MALFORMED, "not an encoding of the message");
        }
        if (counted > maxElements + SINGLE_FIELDS) {
            throw new InvalidMessageException(RejectionReason.OVERSIZED, "more than " + maxElements + " elements");
        }
        return parse(bytes);
    }

    /** Counts fields, those inside the nested fields included; stops soon after {@code stopAbove}. */
    private static long countFields(CodedInputStream input, long stopAbove, int[] nestedFields, int depth)
            throws IOException {
        int nestedField = depth < nestedFields.length ? nestedFields[depth] : 0;
        long count = 0;
        int tag = input.readTag();
        while (tag != 0 && count <= stopAbove) {
            count++;
            if (WireFormat.getTagFieldNumber(tag) == nestedField
                    && WireFormat.getTagWireType(tag) == WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                int outerLimit = input.pushLimit(input.readRawVarint32());
                count += countFields(input, stopAbove - count, nestedFields, depth + 1);
                input.skipRawBytes(input.getBytesUntilLimit());
                input.popLimit(outerLimit);
            } else if (!input.skipField(tag)) {
                throw new IOException("the end of a group that never began");
            }
            tag = input.readTag();
        }
        return count;
    }
}
