package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.core.protocol.Action;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.AppendEntriesReply;
import org.tagma.core.raft.message.RaftMessage.RequestVote;
import org.tagma.core.raft.message.RaftMessage.RequestVoteReply;
import org.tagma.core.raft.message.RaftRecord;

/**
 * Elections as etcd's Raft is known to hold them; each test names the one of etcd's that it restates. Where this
 * implementation always asks by pre-vote, the outcome is asserted and not the intermediate term.
 */
class RaftThirdPartyElectionTest {

    /** TestFollowerUpdateTermFromMessage, TestCandidateUpdateTermFromMessage, TestLeaderUpdateTermFromMessage. */
    @ParameterizedTest
    @ValueSource(strings = {"follower", "pre-candidate", "candidate", "leader"})
    void aLaterTermIsTakenOverInEveryRole(String role) {
        LoneReplica replica = new LoneReplica(3, 1, -1, 1);
        switch (role) {
            case "pre-candidate" -> replica.tickUntilItStands();
            case "candidate" -> replica.stand(3);
            case "leader" -> replica.lead(3);
            default -> {}
        }
        assertThat(replica.status().role()).isEqualTo(role);
        replica.clear().receive(2, new AppendEntries(5, 0, 0, List.of(), 0, 0));
        assertThat(replica.status().role()).isEqualTo("follower");
        assertThat(replica.status().term()).isEqualTo(5);
        assertThat(replica.status().leader()).isEqualTo(2);
        assertThat(replica.actions().stream().filter(action -> action instanceof Action.Persist))
                .as("the term is durable before anything is said in it")
                .first()
                .isEqualTo(new Action.Persist(new RaftRecord.HardState(5, -1)));
    }

    /** TestRejectStaleTermMessage, TestOldMessages: the sender is told of the later term, and nothing changes. */
    @Test
    void whatAnOverthrownLeaderSendsChangesNothing() {
        LoneReplica replica = new LoneReplica(3, 3, -1, 1, 2).clear();
        long before = replica.protocol.stateHash();
        replica.receive(1, new AppendEntries(2, 1, 1, LoneReplica.entries(2, 2, 2), 2, 4));
        assertThat(replica.rejections()).containsExactly("STALE_TERM");
        assertThat(replica.sentTo(1, AppendEntriesReply.class))
                .containsExactly(new AppendEntriesReply(3, 0, false, 0, 0, 0, false));
        assertThat(replica.protocol.stateHash()).isEqualTo(before);
    }

    /** TestLeaderBcastBeat. */
    @Test
    void aLeaderSaysSoAtEveryHeartbeat() {
        LoneReplica leader = new LoneReplica(3, 1, -1).lead(3).clear();
        leader.tick(1);
        assertThat(leader.sent(AppendEntries.class)).isEmpty();
        leader.tick(1);
        assertThat(leader.sentTo(1, AppendEntries.class)).hasSize(1);
        assertThat(leader.sentTo(2, AppendEntries.class)).hasSize(1);
        assertThat(leader.sent(AppendEntries.class))
                .allMatch(beat -> beat.entries().isEmpty() && beat.term() == 2);
    }

    /** TestLeaderElectionInOneRoundRPC. */
    @ParameterizedTest
    @CsvSource({
        "3,2,0,leader",
        "3,1,0,leader",
        "5,4,0,leader",
        "5,3,0,leader",
        "5,2,0,leader",
        "3,0,2,follower",
        "5,0,4,follower",
        "5,1,3,follower",
        "3,0,0,candidate",
        "3,0,1,candidate",
        "5,1,0,candidate",
        "5,0,2,candidate",
        "5,1,2,candidate",
        "5,0,0,candidate"
    })
    void anElectionIsDecidedByAMajorityEitherWay(int replicas, int granted, int refused, String role) {
        LoneReplica candidate = new LoneReplica(replicas, 1, -1).stand(replicas);
        for (int voter = 1; voter <= granted; voter++) {
            candidate.receive(voter, new RequestVoteReply(2, 2, false, true));
        }
        for (int voter = granted + 1; voter <= granted + refused; voter++) {
            // Said twice, as a network may: it counts once.
            candidate.receive(voter, new RequestVoteReply(2, 2, false, false));
            candidate.receive(voter, new RequestVoteReply(2, 2, false, false));
        }
        assertThat(candidate.status().role()).isEqualTo(role);
        assertThat(candidate.status().term()).isEqualTo(2);
    }

