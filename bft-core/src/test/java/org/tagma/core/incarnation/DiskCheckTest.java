package org.tagma.core.incarnation;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.incarnation.IncarnationGroup.Disk;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.IncarnationRecord;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;
import org.tagma.core.raft.message.RaftIncarnationEvidence;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftRecord;

final class DiskCheckTest {

    private final IncarnationGroup group = IncarnationGroup.ofPbft();

    @Test
    void onItsOwnDiskAReplicaBeginsWithItsWholeMemory() {
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.FRESH);
        assertThat(group.incarnation(2)).isEqualTo(1);
        for (int start = 2; start <= 4; start++) {
            group.restart(2);
            assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
            assertThat(group.incarnation(2)).isEqualTo(start);
        }
        assertThat(group.announcements).isEmpty();
    }

    @Test
    void allRestartedAtOnceBeginWithTheirWholeMemory() {
        for (int replica = 0; replica < 4; replica++) {
            group.startUnheard(replica, LogIntegrity.COMPLETE, false);
        }
        group.deliver();
        for (int replica = 0; replica < 4; replica++) {
            assertThat(group.memoryOf(replica)).isEqualTo(LogIntegrity.COMPLETE);
            assertThat(group.incarnation(replica)).isEqualTo(2);
        }
    }

    @Test
    void bug22_anOldDiskThatIsPutBackIsFoundOut() {
        Disk old = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
        assertThat(group.announcements)
                .singleElement()
                .asString()
                .contains("this disk is an old one or a copy: replicas [0, 1] know of later than start 1, its last");
        // However often it is started before it has found out what it may have said.
        group.restart(2);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    @Test
    void theOthersRememberItThroughTheirOwnRestarts() {
        Disk old = group.disk(2).copy();
        group.restart(2);
        for (int replica : List.of(0, 1, 3)) {
            group.restart(replica);
        }
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    @Test
    void aFolderThatWasMadeAnewIsFoundOut() {
        group.disk(2).records().clear();
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    @Test
    void aCopyThatRunsBesideTheOriginalIsFoundOut() {
        Disk copy = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, copy);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    /** Neither was known when the other asked; so it shows only when they tell of themselves. */
    @Test
    void twoCopiesStartedAtTheSameTimeDoNotBothRun() {
        for (int replica : List.of(0, 1, 3)) {
            group.tick(replica);
            group.says(2, replica, new IncarnationQuery(1_000, 2));
        }
        group.startUnheard(2, LogIntegrity.COMPLETE, false);
        IncarnationReply before = new IncarnationReply(5, new Incarnation(1, 3), Position.START);
        for (int replica : List.of(0, 1)) {
            group.check(2).step(IncarnationGroup.received(replica, before));
        }
        group.deliver();
        assertThat(group.halts).first().asString().contains("another process runs as this replica");
    }

    /** A snapshot that was taken while the last incarnation ran: that incarnation told of more since. */
    @Test
    void aDiskOfTheSameIncarnationIsFoundOutByWhatTheReplicaSaid() {
        group.does(2, new Action.Persist(stable(128)));
        Disk old = group.disk(2).copy();
        group.does(2, new Action.Persist(stable(256)));
        for (int replica : List.of(0, 1, 3)) {
            group.says(2, replica, new Status(0, false, 260, 256, 0, false));
        }
        Disk newest = group.disk(2).copy();
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);

        group.putBack(2, newest);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void aLiarKeepsNoCorrectReplicaOut() {
        group.down.addAll(List.of(0, 3));
        group.startUnheard(2, LogIntegrity.COMPLETE, false);
        group.check(2)
                .step(IncarnationGroup.received(
                        0, new IncarnationReply(5, new Incarnation(1L << 60, 7), new Position(9, 9))));
        group.deliver();
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
        assertThat(group.incarnation(2)).isEqualTo(2);
    }

    @Test
    void aLiarsLivesCostOneWriteATick() {
        group.tick(0);
        int before = group.persisted;
        for (int incarnation = 2; incarnation < 100; incarnation++) {
            group.says(3, 0, new IncarnationQuery(7, incarnation));
        }
        assertThat(group.persisted).isEqualTo(before + 1);
        group.tick(0);
        group.says(3, 0, new IncarnationQuery(7, 1_000));
        assertThat(group.persisted).isEqualTo(before + 2);
    }

    @Test
    void anOperatorsWordCountsForMoreThanWhatTheOthersRemember() {
        Disk old = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, old);
        group.start(2, LogIntegrity.COMPLETE, true);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
        assertThat(group.incarnation(2)).isEqualTo(3);
        assertThat(group.announcements)
                .singleElement()
                .asString()
                .endsWith(
                        "its operator says that its data is intact: if it is not, acknowledged operations may be lost");
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void aWipedReplicaLivesOnceItHasFoundOutWhatItMayHaveSaid() {
        group.disk(2).records().clear();
        group.start(2, LogIntegrity.LOST, false);
        assertThat(group.incarnation(2)).isZero();
        group.does(2, new Action.Persist(new PbftRecord.Forgotten(1, 256)));
        assertThat(group.incarnation(2)).isEqualTo(2);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
        assertThat(group.incarnation(2)).isEqualTo(3);
    }

    @Test
    void nothingIsPassedOnBeforeEnoughHaveAnswered() {
        group.down.addAll(List.of(0, 1));
        group.restart(2);
        assertThat(group.memoryOf(2)).isNull();
        assertThat(group.check(2).status().mode().label()).isEqualTo("starting");
        assertThat(group.check(2).details().get("why")).contains("until 2 of the other replicas have answered");
        assertThat(group.check(2).step(new Event.ReadReceived(9))).containsExactly(new Action.RefuseRead(9));
        group.down.remove(1);
        group.askAgain(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void whoWasDownIsToldLater() {
        group.down.add(3);
        group.restart(2);
        Disk old = group.disk(2).copy();
        group.restart(2);
        group.down.clear();
        group.askAgain(2);
        group.down.addAll(List.of(0));
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    /** What nobody can find out, as docs/durability.md says. */
    @Test
    void allDisksPutBackAtOnceAreNotFoundOut() {
        List<Disk> old =
                List.of(0, 1, 2, 3).stream().map(group::disk).map(Disk::copy).toList();
        List.of(0, 1, 2, 3).forEach(group::restart);
        for (int replica = 0; replica < 4; replica++) {
            group.putBack(replica, old.get(replica));
            group.startUnheard(replica, LogIntegrity.COMPLETE, false);
        }
        group.deliver();
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void underRaftOneThatKnowsIsEnough() {
        IncarnationGroup raft = new IncarnationGroup(3, 1, 1, new RaftIncarnationEvidence());
        Disk old = raft.disk(2).copy();
        raft.restart(2);
        raft.down.add(0);
        raft.putBack(2, old);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    @Test
    void underRaftALogThatIsShorterThanWhatItAcknowledgedIsAnOldOne() {
        IncarnationGroup raft = new IncarnationGroup(3, 1, 1, new RaftIncarnationEvidence());
        raft.does(2, new Action.Persist(new RaftRecord.HardState(3, 0)));
        raft.says(2, 0, new AppendEntriesReply(3, 0, true, 40, 0, 0, false));
        raft.down.add(1);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(LogIntegrity.LOST);
    }

    /** Entries that an earlier leader's term left behind may have been removed by a later leader. */
    @Test
    void underRaftALogThatIsShorterInALaterTermIsNotAnOldOne() {
        IncarnationGroup raft = new IncarnationGroup(3, 1, 1, new RaftIncarnationEvidence());
        raft.says(2, 0, new AppendEntriesReply(3, 0, true, 40, 0, 0, false));
        raft.does(2, new Action.Persist(new RaftRecord.HardState(4, 1)));
        raft.down.add(1);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(LogIntegrity.COMPLETE);
    }

    @Test
    void theProtocolSeesNoRecordOfLives() {
        group.does(2, new Action.Persist(stable(128)));
        group.restart(2);
        assertThat(group.disk(2).records())
                .containsKeys(IncarnationRecord.OwnIncarnation.class, IncarnationRecord.KnownIncarnations.class);
        assertThat(group.recordsOf(2)).containsExactly(stable(128));
    }

    /** With durability memory only what survives amnesia is there, and its incarnation is all that did. */
    @Test
    void aReplicaThatNeverVotedHasNothingToForget() {
        group.disk(2).records().remove(IncarnationRecord.KnownIncarnations.class);
        group.start(2, LogIntegrity.PARTIAL, false);
        assertThat(group.memoryOf(2)).isEqualTo(LogIntegrity.FRESH);
    }

    private static PbftRecord.Stable stable(long sequence) {
        return new PbftRecord.Stable(new CheckpointCertificate(sequence, Digest.NULL, List.of()));
    }
}
