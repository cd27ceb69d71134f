package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.Unchecked;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;

/** Requests without a signature: who takes them, who votes for them, and what malicious clients make of it. */
class RequestAuthenticationTest {

    private static final int TIMEOUT_TICKS = 20;
    /** A minute of ticks of 50 ms. */
    private static final int PERIOD_TICKS = 1_200;

    private final CoreCluster cluster = new CoreCluster(4, 1);
    private final MacClients clients = new MacClients(cluster);

    private static Request unsigned(int client, String operation, Integer... goodAt) {
        return MacClients.unsigned(client, 1, operation, goodAt);
    }

    private Stream<CoreNode> nodes() {
        return cluster.nodes.stream();
    }

    // Who takes them

    @Test
    void aNewGroupOrdersRequestsWithoutSignatures() {
        for (int client = 1; client <= 5; client++) {
            clients.send(0, unsigned(client, "op" + client, 0, 1, 2, 3));
            cluster.deliverAll();
            assertThat(cluster.executedEverywhere("op" + client)).isTrue();
        }
        assertThat(nodes()).allMatch(node -> node.asks.isEmpty());
        cluster.assertView(0);
    }

    @Test
    void aBackupAsksForASignatureAndNeitherRelaysNorTimes() {
        Request request = unsigned(1, "op", 0, 1, 2, 3);
        clients.send(1, request);
        cluster.run(4 * TIMEOUT_TICKS);
        assertThat(cluster.node(1).asks).hasSize(1);
        assertThat(cluster.node(1).asks.get(0).request()).isEqualTo(request);
        assertThat(cluster.node(1).asks.get(0).forMillis()).isZero();
        assertThat(cluster.executedEverywhere("op")).isFalse();
        cluster.assertView(0);

        cluster.submitTo(1, MacClients.signed(request));
        assertThat(cluster.executedEverywhere("op")).isTrue();
        clients.send(1, request);
        assertThat(cluster.node(1).asks).as("it has the reply").hasSize(1);
    }

    @Test
    void aPrimaryTrustsMacsOnlyAfterLeadingForAWhile() {
        cluster.isolate(0);
        cluster.submit("first");
        cluster.run(4 * TIMEOUT_TICKS);
        cluster.heal();
        cluster.runUntilExecuted("first", 10 * TIMEOUT_TICKS);
        cluster.assertView(1);

        clients.sendHonestly(1, unsigned(1, "early", 0, 1, 2, 3));
        assertThat(cluster.node(1).asks).hasSize(1);
        assertThat(cluster.node(1).asks.get(0).forMillis()).isBetween(1L, 60_000L);
        clients.answerAsks();
        assertThat(cluster.executedEverywhere("early")).isTrue();

        cluster.run(PERIOD_TICKS);
        clients.send(1, unsigned(2, "late", 0, 1, 2, 3));
        assertThat(cluster.executedEverywhere("late")).isTrue();
        cluster.assertView(1);
    }

    @Test
    void aRestartedPrimaryTrustsMacsOnlyAfterLeadingForAWhile() {
        cluster.submitAll("op", 3);
        cluster.restart(0);
        clients.send(0, unsigned(1, "early", 0, 1, 2, 3));
        assertThat(cluster.node(0).asks).hasSize(1);
        cluster.run(PERIOD_TICKS);
        clients.send(0, unsigned(2, "late", 0, 1, 2, 3));
        assertThat(cluster.executedEverywhere("late")).isTrue();
        cluster.assertView(0);
    }

    @Test
    void aPrimaryThatLeavesItsViewLetsGoOfThemAndAsksForSignatures() {
        cluster.isolate(0);
        Request request = unsigned(1, "op", 0, 1, 2, 3);
        clients.sendHonestly(0, request);
        cluster.submit("first");
        cluster.run(3 * TIMEOUT_TICKS);
        cluster.heal();
        cluster.run(3 * TIMEOUT_TICKS);
        cluster.assertView(1);
        assertThat(cluster.executedEverywhere("op")).as("nobody relays it").isFalse();
        assertThat(cluster.node(0).asks).hasSize(1);

        clients.answerAsks();
        cluster.runUntilExecuted("op", TIMEOUT_TICKS);
        cluster.assertView(1);
    }

    @Test
    void aSignedCopyReplacesOneWithoutASignatureAndNeverTheOtherWay() {
        Request request = unsigned(1, "op", 0, 1, 2, 3);
        RequestPool pool = new RequestPool(PbftConfig.forTests(0, 4));
        assertThat(pool.admit(request, -1)).isEqualTo(Admission.ADDED);
        assertThat(pool.admit(MacClients.signed(request), 2)).isEqualTo(Admission.KNOWN);
        assertThat(pool.admit(request, -1)).isEqualTo(Admission.KNOWN);
        assertThat(pool.dropUnsigned(true)).isEmpty();
        assertThat(pool.turns().nextBatch(10, 1 << 20, 1 << 20)).containsExactly(MacClients.signed(request));
    }

