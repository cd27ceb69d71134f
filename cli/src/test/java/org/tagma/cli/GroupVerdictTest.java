package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.admin.GroupStatus;
import org.tagma.admin.GroupVerdict;
import org.tagma.admin.ReplicaStatus;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.network.cluster.ClusterFolder;

/** Known bug 51: that processes answer does not mean that the group is well. */
final class GroupVerdictTest {

    @TempDir
    private Path temporary;

    private ClusterConfig config;
    private ClusterConfig raft;

    @BeforeEach
    void makeCluster() throws Exception {
        config = TestPlan.plan().make(new ClusterFolder(temporary.resolve("cluster")));
        raft = TestPlan.raft().make(new ClusterFolder(temporary.resolve("raft")));
    }

    @Test
    void aGroupInOneViewOrdersOperations() {
        GroupVerdict verdict = pbft(in("normal", 1), in("normal", 1), in("normal", 1), in("normal", 1));
        assertThat(verdict.serves()).isTrue();
        assertThat(verdict.lines())
                .containsExactly(
                        "Operations are ordered: 4 of 4 replicas take part in view 1, 3 are needed; its primary is"
                                + " replica 1; the last operation was executed 0.4 s ago");
    }

    @Test
    void aGroupOfWhichNobodyIsInNormalOperationDoesNot() {
        GroupVerdict verdict =
                pbft(in("view-change", 18), in("view-change", 18), in("view-change", 17), in("view-change", 18));
        assertThat(verdict.serves()).isFalse();
        assertThat(verdict.summary())
                .isEqualTo("Operations are NOT ORDERED: 0 of 4 replicas take part in view 18, 3 are needed");
        assertThat(verdict.others().get(2))
                .isEqualTo(
                        "it has left the views below 17 and waits for that one, which begins when 3 replicas have, and"
                                + " its primary, replica 1, says so; its log says why it left");
    }

    @Test
    void aGroupWhosePrimaryDoesNotTakePartDoesNot() {
        GroupVerdict verdict = pbft(in("recovering", 0), in("normal", 0), in("normal", 0), in("normal", 0));
        assertThat(verdict.serves()).isFalse();
        assertThat(verdict.summary())
                .isEqualTo("Operations are NOT ORDERED: 3 of 4 replicas take part in view 0, 3 are needed; its primary,"
                        + " replica 0, does not");
        assertThat(verdict.others()).containsOnlyKeys(0);
        assertThat(verdict.others().get(0)).startsWith("it lost its memory of what it voted");
    }

    @Test
    void replicasInDifferentViewsAreNotAGroup() {
        GroupVerdict verdict = pbft(in("normal", 2), in("normal", 2), in("normal", 5), Map.of());
        assertThat(verdict.serves()).isFalse();
        assertThat(verdict.takingPart()).containsExactly(0, 1);
        assertThat(verdict.others().get(2)).startsWith("it is in view 5, not in 2 like the others");
        assertThat(verdict.others().get(3)).startsWith("no answer from 127.0.0.1:");
    }

    @Test
    void oneLiarDoesNotMakeAGroupLookIll() {
        Map<String, String> liar = in("normal", 1L << 60);
        liar.put("pendingRequests", "99");
        liar.put("lastExecutedAgeMillis", "999999");
        assertThat(pbft(in("normal", 1), in("normal", 1), in("normal", 1), liar).serves())
                .isTrue();
    }

    @Test
    void aGroupInWhichRequestsWaitAndNothingIsExecutedStandsStill() {
        Map<String, String> waits = in("normal", 1);
        waits.put("pendingRequests", "3");
        waits.put("lastExecutedAgeMillis", "61000");
        GroupVerdict verdict = pbft(waits, waits, waits, waits);
        assertThat(verdict.serves()).isFalse();
        assertThat(verdict.summary())
                .startsWith("Operations wait and NONE IS ORDERED: 4 of 4")
                .endsWith("61 s ago");
        // One alone may have made up what waits.
        assertThat(pbft(waits, in("normal", 1), in("normal", 1), in("normal", 1))
                        .serves())
                .isTrue();
    }

    @Test
    void whatAReplicaSaysOfItselfIsShownSafely() {
        Map<String, String> starting = in("starting", 0);
        starting.put("why", "waiting \u001b[2J for 2");
        GroupVerdict verdict = pbft(in("normal", 0), in("normal", 0), in("normal", 0), starting);
        assertThat(verdict.lines().get(1))
                .isEqualTo("replica 3 does not take part: it is starting, waiting ?[2J for 2");
    }

