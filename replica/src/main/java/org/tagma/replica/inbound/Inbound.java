package org.tagma.replica.inbound;

import org.tagma.core.protocol.ClientMessage;
import org.tagma.core.protocol.ClockMessage;
import org.tagma.core.protocol.Event;
import org.tagma.protocol.RejectionReason;

/** What became of a frame that arrived. */
public sealed interface Inbound {

    /** It is authentic, and for the protocol. */
    record ForEngine(Event event) implements Inbound {}

    /** It is an authentic query: the execution answers it without the protocol. */
    record ForExecution(ClientMessage.Query query) implements Inbound {}

    /** It is authentic, and about the clocks of replicas. */
    record ForClocks(int sender, ClockMessage message) implements Inbound {}

    /**
     * It was dropped.
     *
     * @param detail for people; holds nothing of what was received but numbers
     */
    record Rejected(RejectionReason reason, String detail) implements Inbound {}
}