    // Who votes for them

    @Test
    void aRequestThatFPlusOneCanCheckIsVotedForByAll() {
        cluster.byzantine(3, Byzantine.silent());
        clients.send(0, unsigned(1, "op", 0, 1));
        cluster.deliverAll();
        assertThat(cluster.executedEverywhere("op")).isTrue();
        cluster.assertView(0);
    }

    @Test
    void aRequestThatOnlyThePrimaryCanCheckEndsItsTrustAtOnceAndCostsOneView() {
        Request hostile = unsigned(9, "hostile", 0);
        clients.send(0, hostile);
        cluster.deliverAll();
        assertThat(cluster.node(0).announcements).anyMatch(text -> text.contains("asks clients for signatures"));
        clients.sendHonestly(0, unsigned(1, "honest", 0, 1, 2, 3));
        clients.answerAsks();
        cluster.run(1);
        assertThat(cluster.node(0).asks).hasSize(1);
        assertThat(cluster.node(0).asks.get(0).forMillis())
                .as("a minute, doubled")
                .isBetween(100_000L, 120_000L);

        clients.repeat();
        assertThat(cluster.runUntilExecuted("honest", 3 * TIMEOUT_TICKS)).isLessThan(2 * TIMEOUT_TICKS);
        cluster.assertView(1);
        assertThat(nodes()).noneMatch(node -> node.journal.has("hostile"));
        assertThat(nodes()).allMatch(node -> node.evidence.isEmpty());
    }

    @Test
    void aSignedCopyCompletesAProposalThatIsKeptAside() {
        Request request = unsigned(1, "op", 0);
        clients.send(0, request);
        cluster.deliverAll();
        assertThat(cluster.executedEverywhere("op")).isFalse();

        cluster.submit(MacClients.signed(request));
        cluster.deliverAll();
        assertThat(cluster.executedEverywhere("op")).isTrue();
        cluster.assertView(0);
    }

    @Test
    void aProposalSentAgainWithASignatureIsTaken() {
        SoloReplica backup = new SoloReplica(1);
        Request request = unsigned(1, "op", 0);
        assertThat(backup.receive(0, proposal(request.provedBy(MacClients.proofAt(1, request)))))
                .isEmpty();
        assertThat(backup.sent(Prepare.class)).isEmpty();
        assertThat(backup.receive(0, proposal(MacClients.signed(request)))).isEmpty();
        assertThat(backup.sent(Prepare.class)).hasSize(1);
    }

    private static PrePrepare proposal(Request request) {
        return new PrePrepare(0, 1, Batch.of(SoloReplica.TIME_MILLIS, List.of(request)));
    }

    @Test
    void aForgedRequestIsExecutedByNobodyAndItsProposalIsTimed() {
        cluster.byzantine(
                0, Byzantine.proposes((to, batch) -> Batch.of(batch.timeMillis(), List.of(unsigned(1, "forged")))));
        clients.send(0, unsigned(2, "bait", 0, 1, 2, 3));
        cluster.run(3 * TIMEOUT_TICKS);
        assertThat(cluster.correctNodes()).noneMatch(node -> node.journal.has("forged"));
        cluster.assertView(1);
    }

    @Test
    void liarsThatVoteForAForgedRequestGetNoOtherToVoteForIt() {
        CoreCluster seven = new CoreCluster(7, 1);
        new MacClients(seven);
        Batch forged = Batch.of(seven.timeMillis, List.of(unsigned(1, "forged")));
        // The primary is one of the f = 2 liars.
        for (int to = 2; to < 7; to++) {
            seven.inject(0, to, new PrePrepare(0, 1, forged));
            seven.inject(1, to, new Prepare(0, 1, forged.digest()));
        }
        seven.deliverAll();
        assertThat(seven.nodes.subList(2, 7))
                .allMatch(node -> node.log.stream().noneMatch(PbftRecord.PrePrepared.class::isInstance));
    }

    @Test
    void aProposalKeptAsideIsNotInTheSetsOfAViewChange() {
        clients.send(0, unsigned(9, "hostile", 0));
        cluster.deliverAll();
        assertThat(cluster.node(1).protocol.status().lastCommitted()).isZero();
        cluster.run(3 * TIMEOUT_TICKS);
        cluster.assertView(1);
        assertThat(cluster.nodes.subList(1, 4).stream().flatMap(node -> node.log.stream()))
                .filteredOn(PbftRecord.LeftFor.class::isInstance)
                .hasSize(3)
                .allMatch(left ->
                        ((PbftRecord.LeftFor) left).viewChange().prePrepared().isEmpty());
    }