    /** TestFollowerVote: first come, first served, and again for the same. */
    @ParameterizedTest
    @CsvSource({"-1,1,true", "-1,2,true", "1,1,true", "2,2,true", "1,2,false", "2,1,false"})
    void oneVoteATerm(int votedFor, int candidate, boolean granted) {
        LoneReplica voter = new LoneReplica(3, 1, votedFor).clear();
        voter.receive(candidate, new RequestVote(1, 0, 0, false, false));
        assertThat(voter.sentTo(candidate, RequestVoteReply.class))
                .containsExactly(new RequestVoteReply(1, 1, false, granted));
        assertThat(voter.status().votedFor()).isEqualTo(granted ? candidate : votedFor);
    }

    /** TestVoteRequest: the end of the log is in the question, to everybody but itself. */
    @ParameterizedTest
    @CsvSource({"1,1", "2,2"})
    void aCandidateSaysHowItsLogEnds(int entries, long term) {
        long[] terms = IntStream.rangeClosed(1, entries).asLongStream().toArray();
        LoneReplica replica = new LoneReplica(3, term, -1, terms).stand(3);
        replica.receive(1, new AppendEntriesReply(term + 5, 0, false, 0, 0, 0, false))
                .clear();
        replica.tickUntilItStands();
        RequestVote asked = new RequestVote(term + 6, entries, term, true, false);
        assertThat(replica.sentTo(1, RequestVote.class)).containsExactly(asked);
        assertThat(replica.sentTo(2, RequestVote.class)).containsExactly(asked);
    }

    /** TestFollowersElectionTimeoutNonconflict: in less than a third of all rounds do two of five wake up together. */
    @Test
    void electionTimeoutsRarelyCollide() {
        int rounds = 300;
        int collisions = 0;
        for (int round = 0; round < rounds; round++) {
            int[] waits = new int[5];
            for (int id = 0; id < waits.length; id++) {
                RaftConfig config = RaftConfig.forTests(0, Configuration.ofFirst(5), round * 31L + id, false);
                LoneReplica replica = new LoneReplica(config, 1, -1);
                for (; replica.sent(RequestVote.class).isEmpty(); waits[id]++) {
                    replica.tick(1);
                }
            }
            Arrays.sort(waits);
            collisions += waits[0] == waits[1] ? 1 : 0;
        }
        assertThat(collisions).isBetween(1, rounds / 3);
    }

    /** TestDuelingPreCandidates: who cannot reach the leader asks in vain and raises nobody's term. */
    @Test
    void aDuelOfPreCandidatesDisturbsNobody() {
        RaftCluster cluster = new RaftCluster(3, 11);
        cluster.connected = (from, to) -> from + to != 2 || from.equals(to);
        cluster.elect(0);
        long term = cluster.node(0).status().term();
        for (int round = 0; round < 60; round++) {
            cluster.run(1);
            cluster.tick(2);
        }
        assertThat(cluster.node(0).leads()).isTrue();
        assertThat(cluster.node(2).status().term()).isLessThanOrEqualTo(term);
        cluster.heal();
        cluster.run(25);
        assertThat(cluster.node(0).leads()).isTrue();
        assertThat(cluster.node(0).status().term()).isEqualTo(term);
        assertThat(cluster.node(2).status().leader()).isZero();
    }

    /** TestCandidateConcede: whoever campaigned alone follows, and gets the log, when it is back. */
    @Test
    void aLonelyCandidateGivesWay() {
        RaftCluster cluster = new RaftCluster(3, 12);
        cluster.isolate(0);
        for (int i = 0; i < 50; i++) {
            cluster.tick(0);
        }
        cluster.elect(2);
        cluster.submitAll("op", 1);
        cluster.heal();
        cluster.runUntil(() -> cluster.executedEverywhere("op0"), 30);
        assertThat(cluster.node(2).leads()).isTrue();
        assertThat(cluster.node(0).status().role()).isEqualTo("follower");
    }

