package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.util.Optional;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.RequestProof;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.RejectionReason;

/**
 * The records of the log: a message of the schema with one field, whose number says which record it is, and whose bytes
 * are that record's.
 */
final class RecordCodec {

    /** What is nested in a record was verified before it was written; the log store vouches for its own bytes. */
    private static final NestedVerifier VERIFIED_BEFORE = new NestedVerifier() {
        @Override
        public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
            return true;
        }

        @Override
        public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
            return Optional.of(RequestProof.SIGNED);
        }
    };

    /** Limits may have been lowered since a record was written, and the replica must still remember it. */
    private static final DecodeContext OWN = new DecodeContext(CodecLimits.unlimited(), VERIFIED_BEFORE);

    private RecordCodec() {}

    static ByteString encode(RecordKind<?> kind, LogRecord logRecord) {
        ByteString body = kind.encode(logRecord);
        byte[] head = new byte
                [CodedOutputStream.computeTagSize(kind.type()) + CodedOutputStream.computeUInt32SizeNoTag(body.size())];
        CodedOutputStream output = CodedOutputStream.newInstance(head);
        try {
            output.writeTag(kind.type(), WireFormat.WIRETYPE_LENGTH_DELIMITED);
            output.writeUInt32NoTag(body.size());
        } catch (IOException e) {
            throw new IllegalStateException("an array of the right size is too small", e);
        }
        return ByteString.copyFrom(head).concat(body);
    }

    static LogRecord decode(MessageTable table, ByteString bytes) throws InvalidMessageException {
        int type;
        ByteString body;
        try {
            CodedInputStream input = bytes.newCodedInput();
            input.enableAliasing(true);
            int tag = input.readTag();
            type = WireFormat.getTagFieldNumber(tag);
            if (table.recordOf(type) == null
                    || WireFormat.getTagWireType(tag) != WireFormat.WIRETYPE_LENGTH_DELIMITED) {
                throw new InvalidMessageException(RejectionReason.UNKNOWN_TYPE, "a record of no known kind");
            }
            body = input.readBytes();
            if (!input.isAtEnd()
                    || bytes.size()
                            != CodedOutputStream.computeTagSize(type) + CodedOutputStream.computeBytesSizeNoTag(body)) {
                throw new InvalidMessageException(
                        RejectionReason.NOT_CANONICAL, "not the canonical encoding of a record");
            }
        } catch (InvalidProtocolBufferException e) {
            throw new InvalidMessageException(RejectionReason.MALFORMED, "not an encoding of a record");
        } catch (IOException e) {
            throw new IllegalStateException("bytes in memory cannot be read", e);
        }
        return table.recordOf(type).decoder().decode(body, OWN);
    }
}
