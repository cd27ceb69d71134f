package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;

/** Changing the group (Raft 6, dissertation 4). */
class RaftMembershipTest {

    @Test
    void aJointConfigurationNeedsBothMajorities() {
        Configuration joint = Configuration.ofFirst(3).jointTo(Configuration.of(List.of(2, 3, 4)));
        assertThat(joint.isQuorum(Set.of(0, 1))).isFalse();
        assertThat(joint.isQuorum(Set.of(3, 4))).isFalse();
        assertThat(joint.isQuorum(Set.of(0, 1, 3))).isFalse();
        assertThat(joint.isQuorum(Set.of(1, 2, 3))).isTrue();
        assertThat(joint.isQuorum(Set.of(0, 1, 3, 4))).isTrue();
        assertThat(joint.reachedByQuorum(replica -> replica * 10L)).isEqualTo(10);
        assertThat(joint.withoutOldVoters()).isEqualTo(Configuration.of(List.of(2, 3, 4)));
    }

    @Test
    void aConfigurationMustMakeSense() {
        assertThatThrownBy(() -> Configuration.of(List.of())).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Configuration(List.of(1), List.of(), List.of(1)))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void newcomersLearnBeforeTheyVote() {
        RaftCluster cluster = new RaftCluster(5, Configuration.ofFirst(3), 1, config -> config);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("op", 40);
        cluster.isolate(3, 4);
        leader.step(new Event.MembershipRequested(9, List.of(0, 1, 2, 3, 4), List.of()));
        cluster.run(10);
        assertThat(leader.status().configuration())
                .isEqualTo(new Configuration(List.of(0, 1, 2), List.of(), List.of(3, 4)));
        cluster.submitAll("meanwhile", 5);
        assertThat(leader.journal.has("meanwhile4"))
                .as("learners hold nothing up")
                .isTrue();
        cluster.heal();
        cluster.runUntil(() -> !leader.operatorAnswers.isEmpty(), 40);
        assertThat(leader.operatorAnswers).containsExactly("9 true the group is now voters [0, 1, 2, 3, 4]");
        cluster.runUntil(() -> cluster.executedEverywhere("meanwhile4"), 20);
        cluster.assertEqualJournals();
    }

    /**
     * Known bug 48, dissertation 4.2.1: two ticks away, and more is on its way to it than may wait for a commit, at any
     * time.
     */
    @Test
    void aNewcomerFarAwayIsPromotedUnderLoad() {
        LoneReplica leader = new LoneReplica(3, 1, -1).lead();
        leader.loopBack().acknowledge(1, 1).acknowledge(2, 1).clear();
        leader.step(new Event.MembershipRequested(9, List.of(0, 1, 2, 3), List.of()));
        long[] ends = new long[9];
        for (int tick = 0;
                tick < ends.length && !leader.status().configuration().isVoter(3);
                tick++) {
            for (int request = 0; request < 6; request++) {
                leader.submit(1 + 6 * tick + request, "x").loopBack();
                leader.acknowledge(1, leader.status().lastIndex());
            }
            ends[tick] = leader.status().lastIndex();
            leader.acknowledge(2, ends[tick]);
            if (tick >= 2) {
                leader.acknowledge(3, ends[tick - 2]);
            }
            leader.tick(1);
        }
        assertThat(leader.status().configuration().isVoter(3)).isTrue();
    }

    /** A newcomer that has less and less of what it lacks does not vote: it would hold up each commit. */
    @Test
    void aNewcomerWhoseRoundsTakeTooLongStaysALearner() {
        LoneReplica leader = new LoneReplica(3, 1, -1).lead();
        leader.loopBack().acknowledge(1, 1).acknowledge(2, 1).clear();
        leader.step(new Event.MembershipRequested(9, List.of(0, 1, 2, 3), List.of()));
        leader.loopBack().acknowledge(1, 2).acknowledge(3, 1);
        for (int tick = 0; tick < 40; tick++) {
            leader.submit(1 + tick, "x").loopBack();
            leader.acknowledge(1, leader.status().lastIndex())
                    .acknowledge(2, leader.status().lastIndex());
            leader.acknowledge(3, 1 + tick / 4).tick(1);
        }
        assertThat(leader.status().configuration().isVoter(3)).isFalse();
    }

