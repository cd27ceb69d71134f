package org.tagma.replica.inbound;

import org.tagma.protocol.RejectionReason;
import org.tagma.replica.inbound.InboundLane.Connection;
import org.tagma.replica.inbound.InboundLane.Unverified;
import org.tagma.replica.inbound.InboundVerifier.Verified;
import org.tagma.replica.threads.LoopThread;

/**
 * Checks what costs signatures, one lane after the other. Each turn gives a lane so much time; if a frame takes more,
 * the lane owes it and sits out turns while others have something to check (deficit round robin, Shreedhar and Varghese
 * 1995, with the debt carried over). So each peer with something to check has the same share of the processor.
 *
 * <p>One thread works.
 */
final class VerificationWorker implements LoopThread.Work {

    /** What a lane may take in a turn: a few signatures, so that the next lane does not wait long. */
    private static final long TURN_MICROS = 4 * CheckCosts.SIGNATURE_MICROS;

    /** Turns before whoever gets the results is woken, if more is waiting. */
    private static final int TURNS_PER_PASS = 8;

    /** Takes what became of each frame. */
    interface Results {
        /** A frame of this lane came to this, and its checks took so long. */
        void accept(InboundLane lane, Connection connection, Inbound inbound, long chargedBytes, long spentMicros);
    }

    private final VerificationRing ring;
    private final InboundVerifier verifier;
    private final Results results;
    private final Runnable afterPass;

    /**
     * A worker on a ring.
     *
     * @param results called on the worker's thread
     * @param afterPass wakes those who got results
     */
    VerificationWorker(VerificationRing ring, InboundVerifier verifier, Results results, Runnable afterPass) {
        this.ring = ring;
        this.verifier = verifier;
        this.results = results;
        this.afterPass = afterPass;
    }

    @Override
    public boolean hasWork() {
        return ring.hasWork();
    }

    @Override
    public void runOnce() {
        for (int i = 0; i < TURNS_PER_PASS; i++) {
            InboundLane lane = ring.next();
            if (lane == null) {
                break;
            }
            lane.earn(TURN_MICROS);
            serve(lane);
            ring.putBack(lane);
        }
        afterPass.run();
    }

    private void serve(InboundLane lane) {
        while (lane.hasCredit()) {
            Unverified frame = lane.pollUnverified();
            if (frame == null) {
                lane.loseSavings();
                return;
            }
            verify(lane, frame);
        }
    }

    private void verify(InboundLane lane, Unverified frame) {
        Connection connection = frame.connection();
        if (lane.waste().isCutOff()) {
            // Of what it sent before it was cut off nothing more is looked at.
            results.accept(
                    lane,
                    connection,
                    new Inbound.Rejected(RejectionReason.CUT_OFF, "sent before it was cut off"),
                    frame.chargedBytes(),
                    0);
        } else {
            Examination examination = frame.examination() != null
                    ? frame.examination()
                    : verifier.examine(connection.peer(), frame.envelope());
            Verified verified = verifier.prove(examination);
            long micros = CheckCosts.micros(frame.bytes(), verified.signatureChecks());
            lane.pay(micros);
            results.accept(lane, connection, verified.inbound(), frame.chargedBytes(), micros);
        }
        lane.verifiedOne();
        ring.verifiedOne();
    }
}
