package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.network.wire.QueryPayload;
import org.tagma.network.wire.ReplyPayload;
import org.tagma.network.wire.RequestPayload;

/** Encodes payloads: those of clients here, the others as their kinds say. */
final class PayloadEncoder {

    private PayloadEncoder() {}

    static ByteString encode(MessageTable table, Message message) {
        if (message instanceof Request request) {
            return request.payload();
        }
        if (message instanceof ClientMessage.Query query) {
            return query(query).toByteString();
        }
        if (message instanceof ClientMessage.Reply reply) {
            return reply(reply).toByteString();
        }
        return table.of(message).encode(message);
    }

    static ByteString request(
            SessionId session, long number, RetrySemantics semantics, long acknowledged, ByteString operation) {
        return RequestPayload.newBuilder()
                .setClient(session.client())
                .setSession(session.session())
                .setNumber(number)
                .setSemantics(Codes.encode(semantics))
                .setOperation(operation)
                .setUnacknowledged(semantics.isFifo() ? number - 1 - acknowledged : 0)
                .build()
                .toByteString();
    }

    private static MessageLite query(ClientMessage.Query query) {
        return QueryPayload.newBuilder()
                .setClient(query.session().client())
                .setSession(query.session().session())
                .setNumber(query.number())
                .setOperation(query.operation())
                .build();
    }

    private static MessageLite reply(ClientMessage.Reply reply) {
        return ReplyPayload.newBuilder()
                .setView(reply.view())
                .setClient(reply.session().client())
                .setSession(reply.session().session())
                .setKind(Codes.encode(reply.kind()))
                .setNumber(reply.number())
                .setStatus(Codes.encode(reply.status()))
                .setResult(reply.result())
                .setPrimary(reply.primary() + 1)
                .setSince(reply.since())
                .setUntil(reply.until())
                .build();
    }
}
