package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.altersNewView;
import static org.tagma.core.pbft.Byzantine.claimsView;
import static org.tagma.core.pbft.Byzantine.drops;
import static org.tagma.core.pbft.Byzantine.forgesPreparedAt;
import static org.tagma.core.pbft.Byzantine.loses;
import static org.tagma.core.pbft.Byzantine.then;
import static org.tagma.core.pbft.Byzantine.viewOf;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.Committed;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.quorum.NewViewRule;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;

/** Known known bugs of the view change, each under the number it has in the project's list. */
class KnownBugsViewChangeTest {

    /** A group in which "x" prepared everywhere in view 0 and committed nowhere. */
    private static CoreCluster prepared(long seed) {
        CoreCluster cluster = new CoreCluster(4, seed);
        cluster.tamper = loses(0, List.of(Commit.class));
        cluster.submit("x");
        cluster.deliverAll();
        return cluster;
    }

    private static Digest proposedAtFirst(CoreCluster cluster, int replica) {
        return cluster.node(replica).log.stream()
                .filter(record -> record instanceof PbftRecord.PrePrepared)
                .map(record -> ((PbftRecord.PrePrepared) record).batch().digest())
                .findFirst()
                .orElseThrow();
    }

    /**
     * Known bug 2: what committed at one replica only must survive views in which it is proposed and does not prepare.
     */
    @Test
    void bug02_aBatchCommittedAtOneReplicaSurvivesHostileViewChanges() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.tamper = then(
                    drops((from, to, message) -> message instanceof Commit && viewOf(message) == 0 && to != 3),
                    drops((from, to, message) ->
                            message instanceof Prepare && viewOf(message) >= 1 && viewOf(message) <= 2));
            cluster.submit("x");
            cluster.deliverAll();
            assertThat(cluster.node(3).journal.has("x")).isTrue();
            cluster.isolate(3);
            cluster.crash(3);
            cluster.submit("y");
            cluster.runUntilExecuted("y", 400);
            // Views 1 and 2 failed by the network, view 3 because its primary is away.
            cluster.assertView(4);
            cluster.node(3).down = false;
            cluster.heal();
            cluster.runUntilExecuted("y", 60);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 2: a null batch that prepared may have committed, so it too is carried over, though it is the last. */
    @Test
    void bug02_aNullBatchThatPreparedIsCarriedOverThoughItIsTheLast() {
        ViewChange claims = new ViewChange(
                2,
                CheckpointCertificate.GENESIS,
                List.of(new PbftMessage.VoteInfo(1, Digest.NULL, 1)),
                List.of(new PbftMessage.VoteInfo(1, Digest.NULL, 1)));
        assertThat(NewViewRule.decide(
                        List.of(claims, claims, claims),
                        PbftConfig.forTests(0, 4).quorums()))
                .hasValueSatisfying(
                        decision -> assertThat(decision.reproposals()).containsExactly(new Reproposal(1, Digest.NULL)));
    }

    /** Known bug 3: one forged entry in a P set must not mask the valid ones (concord-bft PR 50). */
    @Test
    void bug03_oneForgedEntryInAPSetDoesNotMaskTheValidOnes() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = prepared(seed).byzantine(3, forgesPreparedAt(1));
            Digest valid = proposedAtFirst(cluster, 1);
            cluster.runUntilExecuted("x", 60);
            cluster.assertView(1);
            assertThat(cluster.checks.agreedAt(1)).isEqualTo(valid);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 3: nor does one that claims a later view than the valid ones have. */
    @Test
    void bug03_aForgedEntryOfALaterViewDoesNotMaskTheValidOnes() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = prepared(seed).byzantine(3, forgesPreparedAt(1));
            cluster.tamper = loses(1, List.of(Commit.class, Prepare.class, NewView.class));
            Digest valid = proposedAtFirst(cluster, 1);
            cluster.runUntilExecuted("x", 120);
            cluster.assertView(2);
            assertThat(cluster.checks.agreedAt(1)).isEqualTo(valid);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 4: a new view is recomputed from its view changes, never believed (FISCO-BCOS PR 5168). */
    @Test
    void bug04_aNewViewWithAlteredReproposalsIsRefusedByAll() {
        List<UnaryOperator<List<Reproposal>>> alterations = List.of(
                reproposals -> List.of(),
                reproposals -> List.of(new Reproposal(1, Digest.NULL)),
                reproposals -> List.of(new Reproposal(1, Byzantine.FORGED)),
                reproposals -> {
                    List<Reproposal> longer = new ArrayList<>(reproposals);
                    longer.add(new Reproposal(2, Byzantine.FORGED));
                    return longer;
                });
        for (UnaryOperator<List<Reproposal>> alteration : alterations) {
            expectRefusal(own -> new NewView(own.view(), own.viewChanges(), alteration.apply(own.reproposals())));
        }
    }