    @Test
    void aNewcomerThatNeverCatchesUpStaysALearner() {
        RaftCluster cluster = new RaftCluster(4, Configuration.ofFirst(3), 2, config -> config);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("op", 3);
        cluster.crash(3);
        leader.step(new Event.MembershipRequested(9, List.of(0, 1, 2, 3), List.of()));
        cluster.run(210);
        assertThat(leader.operatorAnswers).containsExactly("9 false a newcomer has not caught up; it stays a learner");
        assertThat(leader.status().configuration().voters()).containsExactly(0, 1, 2);
    }

    @Test
    void aLeaderThatIsRemovedLeavesAfterTheChangeIsCommitted() {
        RaftCluster cluster = new RaftCluster(3, 3);
        RaftNode old = cluster.elect(0);
        cluster.submitAll("op", 3);
        long term = old.status().term();
        old.step(new Event.MembershipRequested(9, List.of(1, 2), List.of()));
        cluster.run(5);
        assertThat(old.operatorAnswers).containsExactly("9 true the group is now voters [1, 2]");
        assertThat(old.leads()).isFalse();
        RaftNode next = cluster.awaitLeader();
        assertThat(next.id).isNotZero();
        assertThat(next.status().term())
                .as("handed over, without waiting for a timeout")
                .isEqualTo(term + 1);
        cluster.submitAll("after", 3);
        cluster.run(100);
        assertThat(next.leads()).as("the one that was removed disturbs nobody").isTrue();
        assertThat(next.journal.has("after2")).isTrue();
    }

    @Test
    void oneChangeAtATime() {
        RaftCluster cluster = new RaftCluster(4, Configuration.ofFirst(3), 4, config -> config);
        RaftNode leader = cluster.elect(0);
        cluster.submitAll("op", 1);
        leader.step(new Event.MembershipRequested(1, List.of(0, 1, 2), List.of(3)));
        leader.step(new Event.MembershipRequested(2, List.of(0, 1), List.of()));
        cluster.run(5);
        assertThat(leader.operatorAnswers)
                .containsExactly(
                        "2 false another change of the group is under way",
                        "1 true the group is now voters [0, 1, 2], learners [3]");
        cluster.runUntil(() -> cluster.node(3).journal.has("op0"), 10);
        assertThat(cluster.node(3).protocol.status().mode().label()).isEqualTo("learner");
    }

    @Test
    void anUncommittedConfigurationIsUndoneWithItsEntry() {
        LoneReplica follower = new LoneReplica(3, 1, -1, 1);
        Configuration other = new Configuration(List.of(0, 1, 2), List.of(), List.of(3));
        follower.receive(
                1, new RaftMessage.AppendEntries(1, 1, 1, List.of(new Entry.Reconfiguration(2, 1, other)), 0, 0));
        assertThat(follower.status().configuration()).isEqualTo(other);
        follower.receive(2, new RaftMessage.AppendEntries(2, 1, 1, LoneReplica.entries(2, 2), 0, 0));
        assertThat(follower.status().configuration()).isEqualTo(Configuration.ofFirst(3));
    }

    @Test
    void aFollowerSendsTheOperatorToTheLeader() {
        RaftCluster cluster = new RaftCluster(3, 5);
        cluster.elect(0);
        cluster.node(1).step(new Event.MembershipRequested(1, List.of(0, 1), List.of()));
        assertThat(cluster.node(1).operatorAnswers)
                .containsExactly("1 false this replica does not lead; replica 0 leads");
    }
}
