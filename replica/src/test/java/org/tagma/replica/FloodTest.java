package org.tagma.replica;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.ReplicaMode;
import org.tagma.core.protocol.Request;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.transport.PeerId;
import org.tagma.protocol.Protocols;
import org.tagma.protocol.RejectionReason;
import org.tagma.replica.metrics.WasteMeter;
import org.tagma.replica.settings.AuthenticationPolicy;

/** One replica sends what is costly to check and worth nothing, beside an honest client. Known bug 38. */
final class FloodTest {

    private static final PeerId CLIENT = new PeerId.ClientSession(0, 1);
    private static final PeerId FAULTY = new PeerId.Replica(3);
    private static final PeerId HONEST = new PeerId.Replica(1);
    private static final Digest DIGEST = Digest.of(ByteString.copyFromUtf8("state"));
    private static final AuthenticationPolicy POLICY =
            AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.SIGNATURES);

    private final StageFixture replica = new StageFixture(POLICY, 256 << 20);

    @Test
    void aNewViewOfSomebodyWhoIsNotThePrimaryCostsNoSignatureCheck() {
        // The issue's: 2,365 bytes, 21 signatures, all of them the sender's own and good.
        replica.receive(FAULTY, replica.frame(3, newView(4, 3, 3, 3, 3)));
        replica.receive(FAULTY, replica.frame(3, newView(4, 0, 1, 2)));
        assertRejectedWithoutACheck(2);
        assertThat(replica.metrics.rejected(RejectionReason.WRONG_ROLE)).isEqualTo(2);
    }

    @Test
    void aSignerThatIsCountedTwiceCostsNoSignatureCheck() {
        replica.receive(FAULTY, replica.frame(3, newView(3, 3, 3, 3, 3)));
        replica.receive(FAULTY, replica.frame(3, newView(3, 3, 1)));
        replica.receive(FAULTY, replica.frame(3, viewChange(5, 3, 3, 3)));
        replica.receive(FAULTY, replica.frame(3, viewChange(5, 3, 1)));
        replica.receive(FAULTY, replica.frame(3, new StableCheckpoint(certificate(3, 3, 3))));
        assertRejectedWithoutACheck(5);
        assertThat(replica.metrics.rejected(RejectionReason.BAD_CERTIFICATE)).isEqualTo(5);
    }

    @Test
    void aNewViewOfViewChangesForAnotherViewCostsNoSignatureCheck() {
        List<Authenticated<ViewChange>> others = viewChanges(7, 0, 1, 2);
        replica.receive(FAULTY, replica.frame(3, new NewView(3, others, List.of())));
        assertRejectedWithoutACheck(1);
    }

    @Test
    void aProposalOfSomebodyWhoIsNotThePrimaryCostsNoSignatureCheck() {
        replica.receive(FAULTY, replica.frame(3, proposal(0, 64, true)));
        assertRejectedWithoutACheck(1);
        StageFixture macs = new StageFixture(
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES), 256 << 20);
        macs.receive(
                FAULTY,
                macs.frame(
                        3,
                        proposal(
                                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES),
                                0,
                                64,
                                true)));
        macs.work();
        assertThat(macs.signatureChecks).hasValue(0);
    }

    @Test
    void aFrameIsDroppedAtTheFirstForgedSignature() {
        // Outer and own view change are good; what others are said to have signed is not.
        replica.receive(FAULTY, replica.frame(3, forgedNewView(3)));
        replica.work();
        assertThat(replica.signatureChecks).hasValue(3);
        replica.receive(FAULTY, replica.frame(3, proposal(3, 64, false)));
        replica.work();
        assertThat(replica.signatureChecks).as("its own and one request").hasValue(5);
        assertThat(replica.engineQueue.isEmpty()).isTrue();
    }

    @Test
    void inMacsModeTheSignaturesOfAProposalAreNotCheckedOnTheNetworkThread() {
        StageFixture macs = new StageFixture(
                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES), 256 << 20);
        macs.receive(
                FAULTY,
                macs.frame(
                        3,
                        proposal(
                                AuthenticationPolicy.of(Protocols.named("pbft"), AuthenticationMode.CLIENT_SIGNATURES),
                                3,
                                64,
                                false)));
        assertThat(macs.signatureChecks).hasValue(0);
        macs.work();
        assertThat(macs.signatureChecks).hasValue(1);
    }

    @Test
    void whatIsLongPastCostsNoSignatureCheck() {
        replica.position = Optional.of(new ProtocolStatus("pbft", 100, 0, ReplicaMode.NORMAL, 50, 50, 40, 0));
        replica.receive(FAULTY, replica.frame(3, newView(3, 0, 1, 2)));
        replica.receive(FAULTY, replica.frame(3, viewChange(90, 0, 1, 2)));
        replica.receive(FAULTY, replica.frame(3, new Checkpoint(8, DIGEST)));
        replica.receive(FAULTY, replica.frame(3, new StableCheckpoint(certificate(0, 1, 2))));
        assertRejectedWithoutACheck(4);
        assertThat(replica.metrics.rejected(RejectionReason.OUTDATED)).isEqualTo(4);
    }

    @Test
    void anHonestRequestWaitsForOneTurnOfTheFlooder() {
        for (int i = 0; i < 100; i++) {
            replica.receive(FAULTY, replica.frame(3, forgedNewView(3 + 4L * i)));
        }
        replica.receive(CLIENT, replica.request(0, 1));
        while (replica.engineQueue.isEmpty()) {
            replica.stage.worker().runOnce();
        }
        // Eight turns a pass, half of them the client's; four signatures a turn and what the last frame takes over.
        assertThat(replica.signatureChecks.get()).isLessThan(50);
        assertThat(replica.engineTakes(1)).hasOnlyElementsOfType(Event.RequestReceived.class);
    }

    @Test
    void aProposalOfAnotherReplicaWaitsForOneTurnOfTheFlooder() {
        for (int i = 0; i < 100; i++) {
            replica.receive(FAULTY, replica.frame(3, forgedNewView(3 + 4L * i)));
        }
        replica.receive(HONEST, replica.frame(1, proposal(1, 8, true)));
        while (replica.engineQueue.isEmpty()) {
            replica.stage.worker().runOnce();
        }
        assertThat(replica.signatureChecks.get()).isLessThan(50);
    }

    @Test
    void whoWastesTimeIsCutOffForAWhileCountedAndNamed() {
        int sent = 0;
        while (replica.stage.acceptsMore(FAULTY) && sent < 10_000) {
            replica.receive(FAULTY, replica.frame(3, forgedNewView(3 + 4L * sent++)));
            replica.work();
        }
        // Two checks or three each, 200 ms in all.
        assertThat(sent).isBetween(600, 1_100);
        assertThat(replica.stage.acceptsMore(HONEST)).isTrue();
        assertThat(replica.stage.peers())
                .containsEntry("cutOff", "replica 3")
                .containsEntry("rejectedFrom.replica 3", (long) sent);
        assertThat(replica.registry
                        .counter("tagma.cut.off", "peer", "replica 3")
                        .count())
                .isEqualTo(1);
        int checks = replica.signatureChecks.get();
        replica.receive(FAULTY, replica.frame(3, forgedNewView(3)));
        replica.work();
        assertThat(replica.signatureChecks).hasValue(checks);
        replica.stage.resumeReading();
        assertThat(replica.resumed).hasValue(0);
        replica.nanos.addAndGet(WasteMeter.CUT_OFF_NANOS);
        replica.stage.resumeReading();
        assertThat(replica.resumed).hasValue(1);
        assertThat(replica.stage.acceptsMore(FAULTY)).isTrue();
        assertThat(replica.stage.peers()).containsEntry("cutOff", "");
    }

    @Test
    void aClientIsCutOffWithAllItsSessions() {
        for (int number = 1; number <= 3_000; number++) {
            Request request = TestCluster.request(0, number, POLICY, "add");
            replica.receive(new PeerId.ClientSession(0, number), MessageCodec.envelope(forged(request)));
            replica.work();
        }
        assertThat(replica.stage.acceptsMore(new PeerId.ClientSession(0, 9_999)))
                .isFalse();
        assertThat(replica.stage.acceptsMore(new PeerId.ClientSession(1, 1))).isTrue();
        assertThat(replica.signatureChecks.get()).isLessThan(2_100);
    }

    @Test
    void whoSendsGoodMessagesFastIsNotCutOff() {
        for (int number = 1; number <= 4_000; number++) {
            replica.receive(CLIENT, replica.request(0, number));
            replica.work();
            replica.engineTakes(10);
        }
        assertThat(replica.stage.acceptsMore(CLIENT)).isTrue();
    }

    @Test
    void aMessageSeenBeforeIsNotCheckedAgain() {
        ByteString good = replica.frame(0, newView(4, 0, 1, 2));
        replica.receive(HONEST, good);
        replica.work();
        int once = replica.signatureChecks.get();
        // Its own, three view changes, and three different votes for the checkpoint that all of them show.
        assertThat(once).isEqualTo(7);
        for (int i = 0; i < 100; i++) {
            replica.receive(FAULTY, good);
        }
        replica.work();
        assertThat(replica.signatureChecks).hasValue(once);
        assertThat(replica.engineTakes(1_000)).hasSize(101);
    }

    @Test
    void whatOneNodeSignsDoesNotPushOutWhatAnotherSigned() {
        ByteString good = replica.frame(0, newView(4, 0, 1, 2));
        replica.receive(HONEST, good);
        LongStream.rangeClosed(1, 2_000)
                .forEach(i -> replica.receive(FAULTY, replica.frame(3, new Checkpoint(8 * i, DIGEST))));
        IntStream.rangeClosed(1, 2_000).forEach(i -> replica.receive(CLIENT, replica.request(0, i)));
        replica.work();
        int before = replica.signatureChecks.get();
        replica.receive(HONEST, good);
        replica.work();
        assertThat(replica.signatureChecks).hasValue(before);
    }

    private void assertRejectedWithoutACheck(int frames) {
        replica.work();
        assertThat(replica.signatureChecks).hasValue(0);
        assertThat(replica.engineQueue.isEmpty()).isTrue();
        assertThat(replica.stage.peers()).containsEntry("rejectedFrom.replica 3", (long) frames);
    }

    private static PrePrepare proposal(long view, int requests, boolean good) {
        return proposal(POLICY, view, requests, good);
    }

    private static PrePrepare proposal(AuthenticationPolicy policy, long view, int requests, boolean good) {
        List<Request> batch = new ArrayList<>();
        for (int number = 1; number <= requests; number++) {
            Request request = TestCluster.request(0, number, policy, "add");
            batch.add(good ? request : forged(request));
        }
        return new PrePrepare(view, 1, Batch.of(1_000, batch));
    }

    /** In either mode of the right length and good for nothing. */
    private static Request forged(Request request) {
        int bytes = request.authenticator().size();
        return TestCluster.withAuthenticator(request, ByteString.copyFrom(new byte[bytes]));
    }

    private static CheckpointCertificate certificate(int... voters) {
        List<Authenticated<Checkpoint>> votes = IntStream.of(voters)
                .mapToObj(voter -> TestCluster.sealed(voter, POLICY, new Checkpoint(8, DIGEST)))
                .toList();
        return new CheckpointCertificate(8, DIGEST, votes);
    }

    private static ViewChange viewChange(long view, int... voters) {
        return new ViewChange(view, certificate(voters), List.of(), List.of());
    }

    private static List<Authenticated<ViewChange>> viewChanges(long view, int... senders) {
        return IntStream.of(senders)
                .mapToObj(sender -> TestCluster.sealed(sender, POLICY, viewChange(view, 0, 1, 2)))
                .toList();
    }

    private static NewView newView(long view, int... senders) {
        return new NewView(view, viewChanges(view, senders), List.of());
    }

    /** One view change of its own, and two that replica 3 signed and says others did. */
    private static NewView forgedNewView(long view) {
        List<Authenticated<ViewChange>> changes = new ArrayList<>(viewChanges(view, 3));
        for (int other : new int[] {0, 1}) {
            Authenticated<ViewChange> own = changes.get(0);
            changes.add(new Authenticated<>(other, own.message(), own.payload(), own.authenticator()));
        }
        return new NewView(view, changes, List.of());
    }
}
