package org.tagma.core.service;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;

/** Requests for tests, named by where they belong. */
final class Requests {

    private Requests() {}

    static Request fifo(int client, long session, long number) {
        return fifo(client, session, number, client + "/" + session + "#" + number);
    }

    static Request fifo(int client, long session, long number, String operation) {
        return request(client, session, number, RetrySemantics.EXACTLY_ONCE, operation);
    }

    static Request atMostOnce(int client, long session, long number) {
        return request(client, session, number, RetrySemantics.AT_MOST_ONCE, client + "/" + session + "~" + number);
    }

    static Request atLeastOnce(int client, long session, long number) {
        return request(client, session, number, RetrySemantics.AT_LEAST_ONCE, client + "/" + session + "~" + number);
    }

    /** An exactly-once request whose client has the replies up to a number. */
    static Request acknowledging(Request request, long acknowledged) {
        return Request.of(
                request.session(),
                request.number(),
                request.semantics(),
                acknowledged,
                request.operation(),
                request.payload().concat(ByteString.copyFromUtf8("a" + acknowledged)),
                request.authenticator());
    }

    private static Request request(int client, long session, long number, RetrySemantics semantics, String operation) {
        ByteString bytes = ByteString.copyFromUtf8(operation);
        ByteString payload = ByteString.copyFromUtf8(client + "/" + session + "#" + number + semantics + operation);
        return Request.of(new SessionId(client, session), number, semantics, bytes, payload, ByteString.EMPTY);
    }
}
