package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.pbft.quorum.VoteLedger;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;

/** How many votes are enough, and that nobody casts two. */
class VotesTest {

    private static final Digest ONE = SoloReplica.emptyBatch(1).digest();
    private static final Digest OTHER = SoloReplica.emptyBatch(2).digest();

    /** PBFT 3: quorums intersect in a correct replica, and the correct replicas alone are one. */
    @Test
    void quorumsIntersectInACorrectReplicaAndAreAvailable() {
        for (int replicas = 1; replicas <= 100; replicas++) {
            Quorums quorums = Quorums.byzantine(replicas);
            int faults = quorums.faults();
            assertThat(2 * quorums.certificate() - replicas)
                    .as("n=%s", replicas)
                    .isGreaterThan(faults);
            assertThat(quorums.certificate()).isLessThanOrEqualTo(replicas - faults);
            assertThat(quorums.weak()).isEqualTo(faults + 1);
            assertThat(3 * faults + 1).isLessThanOrEqualTo(replicas);
            assertThat(3 * (faults + 1) + 1).isGreaterThan(replicas);
        }
        assertThatThrownBy(() -> Quorums.byzantine(6, 2)).isInstanceOf(IllegalArgumentException.class);
    }

    /** The ledger is the last gate: it stops a replica that is about to contradict itself. */
    @Test
    void theLedgerRefusesASecondDifferentVote() {
        for (VoteLedger.Phase phase : VoteLedger.Phase.values()) {
            VoteLedger ledger = new VoteLedger();
            ledger.cast(phase, 3, 7, ONE);
            ledger.cast(phase, 3, 7, ONE);
            ledger.cast(phase, 4, 7, OTHER);
            refuses(() -> ledger.cast(phase, 4, 7, ONE));
            refuses(() -> ledger.cast(phase, 3, 7, ONE));
        }
    }

    @Test
    void theLedgerRefusesAVoteInAViewThatWasLeft() {
        VoteLedger ledger = new VoteLedger();
        ledger.promise(5);
        refuses(() -> ledger.cast(VoteLedger.Phase.PREPARE, 4, 7, ONE));
        ledger.cast(VoteLedger.Phase.PREPARE, 5, 7, ONE);
    }

    @Test
    void theLedgerRefusesAVoteWhereItForgotWhatItSaid() {
        VoteLedger ledger = new VoteLedger();
        ledger.forget(8);
        refuses(() -> ledger.cast(VoteLedger.Phase.COMMIT, 9, 8, ONE));
        ledger.cast(VoteLedger.Phase.COMMIT, 9, 9, ONE);
        ledger.truncate(7);
        refuses(() -> ledger.cast(VoteLedger.Phase.COMMIT, 9, 8, ONE));
        ledger.truncate(8);
        assertThat(ledger.forgottenUpTo()).isZero();
    }

    @Test
    void theLedgerRemembersTheVotesOfAnEarlierIncarnation() {
        VoteLedger ledger = new VoteLedger();
        ledger.restore(VoteLedger.Phase.PREPARE, 3, 7, ONE);
        refuses(() -> ledger.cast(VoteLedger.Phase.PREPARE, 3, 7, OTHER));
    }

    private static void refuses(Runnable vote) {
        assertThatThrownBy(vote::run).isInstanceOf(IllegalStateException.class);
    }

    /** A replica that lost its memory is asked for the vote it cast before, on another batch. */
    @Test
    void aReplicaWithoutMemoryDoesNotVoteWhereItMayHaveVoted() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(0, Byzantine.honest());
        cluster.tamper = Byzantine.loses(0, List.of(PbftMessage.Commit.class));
        cluster.submit("x");
        cluster.deliverAll();
        cluster.restartWithAmnesia(2);
        cluster.inject(0, 2, new PrePrepare(0, 1, SoloReplica.emptyBatch(cluster.timeMillis)));
        cluster.deliverAll();
        assertThat(cluster.node(2).mode()).isEqualTo("recovering");
        assertThat(cluster.node(2).log).noneMatch(record -> record instanceof PbftRecord.PrePrepared);
    }

    /** A replica with its log is asked for the vote it cast before, on another batch. */
    @Test
    void aRestartedReplicaDoesNotVoteTwice() {
        CoreCluster cluster = new CoreCluster(4, 1).byzantine(0, Byzantine.honest());
        cluster.tamper = Byzantine.loses(0, List.of(PbftMessage.Commit.class));
        cluster.submit("x");
        cluster.deliverAll();
        cluster.restart(2);
        cluster.inject(0, 2, new PrePrepare(0, 1, SoloReplica.emptyBatch(cluster.timeMillis)));
        cluster.deliverAll();
        assertThat(cluster.node(2).evidence).anyMatch(text -> text.startsWith("0: two pre-prepares"));
    }

    /** Where a replica may vote is reserved durably before it votes there, in every view that it votes in. */
    @Test
    void everyVoteLiesInADurableReservation() {
        CoreCluster cluster = new CoreCluster(4, 1);
        for (int i = 0; i < 20; i++) {
            cluster.submit("x" + i);
            cluster.deliverAll();
        }
        cluster.crash(0);
        cluster.submit("y");
        cluster.runUntilExecuted("y", 40);
        PbftRecord.Reservation newest = null;
        for (LogRecord record : cluster.node(1).log) {
            if (record instanceof PbftRecord.Reservation reservation) {
                newest = reservation;
            } else if (record instanceof PbftRecord.PrePrepared vote) {
                assertThat(newest).isNotNull();
                assertThat(vote.sequence()).isLessThanOrEqualTo(newest.sequence());
                assertThat(vote.view()).isEqualTo(newest.view());
            }
        }
        assertThat(newest).isNotNull();
        assertThat(newest.view()).isEqualTo(1);
    }

    /** The log of a replica that ran before is not taken for that of a new one. */
    @Test
    void aReplicaThatForgotEverythingTakesNoPart() {
        SoloReplica replica = new SoloReplica(1);
        replica.step(new Event.Recovered(new Event.RecoveredLog(List.of(), Event.LogIntegrity.PARTIAL)));
        assertThat(replica.protocol.status().mode().label()).isEqualTo("recovering");
    }
}
