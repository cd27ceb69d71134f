package org.tagma.core.life;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.life.LifeGroup.Disk;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.LifeMessage.LifeQuery;
import org.tagma.core.protocol.LifeMessage.LifeReply;
import org.tagma.core.protocol.LifeMessage.Position;
import org.tagma.core.protocol.LifeRecord;
import org.tagma.core.protocol.LifeRecord.Life;
import org.tagma.core.raft.RaftLifeEvidence;
import org.tagma.core.raft.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.RaftRecord;

final class DiskCheckTest {

    private final LifeGroup group = LifeGroup.ofPbft();

    @Test
    void onItsOwnDiskAReplicaBeginsWithItsWholeMemory() {
        assertThat(group.memoryOf(2)).isEqualTo(Memory.FIRST_LIFE);
        assertThat(group.incarnation(2)).isEqualTo(1);
        for (int start = 2; start <= 4; start++) {
            group.restart(2);
            assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
            assertThat(group.incarnation(2)).isEqualTo(start);
        }
        assertThat(group.announcements).isEmpty();
    }

    @Test
    void allRestartedAtOnceBeginWithTheirWholeMemory() {
        for (int replica = 0; replica < 4; replica++) {
            group.startUnheard(replica, Memory.WHOLE, false);
        }
        group.deliver();
        for (int replica = 0; replica < 4; replica++) {
            assertThat(group.memoryOf(replica)).isEqualTo(Memory.WHOLE);
            assertThat(group.incarnation(replica)).isEqualTo(2);
        }
    }