    /** TestFreeStuckCandidateWithCheckQuorum, TestPreVoteMigrationWithFreeStuckPreCandidate. */
    @Test
    void aReplicaInALaterTermIsNotStuckThere() {
        RaftCluster cluster = new RaftCluster(3, 13);
        cluster.elect(0);
        cluster.submitAll("op", 2);
        cluster.crash(2);
        cluster.restartWith(2, 9, LoneReplica.entries(1, 1));
        cluster.runUntil(
                () -> cluster.leader().isPresent()
                        && cluster.leader().get().status().term() > 9
                        && cluster.node(2).status().term()
                                == cluster.leader().get().status().term(),
                60);
        assertThat(cluster.leader().orElseThrow().id)
                .as("its log lacks what is committed")
                .isNotEqualTo(2);
        cluster.runUntil(() -> cluster.executedEverywhere("op1"), 20);
    }

    /** TestNonPromotableVoterWithCheckQuorum, TestLearnerElectionTimeout: who has no vote never stands. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void whoHasNoVoteNeverStands(boolean learner) {
        Configuration group = new Configuration(List.of(1, 2), List.of(), learner ? List.of(0) : List.of());
        LoneReplica replica = new LoneReplica(RaftConfig.forTests(0, group, 3, false), 1, -1, 1);
        replica.tick(100);
        assertThat(replica.sent(RequestVote.class)).isEmpty();
        assertThat(replica.status().term()).isEqualTo(1);
    }

    /** TestLearnerCanVote: it may not know yet that it has been promoted, and the candidate counts by its own log. */
    @Test
    void aLearnerThatIsAskedVotes() {
        Configuration group = new Configuration(List.of(1, 2), List.of(), List.of(0));
        LoneReplica learner = new LoneReplica(RaftConfig.forTests(0, group, 3, false), 1, -1, 1);
        learner.receive(1, new RequestVote(2, 5, 1, false, false));
        assertThat(learner.sentTo(1, RequestVoteReply.class)).containsExactly(new RequestVoteReply(2, 2, false, true));
        assertThat(learner.status().votedFor()).isEqualTo(1);
    }

    /** TestPreVoteWithSplitVote: both survivors wake up in the same moment; the next timeout tells them apart. */
    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void aSplitVoteIsResolved(long seed) {
        RaftCluster cluster = new RaftCluster(3, seed);
        cluster.elect(0);
        long term = cluster.node(0).status().term();
        cluster.crash(0);
        for (int id = 1; id <= 2; id++) {
            for (int i = 0; i < 21 && !cluster.node(id).status().role().equals("pre-candidate"); i++) {
                cluster.tick(id);
            }
            assertThat(cluster.node(id).status().role()).isEqualTo("pre-candidate");
        }
        cluster.runUntil(() -> cluster.leader().isPresent(), 100);
        assertThat(cluster.up().filter(RaftNode::leads)).hasSize(1);
        assertThat(cluster.leader().orElseThrow().status().term()).isGreaterThan(term);
    }

    /** TestLeaderElectionOverwriteNewerLogs: a majority without the newest entry may elect a leader that undoes it. */
    @Test
    void anEntryThatNoMajorityHadIsOverwritten() {
        RaftCluster cluster = new RaftCluster(5, 14);
        cluster.restartWith(0, 1, LoneReplica.entries(1, 1));
        cluster.restartWith(1, 1, LoneReplica.entries(1, 1));
        cluster.restartWith(2, 2, LoneReplica.entries(1, 2));
        cluster.restartWith(3, 2, List.of());
        cluster.restartWith(4, 2, List.of());
        cluster.elect(0);
        cluster.run(10);
        assertThat(cluster.node(0).status().term()).isGreaterThan(2);
        assertThat(cluster.nodes)
                .allMatch(node -> node.status().commitIndex() == 2 && node.log.term(1) == 1 && node.log.term(2) > 2);
    }

    /** TestLeaderStepdownWhenQuorumActive, TestLeaderStepdownWhenQuorumLost: f of the others suffice, fewer do not. */
    @ParameterizedTest
    @CsvSource({"5,2,leader", "5,1,follower", "3,1,leader", "3,0,follower"})
    void aLeaderNeedsToHearAMajority(int replicas, int heard, String role) {
        LoneReplica leader = new LoneReplica(replicas, 1, -1).lead(replicas);
        for (int tick = 0; tick < 30; tick++) {
            leader.tick(1);
            for (int follower = 1; follower <= heard; follower++) {
                leader.acknowledge(follower, 0);
            }
            if (!leader.status().role().equals("leader")) {
                break;
            }
        }
        assertThat(leader.status().role()).isEqualTo(role);
    }
}