    /** Nor is one whose view changes are too few, or of one replica twice (docs/known-bugs.md, 4 and 6). */
    @Test
    void bug04_aNewViewWithoutAQuorumOfViewChangesIsRefusedByAll() {
        expectRefusal(own -> new NewView(own.view(), own.viewChanges().subList(0, 2), List.of()));
        expectRefusal(own -> new NewView(own.view(), own.viewChanges().subList(0, 2), own.reproposals()));
        expectRefusal(own -> {
            List<Authenticated<ViewChange>> twice =
                    new ArrayList<>(own.viewChanges().subList(0, 2));
            twice.add(own.viewChanges().get(0));
            return new NewView(own.view(), twice, own.reproposals());
        });
    }

    private static void expectRefusal(UnaryOperator<NewView> alteration) {
        CoreCluster cluster = prepared(1).byzantine(1, altersNewView(alteration));
        Digest valid = proposedAtFirst(cluster, 2);
        cluster.runUntilExecuted("x", 60);
        cluster.run(5);
        cluster.assertView(2);
        cluster.assertEvidenceAgainst(1, "does not follow from its view changes");
        assertThat(cluster.checks.agreedAt(1)).isEqualTo(valid);
        cluster.assertEqualJournals();
    }

    /** Known bug 4: only the primary of a view may open it. */
    @Test
    void bug04_aNewViewFromAnybodyButItsPrimaryIsRefused() {
        CoreCluster cluster = prepared(1);
        List<NewView> heard = new ArrayList<>();
        cluster.tamper = then(
                loses(0, List.of(Commit.class)),
                drops((from, to, message) -> message instanceof NewView own && heard.add(own)));
        cluster.run(30);
        SoloReplica replica = new SoloReplica(2);
        assertThat(replica.receive(3, heard.get(0))).containsExactly("WRONG_ROLE");
        assertThat(replica.receive(1, heard.get(0))).isEmpty();
        assertThat(replica.protocol.status().view()).isEqualTo(1);
    }

    /** Known bug 6: a signer is counted once, in however many encodings it says the same. */
    @Test
    void bug06_aSignerIsCountedOnceWhateverItsEncodings() {
        SoloReplica replica = new SoloReplica(1);
        PrePrepare proposal = replica.proposal(1);
        Digest digest = proposal.batch().digest();
        replica.receive(0, proposal);
        for (int i = 0; i < 3; i++) {
            replica.receive(3, new Prepare(0, 1, digest));
            replica.receive(3, new Commit(0, 1, digest));
            replica.receive(3, new Committed(1, digest));
            replica.receive(3, new PbftMessage.Checkpoint(8, digest));
            replica.receive(3, viewChange(1));
        }
        assertThat(replica.sent(Commit.class)).isEmpty();
        assertThat(replica.actions).noneMatch(action -> action instanceof Action.Commit);
        assertThat(replica.protocol.status().stableCheckpoint()).isZero();
        assertThat(replica.protocol.status().view()).isZero();
    }

    /** Known bug 6: nor does a certificate prove anything by naming one signer three times. */
    @Test
    void bug06_aCheckpointCertificateOfOneSignerProvesNothing() {
        PbftMessage.Checkpoint vote = new PbftMessage.Checkpoint(800, Byzantine.FORGED);
        SoloReplica replica = new SoloReplica(1);
        assertThat(replica.receive(3, new StableCheckpoint(certificate(vote, 3, 3, 3))))
                .containsExactly("BAD_CERTIFICATE");
        assertThat(replica.receive(3, new StableCheckpoint(certificate(vote, 3))))
                .containsExactly("BAD_CERTIFICATE");
        assertThat(replica.receive(3, new StableCheckpoint(certificate(vote, 0, 2))))
                .containsExactly("BAD_CERTIFICATE");
        assertThat(replica.receive(3, new StableCheckpoint(certificate(vote)))).containsExactly("BAD_CERTIFICATE");
        ViewChange boast = new ViewChange(1, certificate(vote, 3), List.of(), List.of());
        assertThat(replica.receive(3, boast)).containsExactly("BAD_VIEW_CHANGE");
        assertThat(replica.receive(3, new StableCheckpoint(certificate(vote, 0, 2, 3))))
                .isEmpty();
    }

    private static CheckpointCertificate certificate(PbftMessage.Checkpoint vote, int... signers) {
        List<Authenticated<PbftMessage.Checkpoint>> votes = new ArrayList<>();
        for (int signer : signers) {
            votes.add(new Authenticated<>(signer, vote, ByteString.EMPTY, ByteString.EMPTY));
        }
        return new CheckpointCertificate(vote.sequence(), vote.stateDigest(), votes);
    }

    private static ViewChange viewChange(long view) {
        return new ViewChange(view, CheckpointCertificate.GENESIS, List.of(), List.of());
    }

