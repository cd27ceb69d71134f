package org.tagma.core.service;

import java.util.Optional;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Request;

/**
 * What became of one request of a committed batch.
 *
 * <p>Immutable.
 *
 * @param reply what to tell the client; empty if the request came before an earlier one of its session and must be
 *     ordered again
 */
public record ExecutedRequest(Request request, Optional<ServiceReply> reply) {

    /** Whether the request's number is used up. */
    public boolean consumed() {
        return reply.isPresent();
    }

    /** What the protocol needs to know of it. */
    public RequestOutcome outcome() {
        return new RequestOutcome(request, consumed());
    }
}
