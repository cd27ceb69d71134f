package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.tagma.core.pbft.Byzantine.censors;
import static org.tagma.core.pbft.Byzantine.delays;
import static org.tagma.core.pbft.Byzantine.drops;
import static org.tagma.core.pbft.Byzantine.equivocates;
import static org.tagma.core.pbft.Byzantine.equivocatesAndCommitsToBoth;
import static org.tagma.core.pbft.Byzantine.mutatesFields;
import static org.tagma.core.pbft.Byzantine.proposesAt;
import static org.tagma.core.pbft.Byzantine.silent;
import static org.tagma.core.pbft.Byzantine.tellsEachSomethingElse;
import static org.tagma.core.pbft.Byzantine.then;
import static org.tagma.core.pbft.Byzantine.withholdsBodiesFrom;

import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.protocol.Event;

/** Known known bugs of the normal case, each under the number it has in the project's list. */
class KnownBugsNormalCaseTest {

    /** What a replica with a full window may consist of: well below one object for each message of the flood. */
    private static final int MAX_OBJECTS = 1_500;

    /** Known bug 1: two bodies at one (view, sequence) must not both be executed (Twins, ByzzFuzz). */
    @Test
    void bug01_anEquivocatingPrimaryIsReplacedInOneViewChange() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, equivocates());
            cluster.submit("x");
            cluster.runUntilExecuted("x", 40);
            cluster.run(10);
            cluster.assertView(1);
            cluster.assertEvidenceAgainst(0, "pre-prepares");
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 1: the same with a primary that also commits to everybody what it told him. */
    @Test
    void bug01_aPrimaryThatCommitsToBothItsProposalsCannotSplitTheGroup() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, equivocatesAndCommitsToBoth());
            for (int i = 0; i < 20; i++) {
                cluster.submit("x" + i);
                cluster.run(1);
            }
            cluster.runUntilExecuted("x19", 80);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 1: nobody's proposal has a quorum, so that only the timeout can tell. */
    @Test
    void bug01_aPrimaryThatTellsEachSomethingElseIsReplacedAfterTheTimeout() {
        CoreCluster.seeds(10).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(7, seed).byzantine(0, tellsEachSomethingElse());
            cluster.submit("x");
            assertThat(cluster.runUntilExecuted("x", 40)).isBetween(10, 15);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 1: a second proposal at one place is refused, and shows the primary's fault. */
    @Test
    void bug01_aSecondPrePrepareForOneSequenceNumberConvictsThePrimary() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.byzantine(
                0,
                (from, to, message) -> message instanceof PrePrepare own
                        ? List.of(
                                own,
                                new PrePrepare(
                                        own.view(),
                                        own.sequence(),
                                        SoloReplica.emptyBatch(own.batch().timeMillis())))
                        : List.of(message));
        cluster.submit("x");
        cluster.runUntilExecuted("x", 30);
        cluster.run(10);
        cluster.assertView(1);
        cluster.assertEvidenceAgainst(0, "two pre-prepares");
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 9: valid-looking messages of future views and sequence numbers, without end, must not make memory grow
     * (GHSA-23rh-rrqg-wq82).
     */
    @Test
    void bug09_aFloodOfFutureMessagesCostsBoundedMemoryAndNoThroughput() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(3, silent());
        Flood flood = new Flood(cluster, 3, new Random(1));
        for (int i = 0; i < 40; i++) {
            flood.send(250);
            cluster.submit("x" + i);
            assertThat(cluster.runUntilExecuted("x" + i, 0)).isZero();
            assertThat(Fingerprint.size(cluster.node(1).protocol)).as("objects").isLessThan(MAX_OBJECTS);
        }
        cluster.assertView(0);
        cluster.assertEqualJournals();
    }

    /** Known bug 9: who asks for a batch again and again gets so many bytes a tick, and no more. */
    @Test
    void bug09_aReplicaThatAsksWithoutEndIsAnsweredSoOftenATick() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(3, silent());
        cluster.submit("x".repeat(100_000));
        cluster.deliverAll();
        int[] answers = new int[1];
        cluster.tamper = drops((from, to, message) -> {
            if (to == 3 && message instanceof PbftMessage.BatchBody) {
                answers[0]++;
            }
            return false;
        });
        for (int i = 0; i < 1_000; i++) {
            cluster.inject(3, 1, new PbftMessage.FetchBatch(1, cluster.checks.agreedAt(1)));
        }
        cluster.deliverAll();
        assertThat(answers[0]).isBetween(1, 20);
    }

    /** Known bug 10: a message that is refused must leave no trace, whichever of its fields is wrong. */
    @Test
    void bug10_aRefusedMessageLeavesNoTrace() {
        CoreCluster.seeds(4).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.stateHash = protocol -> 31 * protocol.stateHash() + Fingerprint.hash(protocol);
            // The liar is at times a backup, at times the primary: in views 0, 4, ... or 1, 5, ...
            cluster.byzantine((int) (seed % 4), mutatesFields(new Random(seed), 3));
            for (int i = 0; i < 12; i++) {
                cluster.submit("x" + i);
                cluster.run(i % 5 == 0 ? 25 : 1);
            }
            cluster.runUntilExecuted("x11", 400);
            cluster.assertEqualJournals();
        });
    }

    /**
     * Known bug 13: a primary that crosses a checkpoint before its backups do must not propose what they cannot take
     * yet
     * (fabric #1119).
     */
    @Test
    void bug13_aPrimaryAheadByACheckpointProposesNothingThatBackupsMustDrop() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.tamper = drops((from, to, message) ->
                    message instanceof Checkpoint checkpoint && (to != 0 || checkpoint.sequence() > 8));
            cluster.submitAll("x", 40);
            assertThat(cluster.node(0).protocol.status().stableCheckpoint()).isEqualTo(8);
            assertThat(cluster.node(1).protocol.status().stableCheckpoint()).isZero();
            assertThat(cluster.node(1).protocol.status().lastExecuted()).isEqualTo(32);
            assertThat(cluster.correctNodes().flatMap(node -> node.rejections.stream()))
                    .noneMatch(rejection -> rejection.equals("0:OUTSIDE_WINDOW"));
            cluster.heal();
            cluster.runUntilExecuted("x39", 19);
            cluster.assertView(0);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 13: a Byzantine primary that uses up the window at once is replaced, and the gap is filled. */
    @Test
    void bug13_aPrimaryThatJumpsToTheHighWatermarkIsReplacedAndTheGapIsFilled() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, proposesAt(sequence -> sequence + 31));
            cluster.submit("x");
            cluster.runUntilExecuted("x", 40);
            cluster.assertView(1);
            assertThat(cluster.node(1).protocol.status().lastExecuted()).isEqualTo(32);
            assertThat(cluster.checks.agreedAt(31).isNull()).isTrue();
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 13: beyond the high watermark nothing is taken at all. */
    @Test
    void bug13_aProposalAboveTheHighWatermarkIsRefused() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(0, proposesAt(sequence -> sequence + 32));
        cluster.submit("x");
        cluster.runUntilExecuted("x", 40);
        cluster.assertView(1);
        assertThat(cluster.node(1).rejections).contains("0:OUTSIDE_WINDOW");
        assertThat(cluster.node(1).protocol.status().lastExecuted()).isEqualTo(1);
    }

    /**
     * Known bug 17: a primary that gives the body to f+1 correct replicas and dies must not stop the group (fabric
     * #1984).
     */
    @Test
    void bug17_aBodyThatThePrimaryWithheldIsFetchedFromOthers() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, withholdsBodiesFrom(3));
            cluster.submit("x");
            cluster.deliverAll();
            cluster.crash(0);
            assertThat(cluster.runUntilExecuted("x", 15)).isLessThan(15);
            cluster.assertView(0);
            cluster.submit("y");
            cluster.runUntilExecuted("y", 40);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 17: the same where the body is missing at the next primary, which must have it to open its view. */
    @Test
    void bug17_aNewPrimaryFetchesTheBodyItLacksBeforeItOpensItsView() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, withholdsBodiesFrom(1));
            cluster.tamper = drops((from, to, message) -> message instanceof Commit commit && commit.view() == 0);
            cluster.submit("x");
            cluster.deliverAll();
            cluster.crash(0);
            cluster.runUntilExecuted("x", 40);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 17: where the body is missing at a backup of the new view. */
    @Test
    void bug17_aBackupFetchesTheBodyOfWhatANewViewCarriesOver() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, withholdsBodiesFrom(3));
            cluster.tamper = drops((from, to, message) -> message instanceof Commit commit && commit.view() == 0);
            cluster.submit("x");
            cluster.deliverAll();
            cluster.crash(0);
            cluster.runUntilExecuted("x", 40);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /**
     * Known bug 19: a primary that serves everything just before the timeout must not halve the group's pace for ever
     * (Aardvark).
     */
    @Test
    void bug19_aPrimaryJustUnderTheTimeoutIsReplaced() {
        CoreCluster.seeds(2).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.byzantine(0, delays(cluster, 17, (from, to, message) -> message instanceof PrePrepare));
            assertThat(operationsOfAClosedLoop(cluster, 400)).isGreaterThan(250);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** Known bug 19: whatever delay is not caught leaves a floor of one batch in half a timeout. */
    @Test
    void bug19_whateverThePrimaryDelaysThereIsAFloorOnThroughput() {
        for (int delay = 1; delay <= 22; delay += 3) {
            int ticks = delay;
            CoreCluster cluster = new CoreCluster(4, 1);
            cluster.byzantine(0, delays(cluster, ticks, (from, to, message) -> message instanceof PrePrepare));
            assertThat(operationsOfAClosedLoop(cluster, 330))
                    .as("delay of %s ticks", ticks)
                    .isGreaterThanOrEqualTo(330 / 11);
            cluster.assertEqualJournals();
        }
    }

    private static int operationsOfAClosedLoop(CoreCluster cluster, int ticks) {
        int submitted = 0;
        for (int tick = 0; tick < ticks; tick++) {
            if (submitted == 0 || cluster.executedEverywhere("x" + submitted)) {
                cluster.submit("x" + ++submitted);
            }
            cluster.run(1);
        }
        return submitted;
    }

    /** Known bug 19: a primary that serves all clients but one is replaced for that one's sake (RBFT). */
    @Test
    void bug19_aStarvedClientIsServedByTheNextPrimary() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed).byzantine(0, censors(7));
            cluster.submit(CoreCluster.request(7, 1, 1, "starved"));
            for (int i = 0; i < 30; i++) {
                cluster.submit("fed" + i);
                cluster.run(1);
            }
            assertThat(cluster.executedEverywhere("starved")).isTrue();
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /**
     * Known bug 19: a client that leaves out a number starves itself, and gives nobody reason to suspect the primary.
     */
    @Test
    void bug19_aClientThatLeavesOutANumberDoesNotHaveACorrectPrimaryReplaced() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.submit(CoreCluster.request(7, 1, 1, "first"));
        cluster.deliverAll();
        cluster.submit(CoreCluster.request(7, 1, 3, "third"));
        for (int i = 0; i < 60; i++) {
            cluster.submit("other" + i);
            cluster.run(1);
        }
        cluster.assertView(0);
        cluster.submit(CoreCluster.request(7, 1, 2, "second"));
        assertThat(cluster.runUntilExecuted("third", 0)).isZero();
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 20: where reads skip ordering, an ordered request needs replies of a quorum; so a primary that keeps f
     * correct replicas out, together with f that do not reply, must not block it (Berger, Reiser, Bessani 2021).
     */
    @Test
    void bug20_aReplicaThatThePrimaryKeepsOutExecutesAllTheSame() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.byzantine(0, drops((from, to, message) -> to == 3));
            for (int i = 0; i < 10; i++) {
                cluster.submit("x" + i);
                assertThat(cluster.runUntilExecuted("x" + i, 19)).as("ticks").isLessThan(20);
            }
            // Replica 3 may give up on the primary, but one replica alone moves nobody else.
            assertThat(List.of(cluster.view(1), cluster.view(2))).containsExactly(0L, 0L);
            cluster.crash(0);
            cluster.submit("y");
            cluster.runUntilExecuted("y", 40);
            cluster.assertView(1);
            cluster.assertEqualJournals();
        });
    }

    /** PBFT 4.2: the primary's pre-prepare is its prepare, and must not count twice. */
    @Test
    void thePrimaryHasOneVoteInThePreparePhase() {
        SoloReplica replica = new SoloReplica(1);
        PrePrepare proposal = replica.proposal(1);
        replica.receive(0, proposal);
        assertThat(replica.receive(0, new Prepare(0, 1, proposal.batch().digest())))
                .containsExactly("WRONG_ROLE");
        replica.receive(2, new Prepare(0, 1, proposal.batch().digest()));
        assertThat(replica.sent(Commit.class)).isEmpty();
        replica.receive(1, new Prepare(0, 1, proposal.batch().digest()));
        assertThat(replica.sent(Commit.class)).hasSize(1);
    }

    /** PBFT 4.2: a batch is committed with a quorum of commits, not before. */
    @Test
    void aBatchIsCommittedByAQuorumOfCommitsAndNotBefore() {
        SoloReplica replica = new SoloReplica(1);
        PrePrepare proposal = replica.proposal(1);
        replica.receive(0, proposal);
        replica.receive(2, new Commit(0, 1, proposal.batch().digest()));
        replica.receive(3, new Commit(0, 1, proposal.batch().digest()));
        assertThat(replica.protocol.status().lastCommitted()).isZero();
        replica.receive(0, new Commit(0, 1, proposal.batch().digest()));
        assertThat(replica.protocol.status().lastCommitted()).isEqualTo(1);
    }

    /** PBFT 4.2: only the primary of the view proposes. */
    @Test
    void aBackupsProposalIsRefused() {
        SoloReplica replica = new SoloReplica(1);
        assertThat(replica.receive(2, replica.proposal(1))).containsExactly("WRONG_ROLE");
        assertThat(replica.sent(Prepare.class)).isEmpty();
    }

    /** PBFT 4.3: a checkpoint is stable with a quorum of matching votes, not before. */
    @Test
    void aCheckpointWithoutAQuorumIsNotStable() {
        CoreCluster cluster = new CoreCluster(4, 1);
        cluster.tamper = drops((from, to, message) -> message instanceof Checkpoint && from != 2);
        cluster.submitAll("x", 8);
        assertThat(cluster.nodes).allMatch(node -> node.protocol.status().stableCheckpoint() == 0);
        cluster.heal();
        cluster.run(10);
        assertThat(cluster.nodes).allMatch(node -> node.protocol.status().stableCheckpoint() == 8);
    }

    /** The same history of events gives the same actions, whatever happened. */
    @Test
    void aReplayedHistoryGivesEqualActions() {
        CoreCluster.seeds(5).forEach(seed -> {
            CoreCluster cluster = new CoreCluster(4, seed);
            cluster.recordsHistory = true;
            cluster.nodes.forEach(node -> node.start(Event.RecoveredLog.empty()));
            cluster.dropProbability = 0.1;
            cluster.byzantine(2, then(equivocates(), mutatesFields(new Random(seed), 1)));
            for (int i = 0; i < 40; i++) {
                cluster.submit("x" + i);
                cluster.run(i % 10 == 0 ? 25 : 1);
            }
            cluster.assertDeterministic();
        });
    }
}
