package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.drops;
import static org.tagma.core.pbft.Byzantine.liesAboutChunks;
import static org.tagma.core.pbft.Byzantine.liesInStateTransfer;
import static org.tagma.core.pbft.Byzantine.ordersAgain;
import static org.tagma.core.pbft.Byzantine.proposesAt;
import static org.tagma.core.pbft.Byzantine.proposesTime;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.Journal;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.ServiceReply;
import org.tagma.core.service.StateMachine;
import org.tagma.core.service.TransferLimits;

/**
 * Known known bugs of execution, checkpoints and state transfer, each under the number it has in the project's list.
 */
class KnownBugsExecutionTest {

    /** Long enough that a state of a few dozen of them has several chunks. */
    private static final String LONG = "x".repeat(4_000);

    /** Known bug 14: a view change must not lower what was executed, and so run an operation twice (fabric PR 1174). */
    @Test
    void bug14_everyOperationIsCountedOnceThroughManyViewChanges() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            for (int i = 0; i < 30; i++) {
                int silenced = (int) (cluster.view(i % 4) % 4);
                cluster.submit("x" + i);
                cluster.deliverAll();
                cluster.tamper = drops((from, to, message) -> from == silenced && message instanceof PrePrepare);
                cluster.submit("y" + i);
                cluster.runUntilExecuted("y" + i, 60);
                cluster.heal();
            }
            cluster.run(10);
            cluster.assertView(30);
            cluster.assertEqualJournals();
            assertThat(cluster.node(2).journal.operations).hasSize(60);
        });
    }

    /**
     * Known bug 15: null batches are executed, and so remembered, like any other: at a checkpoint, in a crash (fabric
     * #1731).
     */
    @Test
    void bug15_aNullBatchAtACheckpointSurvivesACrashAndRestart() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.submitAll("x", 6);
            cluster.run(1);
            // It proposes above the next checkpoint, so that the next view fills the gap, and the checkpoint, with
            // nothing.
            long last = cluster.node(0).protocol.status().lastCommitted();
            long checkpoint = (last / 8 + 1) * 8;
            cluster.byzantine(0, proposesAt(sequence -> sequence + checkpoint - last));
            cluster.submit("y");
            cluster.runUntilExecuted("y", 60);
            cluster.run(10);
            cluster.assertView(1);
            assertThat(cluster.checks.agreedAt(checkpoint).isNull()).isTrue();
            assertThat(cluster.node(2).protocol.status().stableCheckpoint()).isEqualTo(checkpoint);
            for (int i = 1; i < 4; i++) {
                cluster.restart(i);
            }
            cluster.submit("z");
            cluster.retransmitEvery(10, 80);
            cluster.runUntilExecuted("z", 80);
            cluster.assertEqualJournals();
            assertThat(cluster.node(2).journal.operations).hasSize(8);
        });
    }

    /**
     * Known bug 16: an old request that is ordered again is answered from the cache, also where the state was fetched.
     */
    @Test
    void bug16_anOldRequestOrderedAgainBringsOnlyTheCachedReply() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.crash(3);
            cluster.submitAll("x", 80);
            Request old = cluster.submit("old");
            cluster.deliverAll();
            cluster.node(3).down = false;
            cluster.runUntilExecuted("old", 60);
            assertThat(cluster.node(3).announcements).anyMatch(text -> text.startsWith("installed the state"));
            cluster.byzantine(0, ordersAgain(old));
            cluster.submitAll("y", 10);
            cluster.run(8);
            cluster.assertView(0);
            cluster.assertEqualJournals();
            assertThat(cluster.correctNodes().map(node -> node.service.cachedReply(old)))
                    .allMatch(reply ->
                            reply.map(ServiceReply::result).equals(Optional.of(ByteString.copyFromUtf8("81"))));
        });
    }

    /** Known bug 16: requests of one session run in the order of their numbers, whatever order they are proposed in. */
    @Test
    void bug16_aSessionsRequestsRunInTheOrderOfTheirNumbers() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submit("first");
        cluster.deliverAll();
        cluster.byzantine(0, Byzantine.proposes((to, batch) -> {
            List<Request> reversed = new ArrayList<>(batch.requests());
            Collections.reverse(reversed);
            return Batch.of(batch.timeMillis(), reversed);
        }));
        // The first two fill the pipeline; the others go into one batch, which the primary reverses.
        for (int number = 2; number <= 6; number++) {
            cluster.submit("number" + number);
        }
        cluster.retransmitEvery(10, 80);
        cluster.runUntilExecuted("number6", 80);
        assertThat(cluster.node(1).journal.operations.stream().map(ByteString::toStringUtf8))
                .containsExactly("first", "number2", "number3", "number4", "number5", "number6");
        cluster.assertEqualJournals();
    }

    /** Known bug 23: a source of the state that lies is found out, and costs nothing but time (GHSA-g5xx-c4hv-9ccc). */
    @Test
    void bug23_aStateIsFetchedInSpiteOfALiar() {
        for (CoreCluster.Tamper lie : List.of(liesInStateTransfer(), liesAboutChunks(), Byzantine.silent())) {
            for (int liar = 0; liar < 3; liar++) {
                CoreCluster cluster = behindByAState();
                cluster.byzantine(liar, lie);
                cluster.runUntilExecuted("last", 120);
                assertThat(cluster.node(3).announcements).anyMatch(text -> text.startsWith("installed the state"));
                cluster.assertEqualJournals();
            }
        }
    }

    /**
     * Known bug 23: a state that does not fit is no reason to stop: the operator is told, and with more room it is
     * fetched.
     */
    @Test
    void bug23_aStateThatDoesNotFitIntoMemoryIsSaidAndStopsNobody() {
        TransferLimits[] limits = {TransferLimits.DEFAULT.withMaxStateBytes(10)};
        CoreCluster cluster = new CoreCluster(4, 1, config -> config.withTransfer(limits[0]));
        cluster.crash(3);
        cluster.submitAll(LONG, 70);
        cluster.submit("last");
        cluster.deliverAll();
        cluster.node(3).down = false;
        cluster.run(60);
        cluster.submitAll("more", 40);
        cluster.run(60);
        assertThat(cluster.node(3).halted).isNull();
        assertThat(cluster.node(3).announcements)
                .filteredOn(text -> text.startsWith("cannot take the state at "))
                .hasSize(1);

        limits[0] = TransferLimits.DEFAULT;
        cluster.crash(3);
        cluster.restart(3);
        cluster.runUntilExecuted("last", 120);
        cluster.assertEqualJournals();
    }

    /** Known bug 23: the liar is named, and nobody else. */
    @Test
    void bug23_theLiarOfAStateTransferIsNamed() {
        CoreCluster cluster = behindByAState();
        cluster.byzantine(1, liesAboutChunks());
        cluster.runUntilExecuted("last", 60);
        cluster.assertEvidenceAgainst(1, "it lied in a state transfer");
    }

    /** Known bug 23: nor does it get a second chance to hold up the transfer. */
    @Test
    void bug23_aLiarIsNotAskedAgain() {
        CoreCluster cluster = behindByAState();
        cluster.byzantine(1, liesInStateTransfer());
        int[] questionsToTheLiar = new int[1];
        cluster.tamper = drops((from, to, message) -> {
            if (to == 1
                    && message instanceof Question
                    && !cluster.node(3).evidence.isEmpty()) {
                questionsToTheLiar[0]++;
            }
            return from != 1 && message instanceof Answer;
        });
        cluster.run(60);
        cluster.assertEvidenceAgainst(1, "it lied in a state transfer");
        assertThat(questionsToTheLiar[0]).isZero();
        cluster.heal();
        cluster.runUntilExecuted("last", 60);
    }

    /** A group with a state of several chunks, of which replica 3, just up, has nothing. */
    private static CoreCluster behindByAState() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.crash(3);
        cluster.submitAll(LONG, 70);
        cluster.submit("last");
        cluster.deliverAll();
        cluster.node(3).down = false;
        return cluster;
    }

    /** Known bug 23: a source that dies in the middle is replaced by another (bft-smart #62). */
    @Test
    void bug23_aSourceThatDiesInTheMiddleIsReplaced() {
        for (int source = 0; source < 3; source++) {
            int dying = source;
            CoreCluster cluster = behindByAState();
            int[] asked = new int[1];
            cluster.tamper = drops((from, to, message) -> {
                if (to == dying && message instanceof FetchChunk && ++asked[0] > 1) {
                    cluster.crash(dying);
                }
                return false;
            });
            cluster.runUntilExecuted("last", 60);
            cluster.submit("more");
            cluster.runUntilExecuted("more", 80);
            cluster.assertEqualJournals();
        }
    }

    /** Known bug 23: a state is fetched while the view changes, and the replica takes part in the new view. */
    @Test
    void bug23_aStateIsFetchedWhileTheViewChanges() {
        CoreCluster cluster = behindByAState();
        cluster.crash(0);
        cluster.submit("more");
        // With 0 dead the new view needs replica 3, which needs the state.
        cluster.runUntilExecuted("more", 60);
        cluster.assertView(1);
        cluster.assertEqualJournals();
    }

    /** Known bug 23: and a checkpoint that nobody certified is not fetched at all. */
    @Test
    void bug23_anUncertifiedCheckpointMovesNobody() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(3, Byzantine.honest());
        var forged = new PbftMessage.CheckpointCertificate(800, Byzantine.FORGED, List.of());
        for (int to = 0; to < 3; to++) {
            cluster.inject(3, to, new PbftMessage.StableCheckpoint(forged));
        }
        cluster.submit("x");
        assertThat(cluster.runUntilExecuted("x", 0)).isZero();
        assertThat(cluster.correctNodes().map(CoreNode::mode)).containsOnly("normal");
    }

    /**
     * Known bug 24: a replica whose state machine is not deterministic is found out at the next checkpoint, and stops.
     */
    @Test
    void bug24_aDivergingReplicaIsNamedByTheOthersAndHalts() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            CoreNode diverging = cluster.node(3);
            diverging.divergent = () -> forgetful(diverging.journal);
            diverging.start(Event.RecoveredLog.empty());
            cluster.submitAll("x", 9);
            cluster.run(10);
            assertThat(diverging.halted).contains("diverged");
            cluster.faulty.add(3);
            cluster.assertEvidenceAgainst(3, "its state diverged at sequence 8");
            cluster.submitAll("y", 20);
            cluster.assertView(0);
            cluster.assertEqualJournals();
        });
    }

    /** The journal, but its snapshot leaves something out. */
    private static StateMachine forgetful(Journal journal) {
        return new StateMachine() {
            @Override
            public ByteString apply(ByteString operation, ExecutionContext context) {
                return journal.apply(operation, context);
            }

            @Override
            public ByteString query(ByteString operation) {
                return journal.query(operation);
            }

            @Override
            public ByteString snapshot() {
                return journal.snapshot().substring(1);
            }

            @Override
            public void restore(ByteString snapshot) {
                journal.restore(snapshot);
            }
        };
    }

    /** Known bug 24: agreed time never goes back, whatever a primary proposes within bounds. */
    @Test
    void bug24_agreedTimeIsMonotone() {
        CoreCluster cluster = new CoreCluster(4, 1);
        long[] step = new long[1];
        cluster.byzantine(0, proposesTime(time -> time + (++step[0] / 3 % 2 == 0 ? 20_000 : -20_000)));
        for (int i = 0; i < 30; i++) {
            cluster.submit("x" + i);
            cluster.run(1);
        }
        cluster.runUntilExecuted("x29", 60);
        for (CoreNode node : cluster.correctNodes().toList()) {
            assertThat(node.journal.times).isSorted().isEqualTo(cluster.node(1).journal.times);
        }
        assertThat(cluster.node(1).journal.times).hasSize(30);
        cluster.assertEqualJournals();
    }

    /** Known bug 24: a proposed time too far from the backups' clocks is refused, and its primary replaced. */
    @Test
    void bug24_aTimeOutOfBoundsIsRefused() {
        for (long off : new long[] {120_000, Long.MAX_VALUE / 2, -120_000, Long.MIN_VALUE / 2}) {
            CoreCluster cluster = new CoreCluster(4, 1).byzantine(0, proposesTime(time -> time + off));
            cluster.submit("x");
            cluster.runUntilExecuted("x", 40);
            cluster.assertView(1);
            assertThat(cluster.node(1).rejections).contains("0:BAD_TIME");
            assertThat(cluster.node(1).journal.times.get(0)).isBetween(1_000_000L, cluster.timeMillis);
        }
    }

    /** Known bug 25: a restart in the middle of a view change makes no replica say anything else than before it. */
    @Test
    void bug25_restartsInTheMiddleOfAViewChangeContradictNothing() {
        CoreCluster.seeds(20).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.dropProbability = 0.2;
            cluster.tamper = drops((from, to, message) -> message instanceof NewView own && own.view() % 2 == 1);
            for (int i = 0; i < 25; i++) {
                cluster.submit("x" + i);
                cluster.run(1 + cluster.random.nextInt(12));
                cluster.restart(cluster.random.nextInt(4));
            }
            cluster.dropProbability = 0;
            cluster.heal();
            cluster.retransmitEvery(10, 400);
            cluster.runUntilExecuted("x24", 400);
            cluster.assertEqualJournals();
        });
    }
}