    @Test
    void aRaftGroupNeedsALeaderThatAMajorityFollows() {
        GroupVerdict led = raft(raftIn("leader", 3, 0), raftIn("follower", 3, 0), Map.of());
        assertThat(led.serves()).isTrue();
        assertThat(led.lines())
                .containsExactly(
                        "Operations are ordered: 2 of 3 voters take part in term 3, 2 are needed; its leader is replica"
                                + " 0;"
                                + " the last operation was executed 0.4 s ago",
                        "replica 2 does not take part: no answer from " + raft.address(2)
                                + "; start it, or see whether the network between here and there works, and its log");

        GroupVerdict leaderless = raft(raftIn("pre-candidate", 3, -1), raftIn("follower", 3, -1), Map.of());
        assertThat(leaderless.serves()).isFalse();
        assertThat(leaderless.summary()).endsWith("0 of 3 voters take part in term 3, 2 are needed; nobody leads now");

        GroupVerdict alone = raft(raftIn("leader", 3, 0), raftIn("pre-candidate", 3, -1), Map.of());
        assertThat(alone.serves()).isFalse();
        assertThat(alone.summary())
                .isEqualTo("Operations are NOT ORDERED: 1 of 3 voters take part in term 3, 2 are needed; its leader is"
                        + " replica 0");

        GroupVerdict tooFew = raft(raftIn("pre-candidate", 3, -1), Map.of(), Map.of());
        assertThat(tooFew.summary()).endsWith("; too few answer");
    }

    @Test
    void statesOfReplicasThatDoNotLieAreSaidToDifferAtOneCheckpoint() {
        assertThat(raft(state(0, 128, "aa"), state(1, 256, "bb"), state(2, 128, "aa"))
                        .divergence())
                .isEmpty();
        assertThat(raft(state(0, 128, "aa"), state(1, 256, "bb"), state(2, 128, "ac"))
                        .divergence())
                .contains("REPLICAS 0 AND 2 HAVE DIFFERENT STATES at 128: stop one of them, and see `tagma divergence`"
                        + " for where they part");
    }

    private GroupStatus raft(ReplicaStatus... statuses) {
        return new GroupStatus(
                raft, List.of(statuses).stream().map(Optional::of).toList());
    }

    private static ReplicaStatus state(int replica, long checkpoint, String digest) {
        Map<String, String> values = new HashMap<>();
        List.of("view", "primary", "lastCommitted", "lastExecuted").forEach(name -> values.put(name, "1"));
        values.put("checkpoint", Long.toString(checkpoint));
        values.put("checkpointDigest", digest);
        return ReplicaStatus.of(replica, values).orElseThrow();
    }

    @Test
    void aGroupThatChangesNeedsBothMajoritiesAndWhoIsOutsideIsNotMissed() {
        Map<String, String> leader = raftIn("leader", 3, 0);
        leader.put("voters", "0");
        leader.put("oldVoters", "0,1");
        GroupVerdict changing = raft(leader, Map.of(), Map.of());
        assertThat(changing.serves()).isFalse();
        assertThat(changing.summary())
                .contains("1 of 1 voters take part in term 3, 1 is needed, and 1 of the 2 that voted until now, of whom"
                        + " 2 are needed");
        assertThat(changing.others().get(2)).isEqualTo("it is not in the group; `tagma members` adds it");
    }

    @SafeVarargs
    private GroupVerdict pbft(Map<String, String>... answers) {
        List<Optional<ReplicaStatus>> statuses = new ArrayList<>();
        for (int id = 0; id < answers.length; id++) {
            statuses.add(answers[id].isEmpty() ? Optional.empty() : ReplicaStatus.of(id, answers[id]));
        }
        return new GroupStatus(config, statuses).verdict();
    }

    @SafeVarargs
    private GroupVerdict raft(Map<String, String>... answers) {
        List<Optional<ReplicaStatus>> statuses = new ArrayList<>();
        for (int id = 0; id < answers.length; id++) {
            statuses.add(answers[id].isEmpty() ? Optional.empty() : ReplicaStatus.of(id, answers[id]));
        }
        return new GroupStatus(raft, statuses).verdict();
    }

    private static Map<String, String> in(String mode, long view) {
        return new HashMap<>(Map.of("mode", mode, "view", Long.toString(view), "lastExecutedAgeMillis", "400"));
    }

    private static Map<String, String> raftIn(String role, long term, int leader) {
        Map<String, String> answer = new HashMap<>(Map.of("mode", role, "primary", Integer.toString(leader)));
        answer.put("view", Long.toString(term));
        answer.put("lastExecutedAgeMillis", "400");
        answer.put("voters", "0,1,2");
        List.of("lastCommitted", "lastExecuted").forEach(name -> answer.put(name, "7"));
        return answer;
    }
}
