package org.tagma.simulator;

import com.google.protobuf.ByteString;
import org.tagma.core.protocol.Event;
import org.tagma.network.PeerId;
import org.tagma.replica.Inbound;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.FrameRule;
import org.tagma.simulator.check.Property;

/**
 * Holds what a correct replica believes of a frame against where the frame comes from, which a replica cannot know: what nobody
 * has tampered with is believed; what somebody may have, only if {@link FrameRule} has no objection. Not thread-safe.
 */
final class VerdictRule {

    private final Findings findings;
    private final int replica;
    private final FrameRule frames;

    VerdictRule(Findings findings, int replica, FrameRule frames) {
        this.findings = findings;
        this.replica = replica;
        this.frames = frames;
    }

    void check(Inbound inbound, PeerId from, ByteString frame, Origin origin) {
        boolean refused = inbound instanceof Inbound.Rejected;
        if (origin == Origin.CORRECT && refused && frames.mustBelieve(from, frame)) {
            findings.report(
                    Property.DOES_WHAT_IT_MUST,
                    "replica " + replica + " refuses what " + from.toNodeId() + " said: " + inbound);
        }
        boolean suspicious = origin == Origin.TAMPERED || (origin == Origin.MALICIOUS && showsOthers(inbound));
        if (suspicious && !refused) {
            frames.objection(from, frame)
                    .ifPresent(objection -> findings.report(
                            Property.REFUSES_WHAT_IT_MUST,
                            "replica " + replica + " believes a frame from " + from.toNodeId() + ", " + objection));
        }
    }

    private static boolean showsOthers(Inbound inbound) {
        return inbound instanceof Inbound.ForEngine forEngine
                && forEngine.event() instanceof Event.MessageReceived received
                && FrameRule.showsOthers(received.message().message());
    }
}
