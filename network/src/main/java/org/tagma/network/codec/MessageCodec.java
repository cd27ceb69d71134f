package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.NestedVerifier;
import org.tagma.protocol.Protocols;

/**
 * Messages and log records to bytes and back.
 *
 * <p>A frame from outside goes through three hands: {@link #parseEnvelope} takes it apart; the caller checks the
 * authenticator of a replica's message or a query; {@link #decode} then reads the payload, and asks a {@link
 * NestedVerifier} about every request and every signed message in it. So what a message shows of others is verified by
 * the time it is a {@link Request} or an {@link Authenticated}, and whoever holds one can rely on that.
 *
 * <p>What decoding guarantees: authentic nested messages, values in their ranges, counts and sizes within the limits.
 * What it leaves to the protocol: whether the message makes sense, such as quorums, distinct senders, order, windows.
 *
 * <p>Encoding takes what this replica itself made and expects it to be right. Decoding never throws for any bytes.
 * Decoded byte strings are slices of the frame: it must not be changed afterwards, and lives as long as they do.
 *
 * <p>Immutable and thread-safe.
 */
public final class MessageCodec implements MessageReader {

    private static final MessageTable TABLE = new MessageTable(Protocols.all());

    private final PayloadDecoder decoder;

    /** A codec whose {@link #decode} enforces these limits. */
    public MessageCodec(CodecLimits limits) {
        this.decoder = new PayloadDecoder(TABLE, limits);
    }

    /**
     * The type number of a message: what it is authenticated under.
     *
     * @return 1..255
     * @throws IllegalArgumentException if no protocol has such a message
     */
    public static int type(Message message) {
        if (message instanceof Request) {
            return MessageType.REQUEST_VALUE;
        }
        if (message instanceof ClientMessage client) {
            return client instanceof ClientMessage.Reply ? MessageType.REPLY_VALUE : MessageType.QUERY_VALUE;
        }
        return TABLE.of(message).type();
    }

    /** Whether some message has this type number. */
    public static boolean isKnown(int type) {
        return CommonMessages.isOfClients(type) || TABLE.messageOf(type) != null;
    }

    /** The kinds of messages that replicas send each other under every protocol. */
    public static List<MessageKind<?>> commonMessages() {
        return CommonMessages.BETWEEN_REPLICAS;
    }

    /**
     * The payload of a message, to be authenticated and put in an envelope. Equal messages give equal bytes. Requests
     * nested or not, and signed messages nested in others, keep the very bytes they came with.
     *
     * @throws IllegalArgumentException if no protocol has such a message
     */
    public static ByteString encodePayload(Message message) {
        return PayloadEncoder.encode(TABLE, message);
    }

    /**
     * The payload of a new request, for its client to authenticate.
     *
     * @param acknowledged as in {@link Request}
     */
    public static ByteString encodeRequestPayload(
            SessionId session, long number, RetrySemantics semantics, long acknowledged, ByteString operation) {
        return PayloadEncoder.request(session, number, semantics, acknowledged, operation);
    }

    /** The payload of a new request that acknowledges nothing. */
    public static ByteString encodeRequestPayload(
            SessionId session, long number, RetrySemantics semantics, ByteString operation) {
        return encodeRequestPayload(session, number, semantics, 0, operation);
    }

    /** A frame. */
    public static ByteString envelope(NodeId sender, int type, ByteString payload, ByteString authenticator) {
        return EnvelopeCodec.encode(sender, type, payload, authenticator).toByteString();
    }

    /** The frame of a request, as its client sends it and replicas relay it. */
    public static ByteString envelope(Request request) {
        return EnvelopeCodec.encode(request).toByteString();
    }

    /** The frame of a replica's message, to forward it as it came. */
    public static ByteString envelope(Authenticated<?> message) {
        return EnvelopeCodec.encode(message).toByteString();
    }

    /** Takes a frame apart. Nothing is authenticated yet. */
    public static Decoded<Envelope> parseEnvelope(ByteString frame) {
        try {
            return new Decoded.Ok<>(EnvelopeCodec.decode(frame));
        } catch (InvalidMessageException rejection) {
            return Decoded.rejected(rejection);
        }
    }

    @Override
    public Decoded<Envelope> open(ByteString frame) {
        return parseEnvelope(frame);
    }

    /**
     * Reads the payload of an envelope as what its type says.
     *
     * <p>A request's own authenticator is put before the verifier, once it is known to be well-formed; there is no
     * other way to a Request. For all other types the caller must have checked the envelope's own authenticator before,
     * since what is nested costs signatures to verify.
     */
    @Override
    public Decoded<Message> decode(Envelope envelope, NestedVerifier verifier) {
        try {
            return new Decoded.Ok<>(decoder.decode(envelope, verifier));
        } catch (InvalidMessageException rejection) {
            return Decoded.rejected(rejection);
        }
    }

    /**
     * A record of the log.
     *
     * @throws IllegalArgumentException if no protocol has such a record
     */
    public static ByteString encodeRecord(LogRecord logRecord) {
        return RecordCodec.encode(TABLE.of(logRecord), logRecord);
    }

    /**
     * Reads a record that {@link #encodeRecord} wrote. It is trusted: what is nested in it was verified before it was
     * written, and is not verified again. Only bytes whose integrity the log store has checked may come here.
     */
    public static Decoded<LogRecord> decodeRecord(ByteString bytes) {
        try {
            return new Decoded.Ok<>(RecordCodec.decode(TABLE, bytes));
        } catch (InvalidMessageException rejection) {
            return Decoded.rejected(rejection);
        }
    }
}