    /** Known bug 6: an extra, different copy of a view change does not keep the others from making a quorum. */
    @Test
    void bug06_anExtraCopyOfAViewChangeDoesNotBlockTheQuorum() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = prepared(seed);
            cluster.byzantine(
                    3,
                    (from, to, message) -> message instanceof ViewChange own
                            ? List.of(viewChange(own.view()), own, viewChange(own.view()))
                            : List.of(message));
            assertThat(cluster.runUntilExecuted("x", 60)).isLessThanOrEqualTo(30);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 7: what belongs to a view that was left is refused when it is sent again. */
    @Test
    void bug07_oldMessagesReplayedInALaterViewAreRefused() {
        CoreCluster.seeds(3).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.recordsHistory = true;
            for (int view = 0; view < 3; view++) {
                cluster.submit("x" + view);
                cluster.run(3);
                int primary = view;
                cluster.tamper = drops((from, to, message) -> from == primary && message instanceof PrePrepare);
                cluster.submit("y" + view);
                cluster.runUntilExecuted("y" + view, 60);
                cluster.heal();
            }
            cluster.assertView(3);
            cluster.nodes.forEach(KnownBugsViewChangeTest::replayIsRefused);
            cluster.run(10);
            cluster.assertView(3);
            cluster.assertEqualJournals();
        });
    }

    private static void replayIsRefused(CoreNode node) {
        int replayed = 0;
        for (CoreNode.Turn turn : List.copyOf(node.history)) {
            if (turn.event() instanceof Event.MessageReceived received) {
                long view = viewOf(received.message().message());
                // A commit counts in whatever view: it says of a batch that it is committed, not that it should be.
                if (view >= 0 && view < 3 && !(received.message().message() instanceof Commit)) {
                    replayed++;
                    int sender = received.message().sender();
                    assertThat(node.protocol.step(received))
                            .as("%s", received)
                            .containsExactly(new Action.Reject(sender, PbftVerdict.WRONG_VIEW));
                    assertThat(node.view()).isEqualTo(3);
                }
            }
        }
        assertThat(replayed).isPositive();
    }

    /** Known bug 7: the view change that opened the present view does not reopen it. */
    @Test
    void bug07_theNewViewOfThePresentViewIsNotEnteredTwice() {
        CoreCluster cluster = prepared(1);
        cluster.recordsHistory = true;
        cluster.runUntilExecuted("x", 60);
        for (CoreNode node : cluster.nodes) {
            List<Event> opened = node.history.stream()
                    .map(CoreNode.Turn::event)
                    .filter(event -> event instanceof Event.MessageReceived received
                            && (received.message().message() instanceof NewView
                                    || received.message().message() instanceof ViewChange))
                    .toList();
            assertThat(opened).isNotEmpty();
            opened.forEach(event -> assertThat(node.protocol.step(event))
                    .isNotEmpty()
                    .allMatch(action -> action instanceof Action.Reject));
        }
    }

    /** Known bug 8: f replicas at view 2^60 must not drag the others there, nor slow them (FISCO-BCOS #2211). */
    @Test
    void bug08_aHugeViewNumberOfFReplicasMovesNobody() {
        for (long view : new long[] {(1L << 60) + 3, Long.MAX_VALUE, 3, 7}) {
            CoreCluster cluster = new CoreCluster(4, view).byzantine(3, claimsView(view));
            for (int i = 0; i < 40; i++) {
                cluster.submit("x" + i);
                assertThat(cluster.runUntilExecuted("x" + i, 0)).isZero();
                cluster.run(1);
            }
            cluster.assertView(0);
            cluster.assertEqualJournals();
        }
    }

    /** Known bug 11: f+1 replicas are where a correct one is, and who was left behind comes there in one step. */
    @Test
    void bug11_whoWasLeftBehindGoesToTheLatestViewThatEnoughWant() {
        SoloReplica replica = new SoloReplica(3);
        ViewChange ahead = new ViewChange(6, PbftMessage.CheckpointCertificate.GENESIS, List.of(), List.of());
        replica.receive(0, ahead);
        assertThat(replica.sent(ViewChange.class)).isEmpty();

        replica.receive(1, ahead);

        assertThat(replica.sent(ViewChange.class))
                .extracting(sent -> ((ViewChange) sent).view())
                .last()
                .isEqualTo(6L);
    }

    /** Known bug 8: nor when the others change views themselves. */
    @Test
    void bug08_aHugeViewNumberDoesNotDisturbAViewChange() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster =
                    new CoreCluster(7, seed).byzantine(5, claimsView(1L << 60)).byzantine(6, claimsView(1L << 59));
            cluster.submit("x");
            cluster.run(3);
            cluster.tamper = drops((from, to, message) -> from == 0 && message instanceof PrePrepare);
            cluster.submit("y");
            assertThat(cluster.runUntilExecuted("y", 60)).isLessThanOrEqualTo(30);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }
}