    @Test
    void aProposalOfWhatANewViewCarriesOverIsNotCheckedAgain() {
        SoloReplica backup = new SoloReplica(2);
        Request request = unsigned(1, "op", 0, 1);
        Batch batch = Batch.of(SoloReplica.TIME_MILLIS, List.of(request.provedBy(MacClients.proofAt(2, request))));
        List<VoteInfo> prepared = List.of(new VoteInfo(1, batch.digest(), 0));
        List<Authenticated<ViewChange>> viewChanges = Stream.of(0, 1, 3)
                .map(sender -> new Authenticated<>(
                        sender,
                        new ViewChange(1, CheckpointCertificate.GENESIS, prepared, prepared),
                        ByteString.EMPTY,
                        ByteString.EMPTY))
                .toList();
        backup.receive(1, new NewView(1, viewChanges, List.of(new Reproposal(1, batch.digest()))));
        assertThat(backup.sent(Prepare.class)).as("its body is not here").isEmpty();
        assertThat(backup.receive(1, new PrePrepare(1, 1, batch))).isEmpty();
        assertThat(backup.sent(Prepare.class)).containsExactly(new Prepare(1, 1, batch.digest()));
    }

    @Test
    void aSecondProposalBesideOneKeptAsideIsEquivocation() {
        SoloReplica backup = new SoloReplica(1);
        Request request = unsigned(1, "op", 0);
        Request other = unsigned(1, "other", 0);
        backup.receive(0, proposal(request.provedBy(MacClients.proofAt(1, request))));
        assertThat(backup.receive(0, proposal(other.provedBy(MacClients.proofAt(1, other)))))
                .containsExactly("CONFLICTING");
        assertThat(backup.actions.toString()).contains("TwoProposals");
    }

    @Test
    void whatANewViewCarriesOverIsVotedForUnchecked() {
        // Replicas 0 and 1 can check it; it commits at replica 1 alone, which then is cut off.
        cluster.tamper = Byzantine.drops((from, to, message) -> message instanceof PbftMessage.Commit && to != 1);
        clients.send(0, unsigned(1, "op", 0, 1));
        cluster.deliverAll();
        assertThat(cluster.node(1).journal.has("op")).isTrue();
        cluster.isolate(1);
        cluster.tamper = Byzantine.honest();
        cluster.crash(0);
        cluster.restart(0);
        cluster.isolate(0);
        cluster.run(2 * TIMEOUT_TICKS);
        cluster.submit("after");
        cluster.run(TIMEOUT_TICKS);
        cluster.heal();
        cluster.runUntilExecuted("after", 20 * TIMEOUT_TICKS);
        assertThat(cluster.executedEverywhere("op")).isTrue();
        cluster.assertEqualJournals();
    }

    // The fuse

    @Test
    void liarsAloneNeverEndTheTrustOfACorrectPrimary() {
        cluster.byzantine(
                3,
                (from, to, message) -> message instanceof Prepare own
                        ? List.<Message>of(own, new Unchecked(own.view(), own.sequence(), own.digest()))
                        : List.of(message));
        for (int client = 1; client <= 40; client++) {
            clients.send(0, unsigned(client, "op" + client, 0, 1, 2, 3));
            cluster.run(1);
        }
        assertThat(nodes()).allMatch(node -> node.asks.isEmpty());
        assertThat(cluster.executedEverywhere("op40")).isTrue();
        cluster.assertView(0);
    }

    @Test
    void manyMaliciousClientsInTurnCostFewViews() {
        int minutes = 60;
        cluster.byzantine(3, Byzantine.silent());
        int number = 0;
        for (int tick = 0; tick < minutes * PERIOD_TICKS; tick += 15) {
            int primary = (int) (cluster.view(1) % 4);
            clients.send(primary, unsigned(100 + number, "hostile" + number++, primary));
            cluster.run(15);
        }
        long views = cluster.view(1);
        assertThat(views)
                .as("(f+1) for each period, which doubles: 1 + 2 + 4 + ... minutes")
                .isBetween(3L, 14L);
        cluster.submit("honest");
        assertThat(cluster.runUntilExecuted("honest", 3 * TIMEOUT_TICKS)).isLessThan(2 * TIMEOUT_TICKS);
    }

    @Test
    void aReplicaThatNeverRanTrustsAndOneThatLostItsDiskDoesNot() {
        SoloReplica fresh = new SoloReplica(0);
        Request request = unsigned(1, "op", 0, 1, 2, 3);
        assertThat(fresh.step(new Event.RequestReceived(request, -1)).toString())
                .doesNotContain("AskSignature");
        cluster.submitAll("op", 3);
        cluster.restartWiped(0, 7);
        clients.send(0, unsigned(1, "early", 0, 1, 2, 3));
        assertThat(cluster.node(0).asks).hasSize(1);
    }
}