    @Test
    void trap22_anOldDiskThatIsPutBackIsFoundOut() {
        Disk old = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
        assertThat(group.announcements)
                .singleElement()
                .asString()
                .contains("this disk is an old one or a copy: replicas [0, 1] know of later than start 1, its last");
        // However often it is started before it has found out what it may have said.
        group.restart(2);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
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
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    @Test
    void aFolderThatWasMadeAnewIsFoundOut() {
        group.disk(2).records().clear();
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    @Test
    void aCopyThatRunsBesideTheOriginalIsFoundOut() {
        Disk copy = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, copy);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    /** Neither was known when the other asked; so it shows only when they tell of themselves. */
    @Test
    void twoCopiesStartedAtTheSameTimeDoNotBothRun() {
        for (int replica : List.of(0, 1, 3)) {
            group.tick(replica);
            group.says(2, replica, new LifeQuery(1_000, 2));
        }
        group.startUnheard(2, Memory.WHOLE, false);
        LifeReply before = new LifeReply(5, new Life(1, 3), Position.START);
        for (int replica : List.of(0, 1)) {
            group.check(2).step(LifeGroup.received(replica, before));
        }
        group.deliver();
        assertThat(group.halts).first().asString().contains("another process runs as this replica");
    }

    /** A snapshot that was taken while the last life ran: that life told of more since. */
    @Test
    void aDiskOfTheSameLifeIsFoundOutByWhatTheReplicaSaid() {
        group.does(2, new Action.Persist(stable(128)));
        Disk old = group.disk(2).copy();
        group.does(2, new Action.Persist(stable(256)));
        for (int replica : List.of(0, 1, 3)) {
            group.says(2, replica, new Status(0, false, 260, 256, 0, false));
        }
        Disk newest = group.disk(2).copy();
        group.putBack(2, old);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);

        group.putBack(2, newest);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
    }

    @Test
    void aLiarKeepsNoCorrectReplicaOut() {
        group.down.addAll(List.of(0, 3));
        group.startUnheard(2, Memory.WHOLE, false);
        group.check(2).step(LifeGroup.received(0, new LifeReply(5, new Life(1L << 60, 7), new Position(9, 9))));
        group.deliver();
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
        assertThat(group.incarnation(2)).isEqualTo(2);
    }

    @Test
    void aLiarsLivesCostOneWriteATick() {
        group.tick(0);
        int before = group.persisted;
        for (int incarnation = 2; incarnation < 100; incarnation++) {
            group.says(3, 0, new LifeQuery(7, incarnation));
        }
        assertThat(group.persisted).isEqualTo(before + 1);
        group.tick(0);
        group.says(3, 0, new LifeQuery(7, 1_000));
        assertThat(group.persisted).isEqualTo(before + 2);
    }

    @Test
    void anOperatorsWordCountsForMoreThanWhatTheOthersRemember() {
        Disk old = group.disk(2).copy();
        group.restart(2);
        group.putBack(2, old);
        group.start(2, Memory.WHOLE, true);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
        assertThat(group.incarnation(2)).isEqualTo(3);
        assertThat(group.announcements)
                .singleElement()
                .asString()
                .endsWith(
                        "its operator says that its data is intact: if it is not, acknowledged operations may be lost");
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
    }

    @Test
    void aWipedReplicaLivesOnceItHasFoundOutWhatItMayHaveSaid() {
        group.disk(2).records().clear();
        group.start(2, Memory.LOST, false);
        assertThat(group.incarnation(2)).isZero();
        group.does(2, new Action.Persist(new PbftRecord.Forgotten(1, 256)));
        assertThat(group.incarnation(2)).isEqualTo(2);
        group.restart(2);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
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
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
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
        assertThat(group.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    /** What nobody can find out, as docs/durability.md says. */
    @Test
    void allDisksPutBackAtOnceAreNotFoundOut() {
        List<Disk> old =
                List.of(0, 1, 2, 3).stream().map(group::disk).map(Disk::copy).toList();
        List.of(0, 1, 2, 3).forEach(group::restart);
        for (int replica = 0; replica < 4; replica++) {
            group.putBack(replica, old.get(replica));
            group.startUnheard(replica, Memory.WHOLE, false);
        }
        group.deliver();
        assertThat(group.memoryOf(2)).isEqualTo(Memory.WHOLE);
    }

    @Test
    void underRaftOneThatKnowsIsEnough() {
        LifeGroup raft = new LifeGroup(3, 1, 1, new RaftLifeEvidence());
        Disk old = raft.disk(2).copy();
        raft.restart(2);
        raft.down.add(0);
        raft.putBack(2, old);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    @Test
    void underRaftALogThatIsShorterThanWhatItAcknowledgedIsAnOldOne() {
        LifeGroup raft = new LifeGroup(3, 1, 1, new RaftLifeEvidence());
        raft.does(2, new Action.Persist(new RaftRecord.HardState(3, 0)));
        raft.says(2, 0, new AppendEntriesReply(3, 0, true, 40, 0, 0, false));
        raft.down.add(1);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(Memory.LOST);
    }

    /** Entries that an earlier leader's term left behind may have been removed by a later leader. */
    @Test
    void underRaftALogThatIsShorterInALaterTermIsNotAnOldOne() {
        LifeGroup raft = new LifeGroup(3, 1, 1, new RaftLifeEvidence());
        raft.says(2, 0, new AppendEntriesReply(3, 0, true, 40, 0, 0, false));
        raft.does(2, new Action.Persist(new RaftRecord.HardState(4, 1)));
        raft.down.add(1);
        raft.restart(2);
        assertThat(raft.memoryOf(2)).isEqualTo(Memory.WHOLE);
    }

    @Test
    void theProtocolSeesNoRecordOfLives() {
        group.does(2, new Action.Persist(stable(128)));
        group.restart(2);
        assertThat(group.disk(2).records()).containsKeys(LifeRecord.OwnLife.class, LifeRecord.KnownLives.class);
        assertThat(group.recordsOf(2)).containsExactly(stable(128));
    }

    /** With durability memory only what survives amnesia is there, and its life is all that did. */
    @Test
    void aReplicaThatNeverVotedHasNothingToForget() {
        group.disk(2).records().remove(LifeRecord.KnownLives.class);
        group.start(2, Memory.SURVIVORS, false);
        assertThat(group.memoryOf(2)).isEqualTo(Memory.FIRST_LIFE);
    }

    private static PbftRecord.Stable stable(long sequence) {
        return new PbftRecord.Stable(new CheckpointCertificate(sequence, Digest.NULL, List.of()));
    }
}
