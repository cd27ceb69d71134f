package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftTimer;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.TransferMessage.FetchManifest;

/** Replica 2 of four is asked for its state by replica 3. */
class TransferCheckerTest {

    /** A question for a manifest counts as the longest part may be: 64 KiB of 2 MiB. */
    private static final int MOST_A_TICK = 32;

    private static final FetchManifest QUESTION = new FetchManifest(8, Digest.of(ByteString.copyFromUtf8("a state")));

    private final Findings findings = new Findings();
    private final TransferChecker checker = new TransferChecker(findings, 2, 4, false);

    private void step(Event event, Action... actions) {
        checker.begins(event);
        checker.ends(event, List.of(actions));
    }

    private void asks(int replica, Action... answers) {
        step(
                new Event.MessageReceived(new Authenticated<>(replica, QUESTION, ByteString.EMPTY, ByteString.EMPTY)),
                answers);
    }

    private void asksAllThatItMay(int replica) {
        for (int i = 0; i < MOST_A_TICK; i++) {
            asks(replica, new Action.ServeState(replica, QUESTION));
        }
    }

    private void expectFound(String what) {
        assertThat(findings.first())
                .hasValueSatisfying(found -> assertThat(found.details()).contains(what));
    }

    @Test
    void eachIsServedSoMuchInATickAndAgainInTheNext() {
        asksAllThatItMay(3);
        asksAllThatItMay(1);
        asks(3);
        step(new Event.TimerFired(PbftTimer.TICK));
        asksAllThatItMay(3);

        assertThat(findings.isEmpty()).isTrue();
    }

    @Test
    void answersWithoutEndAreFound() {
        asksAllThatItMay(3);
        asks(3, new Action.ServeState(3, QUESTION));

        expectFound("1 times where it must not");
    }

    @Test
    void whoDoesNotAnswerIsFound() {
        asks(3);

        expectFound("0 times where it can");
    }

    @Test
    void whoAnswersTwiceIsFound() {
        asks(3, new Action.ServeState(3, QUESTION), new Action.ServeState(3, QUESTION));

        expectFound("2 times where it can");
    }

    @Test
    void aStateThatNobodyAskedForIsFound() {
        step(new Event.TimerFired(PbftTimer.TICK), new Action.ServeState(3, QUESTION));

        expectFound("1 times where it must not");
    }
}
