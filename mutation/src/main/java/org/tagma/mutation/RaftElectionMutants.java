package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes of Raft in the election of leaders, and in what a replica remembers of it. */
final class RaftElectionMutants {

    static final List<Mutant> ALL = List.of(
            of(
                    "an election is won with half of the votes",
                    "",
                    "core/Quorums",
                    "return replicas / 2 + 1;",
                    "return (replicas + 1) / 2;",
                    "raft.RaftThirdPartyGroupTest#removingADeadReplicaLetsACommandCommit"),
            of(
                    "a vote goes to any log",
                    "26",
                    "core/raft/Election",
                    "&& state.log.isUpToDate(message.lastLogIndex(), message.lastLogTerm());",
                    ";",
                    "raft.RaftSnapshotTest#aTransferWhoseSourceDiesGoesOnWithTheNextLeader",
                    "raft.RaftThirdPartyElectionTest#aReplicaInALaterTermIsNotStuckThere"),
            of(
                    "the longer log is the newer one",
                    "26",
                    "core/raft/RaftLog",
                    "return otherLastTerm > lastTerm() || (otherLastTerm == lastTerm() && otherLastIndex >="
                            + " lastIndex());",
                    "return otherLastIndex >= lastIndex();",
                    "raft.RaftSlipsTest#aLongerLogOfAnEarlierTermGetsNoVote"),
            of(
                    "of two logs with one last term the shorter will do",
                    "26",
                    "core/raft/RaftLog",
                    "(otherLastTerm == lastTerm() && otherLastIndex >= lastIndex())",
                    "otherLastTerm == lastTerm()",
                    "raft.RaftSnapshotTest#aTransferWhoseSourceDiesGoesOnWithTheNextLeader",
                    "raft.RaftThirdPartyElectionTest#aReplicaInALaterTermIsNotStuckThere"),
            of(
                    "two votes in a term",
                    "27",
                    "core/raft/Election",
                    "return state.votedFor() == candidate || (state.votedFor() == RaftState.NOBODY && state.leader =="
                            + " RaftState.NOBODY);",
                    "return true;",
                    "raft.RaftTrapsTest#trap27AVoterThatRestartsVotesForNobodyElseInTheTerm"),
            of(
                    "who votes forgets it",
                    "27",
                    "core/raft/RaftState",
                    "votedFor = candidate; hardStateChanged = true;",
                    "hardStateChanged = true;",
                    "raft.RaftTrapsTest#trap27TermAndVoteAreDurableBeforeTheAnswer",
                    "raft.RaftTrapsTest#trap28APartitionedReplicaComesBackWithoutDisturbingTheLeader"),
            of(
                    "term and vote are not durable",
                    "27",
                    "core/raft/RaftState",
                    "out.add(new Action.Persist(new RaftRecord.HardState(term, votedFor)));",
                    "",
                    "raft.RaftTrapsTest#trap27TermAndVoteAreDurableBeforeTheAnswer",
                    "raft.RaftTrapsTest#trap28APartitionedReplicaComesBackWithoutDisturbingTheLeader"),
            of(
                    "the answer leaves before the vote is durable",
                    "27",
                    "core/raft/RaftState",
                    "flushHardState(); out.add(action);",
                    "out.add(action);",
                    "raft.RaftTrapsTest#trap27TermAndVoteAreDurableBeforeTheAnswer",
                    "raft.RaftTrapsTest#trap28APartitionedReplicaComesBackWithoutDisturbingTheLeader"),
            of(
                    "a vote is forgotten in a restart",
                    "27",
                    "core/raft/RaftState",
                    "votedFor = record.votedFor();",
                    "votedFor = NOBODY;",
                    "raft.RaftTrapsTest#trap27AVoterThatRestartsVotesForNobodyElseInTheTerm"),
            of(
                    "a term is forgotten in a restart",
                    "27",
                    "core/raft/RaftState",
                    "term = record.term(); votedFor = record.votedFor();",
                    "votedFor = NOBODY;",
                    "raft.RaftTrapsTest#trap26FigureEightAnEntryOfAnEarlierTermIsNotCommittedByCounting",
                    "raft.RaftTrapsTest#trap27AVoterThatRestartsVotesForNobodyElseInTheTerm"),
            of(
                    "a vote outlives its term",
                    "27",
                    "core/raft/RaftState",
                    "term = newTerm; votedFor = NOBODY;",
                    "term = newTerm;",
                    "raft.RaftTrapsTest#aReplicaThatLostItsLogNeitherVotesNorCountsUntilItHasItAgain",
                    "raft.RaftElectionTest#aLeaderCutOffFromTheMajorityStepsDownWithinTwoElectionTimeouts"),
            of(
                    "a pre-vote counts as a vote",
                    "28",
                    "core/raft/Election",
                    "Role asking = message.preVote() ? Role.PRE_CANDIDATE : Role.CANDIDATE; long electionTerm ="
                            + " message.preVote() ? state.term() + 1 : state.term();",
                    "Role asking = state.role == Role.CANDIDATE ? Role.CANDIDATE : message.preVote() ?"
                            + " Role.PRE_CANDIDATE : Role.CANDIDATE; long electionTerm = message.electionTerm();",
                    "raft.RaftElectionTest#transferToAFollowerThatLagsLetsItCatchUpFirst"),
            of(
                    "no pre-vote",
                    "28",
                    "core/raft/Election",
                    "if (mayStand()) { preVote(); }",
                    "if (mayStand()) { byTransfer = false; stand(); }",
                    "raft.RaftTrapsTest#trap28APartitionedReplicaComesBackWithoutDisturbingTheLeader",
                    "raft.RaftElectionTest#aRefusedMajorityEndsTheCandidacy"),
            of(
                    "a pre-vote changes the term",
                    "28",
                    "core/raft/Election",
                    "if (message.term() > state.term() && !message.preVote()) {",
                    "if (message.term() > state.term()) {",
                    "raft.RaftTrapsTest#trap28APartitionedReplicaComesBackWithoutDisturbingTheLeader",
                    "raft.RaftTrapsTest#trap28APartialPartitionDoesNotChangeTheLeader"),
            of(
                    "who hears a leader votes all the same",
                    "28",
                    "core/raft/Election",
                    "if (message.term() > state.term() && state.hearsLeader() && !message.transfer()) {",
                    "if (false) {",
                    "raft.RaftElectionTest#whoHearsALeaderTakesNoPartInAnElectionUnlessTheLeaderWantsIt"),
            of(
                    "a leader without a quorum stays",
                    "28",
                    "core/raft/Leader",
                    "if (!replication.hearsQuorum()) {",
                    "if (!replication.hearsQuorum() && state.term() < 0) {",
                    "raft.RaftElectionTest#aLeaderCutOffFromTheMajorityStepsDownWithinTwoElectionTimeouts",
                    "raft.RaftReadsTest#aPartitionedOldLeaderServesNoReadAndAcknowledgesNoWrite"),
            of(
                    "a follower that is not heard from counts as active",
                    "28",
                    "core/raft/Replication",
                    "state.tick - progress.heardAtTick < state.config.electionTimeoutTicks() && !progress.recovering;",
                    "!progress.recovering;",
                    "raft.RaftElectionTest#aLeaderCutOffFromTheMajorityStepsDownWithinTwoElectionTimeouts",
                    "raft.RaftReadsTest#aPartitionedOldLeaderServesNoReadAndAcknowledgesNoWrite"),
            of(
                    "one that cannot reach the leader deposes it",
                    "28",
                    "core/raft/Election",
                    "if (message.term() > state.term() && state.hearsLeader() && !message.transfer()) {",
                    "if (message.term() > state.term() && state.isLeader() && !message.transfer()) {",
                    "raft.RaftElectionTest#oneThatAloneCannotReachTheLeaderDisturbsNobody"),
            of(
                    "who sees that the leader has ended waits all the same",
                    "",
                    "core/raft/RaftState",
                    "electionDueAtTick = isHurried() ? tick + 1 + hurriedRank : tick",
                    "electionDueAtTick = tick",
                    "raft.RaftElectionTest#aLeaderWhoseProcessHasEndedIsReplacedWithinThreeTicks"),
            of(
                    "who sees that the leader has ended refuses others who do",
                    "",
                    "core/raft/RaftState",
                    "(!isHurried() && tick - heardFromLeaderAtTick",
                    "(tick - heardFromLeaderAtTick",
                    "raft.RaftElectionTest#aLeaderWhoseProcessHasEndedIsReplacedWithinThreeTicks"),
            of(
                    "a lease does not keep who cannot reach the leader quiet",
                    "30",
                    "core/raft/Election",
                    "&& !state.isLeader() && !state.config.leaseReads()) {",
                    "&& !state.isLeader()) {",
                    "raft.RaftElectionTest#withLeaseReadsNobodyStandsBeforeTheElectionTimeout"),
            of(
                    "who died is chosen to lead",
                    "",
                    "core/raft/Replication",
                    "return !progress.unreachable && state.tick - progress.heardAtTick <= 2L *"
                            + " state.config.heartbeatTicks();",
                    "return true;",
                    "raft.RaftThirdPartyGroupTest#whoHasJustDiedIsNotChosenToLead"),
            of(
                    "a newcomer must be within the pipeline",
                    "48",
                    "core/raft/MembershipChange",
                    "return round.inTime();",
                    "return state.log.lastIndex() - progress.match <= state.config.pipelineDepth();",
                    "raft.RaftMembershipTest#aNewcomerFarAwayIsPromotedUnderLoad"),
            of(
                    "a newcomer votes after any round",
                    "48",
                    "core/raft/MembershipChange",
                    "boolean inTime = state.tick - round.sinceTick() < state.config.electionTimeoutTicks();",
                    "boolean inTime = true;",
                    "raft.RaftMembershipTest#aNewcomerWhoseRoundsTakeTooLongStaysALearner"),
            of(
                    "a message that begins below what is committed is dropped whole",
                    "29",
                    "core/raft/Follower",
                    "message.entries().subList(known, message.entries().size()),",
                    "message.entries().subList(known, known),",
                    "raft.RaftReplicationTest#ofAMessageThatBeginsBelowWhatIsCommittedTheRestIsTaken"),
            of(
                    "a heartbeat does not put off the next election",
                    "28",
                    "core/raft/RaftState",
                    "hurriedUntilTick = 0; restartElectionTimer();",
                    "hurriedUntilTick = 0;",
                    "raft.RaftTrapsTest#trap28APartialPartitionDoesNotChangeTheLeader",
                    "raft.RaftThirdPartyElectionTest#aDuelOfPreCandidatesDisturbsNobody"),
            of(
                    "election timeouts are not random",
                    "",
                    "core/raft/RaftState",
                    "+ random.nextInt(config.electionTimeoutTicks());",
                    ";",
                    "raft.RaftElectionTest#timeoutsAreRandomAndBetweenOneAndTwoElectionTimeouts",
                    "raft.RaftThirdPartyElectionTest#electionTimeoutsRarelyCollide"),
            of(
                    "a later term in an answer is ignored",
                    "",
                    "core/raft/Election",
                    "if (message.term() > state.term()) { state.follow(message.term(), RaftState.NOBODY); return"
                            + " Verdict.ACCEPT; }",
                    "if (message.term() > state.term()) { return Verdict.ACCEPT; }",
                    "raft.RaftThirdPartyElectionTest#anEntryThatNoMajorityHadIsOverwritten"),
            of(
                    "who lost its log votes",
                    "27",
                    "core/raft/Election",
                    "&& !state.recovering && message.term() > state.votesAfterTerm",
                    "&& message.term() > state.votesAfterTerm",
                    "raft.RaftTrapsTest#aReplicaThatLostItsLogRefusesItsVoteAndDoesNotStand"),
            of(
                    "who lost its disk votes in the term of its leader",
                    "27",
                    "core/raft/Election",
                    "&& message.term() > state.votesAfterTerm",
                    "",
                    "raft.RaftAmnesiaRecoveryTest#itVotesInLaterTermsOnceItsLeaderHasCommittedAnEntryMadeSince"),
            of(
                    "who lost its disk asks only the leader that it hears first",
                    "27, 44",
                    "core/raft/AmnesiaRecovery",
                    "return fence.filter(each -> each.term() == state.term());",
                    "return fence;",
                    "raft.RaftAmnesiaRecoveryTest#theFenceOfALeaderIsWorthNothingUnderTheNext"),
            of(
                    "who lost its disk counts once it has what its leader had",
                    "27, 44",
                    "core/raft/AmnesiaRecovery",
                    "currentFence().filter(each -> each.index() <= state.commitIndex)",
                    "currentFence().filter(each -> each.index() - 1 <= state.commitIndex)",
                    "raft.RaftAmnesiaRecoveryTest#itVotesInLaterTermsOnceItsLeaderHasCommittedAnEntryMadeSince"),
            of(
                    "the fence is an entry that was there before",
                    "27, 44",
                    "core/raft/Leader",
                    "progress.forgot(state.log.lastIndex() + 1);",
                    "progress.forgot(state.log.lastIndex());",
                    "raft.RaftAmnesiaRecoveryTest#aLeaderThatIsAskedMakesAnEntry"),
            of(
                    "a late answer of the forgotten incarnation lifts the fence",
                    "27, 44",
                    "core/raft/Replication",
                    "} else if (!message.recovering() && message.success() && message.index() >= progress.fence) {",
                    "} else if (!message.recovering()) {",
                    "raft.RaftAmnesiaRecoveryTest#aLateAnswerOfTheForgottenIncarnationDoesNotMakeItCount"),
            of(
                    "who lost its disk takes part at once",
                    "27, 44",
                    "core/raft/Recovery",
                    "if (log.memory() == LogIntegrity.PARTIAL || log.memory() == LogIntegrity.LOST) {",
                    "if (log.memory() == LogIntegrity.PARTIAL) {",
                    "raft.RaftAmnesiaRecoveryTest"
                            + "#aReplicaWipedInAGroupThatHasGrownLosesNothingThatTheNewcomersCommitted"),
            of(
                    "who loses its vote by a change that is not committed does not stand",
                    "31",
                    "core/raft/Election",
                    "return state.mayHaveToLead() &&",
                    "return state.configuration().isVoter(state.self) &&",
                    "raft.RaftSlipsTest#trap31WhoLosesItsVoteByAChangeThatIsNotCommittedStillStands"),
            of(
                    "a learner stands",
                    "31",
                    "core/raft/Election",
                    "return state.mayHaveToLead() &&",
                    "return",
                    "raft.RaftSlipsTest#whoLostItsVoteByAChangeThatIsCommittedDoesNotStand"));

    private RaftElectionMutants() {}
}
