package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.drops;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.message.PbftTimer;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.service.SnapshotKeeper;

/** Replicas whose disk was wiped, and groups that were all restarted at once. */
final class AmnesiaRecoveryTest {

    private static final long NONCE = 42;

    /** Known bug 22: it votes nowhere where it may have voted before, and takes part again afterwards. */
    @Test
    void bug22_aReplicaWithAWipedDiskRejoinsAndVotesOnlyAboveWhatItMayHaveSaid() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.submitAll("before", 30);
            cluster.deliverAll();
            long mayHaveVoted = cluster.node(2).log.stream()
                    .mapToLong(LogRecord::sequence)
                    .max()
                    .orElse(0);
            cluster.crash(2);
            cluster.restartWiped(2, NONCE);
            cluster.run(20);
            PbftRecord.Forgotten forgotten = forgotten(cluster.node(2));
            assertThat(forgotten.upTo()).isGreaterThanOrEqualTo(mayHaveVoted);
            assertThat(forgotten.view()).isEqualTo(1);
            cluster.run(600);
            assertThat(cluster.node(2).mode()).isEqualTo("normal");
            assertThat(votes(cluster.node(2))).allMatch(sequence -> sequence > forgotten.upTo());
            cluster.crash(3);
            cluster.submit("after");
            cluster.run(200);
            assertThat(cluster.node(2).journal.has("after")).isTrue();
            cluster.assertEqualJournals();
        });
    }

    /** An idle group makes at once as many empty batches as it takes, several under way at a time. */
    @Test
    void aReplicaWithAWipedDiskTakesPartAgainWithinTwoSecondsThoughNobodyAsksForAnything() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.submitAll("before", 30);
            cluster.deliverAll();
            cluster.crash(2);
            cluster.restartWiped(2, NONCE);
            cluster.run(2 * TICKS_IN_A_SECOND);
            assertThat(cluster.node(2).mode()).isEqualTo("normal");
        });
    }

    /** What brings it back does not wait for what clients ask, and that not for it. */
    @Test
    void emptyBatchesFillTheWindowWhilePendingOnesAreHeldByThePipeline() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submitAll("before", 30);
        cluster.deliverAll();
        cluster.crash(2);
        cluster.restartWiped(2, NONCE);
        // Nobody asks for anything meanwhile. Then no votes but the primary's proposals get through.
        long lastVoted = cluster.node(0).protocol.status().lastCommitted() + 20;
        cluster.tamper = drops((from, to, message) ->
                message instanceof PbftMessage.Prepare prepare && prepare.sequence() > lastVoted);
        cluster.run(TICKS_IN_A_SECOND / 2);
        long proposed = cluster.node(0).log.stream()
                .filter(PbftRecord.PrePrepared.class::isInstance)
                .mapToLong(LogRecord::sequence)
                .max()
                .orElse(0);
        assertThat(proposed - lastVoted).isGreaterThan(cluster.config(0).pipelineDepth());
    }

    /** As a liar can have it, ever again: its primary goes on proposing what clients ask for. */
    @Test
    void whatClientsAskForGoesBeforeTheEmptyBatchesOfAReplicaThatForgot() {
        SoloReplica primary = new SoloReplica(0);
        primary.receive(3, new Status(0, false, 0, 0, 32, false));
        primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS));
        int empty = primary.sent(PbftMessage.PrePrepare.class).size();
        assertThat(empty).isGreaterThan(PbftConfig.forTests(0, 4).pipelineDepth());

        primary.step(new Event.RequestReceived(CoreCluster.request(1, 1, 1, "asked"), -1));
        commit(primary, 1);
        primary.step(new Event.QueueDrained(SoloReplica.TIME_MILLIS));
        List<Message> proposals = primary.sent(PbftMessage.PrePrepare.class);
        assertThat(proposals).hasSizeGreaterThan(empty);
        assertThat(((PbftMessage.PrePrepare) proposals.get(empty)).batch().requests())
                .hasSize(1);
    }

    private static void commit(SoloReplica replica, long sequence) {
        PbftMessage.PrePrepare proposal = (PbftMessage.PrePrepare)
                replica.sent(PbftMessage.PrePrepare.class).get((int) sequence - 1);
        for (int sender : List.of(1, 2, 3)) {
            replica.receive(
                    sender, new PbftMessage.Commit(0, sequence, proposal.batch().digest()));
        }
    }

    private static final int TICKS_IN_A_SECOND = 20;

    private static final PbftConfig OF_SEVEN = PbftConfig.forTests(3, 7);

    private static Authenticated<ViewChange> leaves(int sender, long view) {
        ViewChange message = new ViewChange(view, CheckpointCertificate.GENESIS, List.of(), List.of());
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    private static NewView falseNewView(long view) {
        List<Authenticated<ViewChange>> viewChanges =
                IntStream.range(0, 5).mapToObj(sender -> leaves(sender, view)).toList();
        return new NewView(view, viewChanges, List.of(new Reproposal(1, Digest.NULL)));
    }

    /** It would not know it after it lost its disk, and the others, who are asked then, never came so far (f = 2). */
    @Test
    void noPrimaryMovesAReplicaFurtherThanOneViewAboveTheOthers() {
        SoloReplica replica = new SoloReplica(OF_SEVEN);
        for (int suspecting : List.of(1, 2, 4)) {
            replica.receive(suspecting, new Status(0, false, 0, 0, 0, true));
        }
        assertThat(replica.protocol.status().view()).isEqualTo(1);
        assertThat(replica.receive(1, falseNewView(1))).containsExactly("BAD_NEW_VIEW");
        assertThat(replica.protocol.status().view()).isEqualTo(1);
        for (int sender : List.of(2, 3, 4, 5, 6)) {
            replica.receive(sender, leaves(sender, 1).message());
        }
        replica.receive(1, falseNewView(1));
        assertThat(replica.protocol.status().view())
                .as("a quorum came to view 1")
                .isEqualTo(2);
    }

    /** Two correct replicas and a liar are f+1, but no quorum came with them. */
    @Test
    void twoThatReachNoPrimaryDoNotRunAheadOfTheOthers() {
        SoloReplica replica = new SoloReplica(OF_SEVEN);
        for (int view = 0; view < 3; view++) {
            for (int suspecting : List.of(2, 4, 5)) {
                replica.receive(suspecting, new Status(view, view > 0, 0, 0, 0, true));
            }
        }
        assertThat(replica.protocol.status().view()).isEqualTo(1);
    }

    private static final int TEN_MINUTES_IN_TICKS = 12_000;

    /** Known bug 8: it has not lost anything; it only says again and again that it had, and that it is over. */
    @Test
    void aReplicaThatSaysEverAgainThatItForgotHasTheViewChangedOnceAtMost() {
        CoreCluster cluster = new CoreCluster(4, 1);
        long[] said = new long[1];
        cluster.byzantine(3, forgetsAndRecovers(cluster, said));
        cluster.run(TEN_MINUTES_IN_TICKS);
        assertThat(said[0]).isGreaterThan(1_000);
        assertThat(cluster.view(0)).isLessThanOrEqualTo(1);
        assertThat(cluster.view(1)).isEqualTo(cluster.view(0));
    }

    /** The same, and each time it asks what it may have forgotten, as in a new incarnation. */
    @Test
    void aReplicaThatMakesUpIncarnationsHasTheViewChangedOnceAtMost() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.byzantine(3, forgetsAndRecovers(cluster, new long[1]));
        for (int tick = 0; tick < TEN_MINUTES_IN_TICKS; tick += 10) {
            int incarnation = tick + 1;
            cluster.after(tick, () -> cluster.broadcast(3, new EstimationQuery(incarnation)));
        }
        cluster.run(TEN_MINUTES_IN_TICKS);
        assertThat(cluster.view(0)).isLessThanOrEqualTo(1);
    }

    /** One that hangs up each time is out of the group each time, and may be a replica whose disk fails. */
    @Test
    void aReplicaThatHangsUpAndForgetsHasTheViewChangedMoreAndMoreRarely() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.byzantine(3, forgetsAndRecovers(cluster, new long[1]));
        for (int tick = 0; tick < TEN_MINUTES_IN_TICKS; tick += 10) {
            cluster.after(tick, () -> cluster.connects(3));
        }
        cluster.run(TEN_MINUTES_IN_TICKS);
        // At 0, 30, 90, 210 and 450 seconds; and in view 3 it is the primary, which nobody wants while it says so.
        assertThat(cluster.view(0)).isBetween(3L, 6L);
    }

    private static CoreCluster.Tamper forgetsAndRecovers(CoreCluster cluster, long[] said) {
        return (from, to, message) -> {
            if (!(message instanceof PbftMessage.Status honest)) {
                return List.of(message);
            }
            long upTo = said[0]++ / 8 % 2 == 0 ? VoteLedger.EVERYTHING : 0;
            long next = cluster.view(to) + 1;
            return List.of(new PbftMessage.Status(next, true, honest.lastCommitted(), honest.stable(), upTo, false));
        };
    }

    /** Whose disk is wiped twice takes part again after each, in the group's next view. */
    @Test
    void aReplicaThatLosesItsDiskAgainIsLetInAgain() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submitAll("before", 30);
        cluster.deliverAll();
        for (int incarnation = 1; incarnation <= 2; incarnation++) {
            cluster.crash(2);
            cluster.restartWiped(2, NONCE + incarnation);
            cluster.run(800);
            assertThat(cluster.node(2).mode()).as("incarnation " + incarnation).isEqualTo("normal");
        }
    }

    private static PbftRecord.Forgotten forgotten(CoreNode node) {
        return node.log.stream()
                .filter(PbftRecord.Forgotten.class::isInstance)
                .map(PbftRecord.Forgotten.class::cast)
                .findFirst()
                .orElseThrow(() -> new AssertionError(node.announcements.toString()));
    }

    private static List<Long> votes(CoreNode node) {
        return node.log.stream()
                .filter(record -> record instanceof PbftRecord.PrePrepared
                        || record instanceof PbftRecord.Prepared
                        || record instanceof PbftRecord.Reproposed)
                .map(LogRecord::sequence)
                .toList();
    }

    @Test
    void whatItFoundOutIsKeptThroughAnotherRestart() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submitAll("before", 30);
        cluster.deliverAll();
        cluster.crash(2);
        cluster.restartWiped(2, NONCE);
        cluster.run(6);
        PbftRecord.Forgotten found = forgotten(cluster.node(2));
        cluster.crash(2);
        cluster.restart(2);
        cluster.run(1);
        assertThat(cluster.node(2).mode()).isIn("recovering", "fetching-state");
        assertThat(cluster.view(2)).isEqualTo(found.view());
        cluster.run(600);
        assertThat(cluster.node(2).mode()).isEqualTo("normal");
        assertThat(votes(cluster.node(2))).allMatch(sequence -> sequence > found.upTo());
    }

    /**
     * Known bug 22: what it reserves while it still asks, for a view that it enters, says nothing of what it said
     * before.
     */
    @Test
    void bug22_stoppedWhileItAsksItAsksAgain() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submitAll("before", 6);
        cluster.deliverAll();
        long mayHaveVoted = cluster.node(2).log.stream()
                .mapToLong(LogRecord::sequence)
                .max()
                .orElse(0);
        assertThat(mayHaveVoted).isPositive();
        cluster.crash(2);
        cluster.crash(0);
        cluster.restartWiped(2, NONCE);
        cluster.submit("without the primary");
        cluster.run(60);
        // Replicas 1 and 3 are no quorum, so nothing is entered; and not enough, so nothing is found out.
        assertThat(cluster.node(2).log).noneMatch(PbftRecord.Forgotten.class::isInstance);
        for (boolean amnesia : new boolean[] {true, false}) {
            cluster.crash(2);
            // As if it had entered a view before it was stopped.
            cluster.node(2).log.add(new PbftRecord.Reservation(1, 0));
            if (amnesia) {
                cluster.restartWithAmnesia(2);
            } else {
                cluster.restart(2);
            }
            cluster.run(5);
            assertThat(cluster.node(2).mode()).isEqualTo("recovering");
        }
        cluster.restart(0);
        cluster.run(600);
        PbftRecord.Forgotten found = forgotten(cluster.node(2));
        assertThat(found.upTo()).isGreaterThanOrEqualTo(mayHaveVoted);
        assertThat(votes(cluster.node(2))).allMatch(sequence -> sequence > found.upTo());
        cluster.assertEqualJournals();
    }

    /**
     * A batch that others say they committed is executed and answered for without a vote. Where the log does not
     * survive the process, the reservation alone tells the next incarnation how far this one was: until it is there it
     * must not answer reads.
     */
    @Test
    void whereItExecutedWithoutAVoteIsRememberedLikeWhereItVoted() {
        SoloReplica replica = new SoloReplica(2);
        Batch batch = SoloReplica.emptyBatch(1);
        for (int sender : new int[] {0, 3}) {
            replica.receive(sender, new PbftMessage.Committed(1, batch.digest()));
        }
        for (int i = 0; i < 100 && replica.actions.stream().noneMatch(Action.Commit.class::isInstance); i++) {
            replica.step(new Event.TimerFired(PbftTimer.TICK));
            replica.receive(3, new PbftMessage.BatchBody(1, batch));
        }
        assertThat(replica.actions).contains(new Action.Commit(1, batch));

        List<LogRecord> survivors =
                replica.persisted().stream().filter(LogRecord::survivesAmnesia).toList();
        SoloReplica nextIncarnation = new SoloReplica(2, new Event.RecoveredLog(survivors, Event.LogIntegrity.PARTIAL));

        assertThat(nextIncarnation.protocol.status().mode().label()).isEqualTo("recovering");
        assertThat(survivors).anyMatch(record -> record instanceof PbftRecord.Reservation && record.sequence() >= 1);
    }

    @Test
    void answersToAnEarlierIncarnationCountForNothing() {
        SoloReplica replica = wiped();
        for (int sender : new int[] {0, 2, 3}) {
            replica.receive(sender, new EstimationReply(NONCE - 1, 0, 0));
        }
        assertThat(replica.persisted()).isEmpty();
        for (int sender : new int[] {0, 2, 3}) {
            replica.receive(sender, new EstimationReply(NONCE, 5, 0));
        }
        int window = PbftConfig.forTests(1, 4).logWindow();
        assertThat(replica.persisted()).containsExactly(new PbftRecord.Forgotten(6, 2L * window));
    }

    @Test
    void oneReplicaAnsweringOftenIsOneAnswer() {
        SoloReplica replica = wiped();
        for (int i = 0; i < 5; i++) {
            replica.receive(0, new EstimationReply(NONCE, i, 0));
        }
        assertThat(replica.persisted()).isEmpty();
    }

    @Test
    void aCheckpointWithoutItsCertificateIsNotBelieved() {
        SoloReplica replica = wiped();
        replica.receive(0, new EstimationReply(NONCE, 0, 1L << 40));
        replica.receive(2, new EstimationReply(NONCE, 0, 0));
        replica.receive(3, new EstimationReply(NONCE, 0, 0));
        assertThat(replica.persisted()).isEmpty();
    }

    @Test
    void aReplicaThatForgotItselfAnswersNobody() {
        SoloReplica replica = wiped();
        replica.receive(0, new EstimationQuery(7));
        assertThat(replica.actions).noneMatch(action -> action instanceof Action.Send);
    }

    private static SoloReplica wiped() {
        SoloReplica replica = new SoloReplica(1);
        replica.step(new Event.Recovered(new Event.RecoveredLog(List.of(), Event.LogIntegrity.LOST, NONCE)));
        return replica;
    }

    /** Known bugs 15, 16 and 25: nobody holds any state in memory, and what was acknowledged is there again, once. */
    @Test
    void allReplicasRestartedAtOnceComeBackFromTheirOwnDisks() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            for (int i = 0; i < 25; i++) {
                cluster.submit("op" + i);
                cluster.deliverAll();
            }
            for (int id = 0; id < 4; id++) {
                cluster.crash(id);
            }
            for (int id = 0; id < 4; id++) {
                cluster.restart(id);
            }
            cluster.run(100);
            cluster.submit("after");
            cluster.runUntilExecuted("after", 200);
            for (int id = 0; id < 4; id++) {
                assertThat(cluster.node(id).announcements).noneMatch(text -> text.startsWith("fetching the state"));
                assertThat(cluster.node(id).mode()).as("%s", cluster.statuses()).isEqualTo("normal");
                assertThat(cluster.node(id).journal.has("op24")).isTrue();
            }
            cluster.assertEqualJournals();
        });
    }

    @Test
    void aReplicaWhoseOwnCopyIsGoneFetchesTheStateFromTheOthers() {
        CoreCluster cluster = new CoreCluster(4, 1);
        for (int i = 0; i < 25; i++) {
            cluster.submit("op" + i);
            cluster.deliverAll();
        }
        cluster.crash(1);
        cluster.node(1).keeper = new SnapshotKeeper();
        cluster.restart(1);
        cluster.submit("after");
        cluster.runUntilExecuted("after", 200);
        assertThat(cluster.node(1).announcements).anyMatch(text -> text.startsWith("fetching the state"));
    }
}
