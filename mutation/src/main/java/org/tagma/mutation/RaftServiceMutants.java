package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes of Raft in reads, changes of the group, sessions and snapshots. */
final class RaftServiceMutants {

    static final List<Mutant> ALL = List.of(
            of(
                    "a read before an entry of the term is committed",
                    "30",
                    "core/raft/LeaderReads",
                    "if (gathering.isEmpty() || !state.hasCommittedInTerm()) {",
                    "if (gathering.isEmpty()) {",
                    "raft.RaftTrapsTest#trap30NoReadBeforeAnEntryOfTheTermIsCommitted"),
            of(
                    "a heartbeat confirms reads before an entry of the term is committed",
                    "30",
                    "core/raft/LeaderReads",
                    "Waiting reads = state.hasCommittedInTerm() ? takeGathering() : new Waiting(0);",
                    "Waiting reads = takeGathering();",
                    "raft.RaftTrapsTest#trap30NoReadBeforeAnEntryOfTheTermIsCommitted"),
            of(
                    "a read asks nobody",
                    "30",
                    "core/raft/LeaderReads",
                    "if (replication.holdsLease() && !transfer.gaveUpLease()) {",
                    "if (true) {",
                    "raft.RaftTrapsTest#trap30ALeaseThatRanOutIsNotTrustedEvenIfNoTickCame",
                    "raft.RaftTrapsTest#trap30ALeaseIsNotKeptAliveByAClockThatWasSetBackOrStoodStill"),
            of(
                    "a lease outlives a transfer",
                    "30",
                    "core/raft/LeaderReads",
                    "if (replication.holdsLease() && !transfer.gaveUpLease()) {",
                    "if (replication.holdsLease()) {",
                    "raft.RaftReadsTest#whoeverWasToldToTakeOverEndsTheLease"),
            of(
                    "a lease counts from the answer",
                    "30",
                    "core/raft/Replication",
                    "confirmedBegan = roundBegan.floorEntry(reached).getValue();",
                    "confirmedBegan = now();",
                    "raft.RaftSlipsTest#trap30ALeaseCountsFromTheQuestionAndNotFromTheAnswer"),
            of(
                    "a lease trusts the clock on the wall",
                    "30",
                    "core/raft/Replication",
                    "return isWithin(millis, wallMillis - earlier.wallMillis) && isWithin(millis, elapsedMillis - earlier.elapsedMillis);",
                    "return isWithin(millis, wallMillis - earlier.wallMillis);",
                    "raft.RaftTrapsTest#trap30ALeaseIsNotKeptAliveByAClockThatWasSetBackOrStoodStill"),
            of(
                    "rounds are counted on from the last term led",
                    "30",
                    "core/raft/Replication",
                    "round = 0; confirmedRound = 0;",
                    "confirmedRound = 0;",
                    "raft.RaftLostMemoryTest#aReplicaWithAWipedDiskRejoinsOnceItHasHeardAllOthers",
                    "raft.RaftThirdPartyElectionTest#aReplicaInALaterTermIsNotStuckThere"),
            of(
                    "a round of which nobody answered is confirmed",
                    "30",
                    "core/raft/Replication",
                    "replica == state.self ? round : ackThatCounts(replica));",
                    "round);",
                    "raft.RaftTrapsTest#trap30ALeaseThatRanOutIsNotTrustedEvenIfNoTickCame",
                    "raft.RaftTrapsTest#trap30ALeaseIsNotKeptAliveByAClockThatWasSetBackOrStoodStill"),
            of(
                    "a follower's read is served from its own commit index",
                    "30",
                    "core/raft/FollowerReads",
                    "queue.confirmed(question.ids(), message.index());",
                    "queue.confirmed(question.ids(), 0);",
                    "raft.RaftReadsTest#aFollowersReadWaitsUntilItHasExecutedSoMuch"),
            of(
                    "a read does not wait until so much is executed",
                    "30",
                    "core/raft/ReadQueue",
                    "ids.forEach(id -> ready.add(new Ready(id, index)));",
                    "ids.forEach(id -> ready.add(new Ready(id, 0)));",
                    "raft.RaftReadsTest#aFollowersReadWaitsUntilItHasExecutedSoMuch"),
            of(
                    "reads wait without bound",
                    "33",
                    "core/raft/ReadQueue",
                    "if (waiting >= state.config.maxPendingReads()) {",
                    "if (false) {",
                    "raft.RaftSlipsTest#trap33ReadsThatWaitAreBounded"),
            of(
                    "one majority decides while the group is joint",
                    "31",
                    "core/raft/Configuration",
                    "return isJoint() ? Math.min(reached, reachedByMajority(oldVoters, value)) : reached;",
                    "return reached;",
                    "raft.RaftMembershipTest#aJointConfigurationNeedsBothMajorities",
                    "raft.RaftThirdPartyGroupTest#removingADeadReplicaLetsACommandCommit"),
            of(
                    "a group changes before an entry of the term is committed",
                    "31",
                    "core/raft/MembershipChange",
                    "} else if (!state.hasCommittedInTerm()) {",
                    "} else if (false) {",
                    "raft.RaftTrapsTest#trap31NoChangeOfTheGroupBeforeAnEntryOfTheTermIsCommitted"),
            of(
                    "a change begins while another is under way",
                    "31",
                    "core/raft/MembershipChange",
                    "if (pending.isPresent() || state.configuration().isJoint() || isUncommitted()) {",
                    "if (false) {",
                    "raft.RaftMembershipTest#oneChangeAtATime"),
            of(
                    "the new configuration comes before the joint one is committed",
                    "31",
                    "core/raft/MembershipChange",
                    "if (!state.isLeader() || !state.hasCommittedInTerm() || isUncommitted()) {",
                    "if (!state.isLeader() || !state.hasCommittedInTerm()) {",
                    "raft.RaftTrapsTest#trap31AChangeBegunByALeaderThatDiesInTheJointConfigurationIsTakenToItsEnd",
                    "raft.RaftMembershipTest#oneChangeAtATime"),
            of(
                    "a newcomer votes before it has caught up",
                    "31",
                    "core/raft/MembershipChange",
                    "voter -> current.isVoter(voter) || isCaughtUp(voter)",
                    "voter -> true",
                    "raft.RaftMembershipTest#newcomersLearnBeforeTheyVote",
                    "raft.RaftMembershipTest#aNewcomerThatNeverCatchesUpStaysALearner"),
            of(
                    "an old configuration comes back not with its entry",
                    "31",
                    "core/raft/MembershipLog",
                    "configurations.tailMap(index, true).clear();",
                    "",
                    "raft.RaftMembershipTest#anUncommittedConfigurationIsUndoneWithItsEntry"),
            of(
                    "a leader that was removed leads on",
                    "31",
                    "core/raft/MembershipChange",
                    "finish(); transfer.leave();",
                    "finish();",
                    "raft.RaftMembershipTest#aLeaderThatIsRemovedLeavesAfterTheChangeIsCommitted",
                    "raft.RaftThirdPartyGroupTest#aLeaderThatIsRemovedRefusesWhatWaits"),
            of(
                    "the group is changed at once from one to another",
                    "31",
                    "core/raft/MembershipChange",
                    "append(current.jointTo(target));",
                    "append(target);",
                    "raft.RaftTrapsTest#trap31AChangeBegunByALeaderThatDiesInTheJointConfigurationIsTakenToItsEnd",
                    "raft.RaftThirdPartyGroupTest#aLeaderThatIsRemovedRefusesWhatWaits"),
            of(
                    "a joint configuration of an earlier leader is left as it is",
                    "31",
                    "core/raft/MembershipChange",
                    "if (current.isJoint()) {",
                    "if (current.isJoint() && pending.isPresent()) {",
                    "raft.RaftSlipsTest#trap31AJointConfigurationInTheLogIsTakenToItsEnd"),
            of(
                    "a request sent again is executed again",
                    "32",
                    "core/service/SessionTable",
                    "return request.number() == session.nextNumber() ? new Verdict.Execute()",
                    "return true ? new Verdict.Execute()",
                    "TrapsExecutionTest#trap16_anOldRequestOrderedAgainBringsOnlyTheCachedReply"),
            of(
                    "a fetched state comes without its sessions",
                    "32",
                    "core/service/ReplicatedService",
                    "sessions = state.sessions();",
                    "sessions = new SessionTable(limits);",
                    "raft.RaftTrapsTest#trap33AFollowerWhoseStateMachineStallsBoundsItsLog",
                    "raft.RaftMembershipTest#newcomersLearnBeforeTheyVote"),
            of(
                    "an offered state is fetched though the log has it",
                    "29",
                    "core/raft/Snapshots",
                    "if (offer.index() > state.commitIndex && state.log.matches(offer.index(), offer.term())) {",
                    "if (false) {",
                    "raft.RaftTrapsTest#trap29ASnapshotOfWhatTheLogHasOnlyCommitsIt"),
            of(
                    "the log is compacted beyond the state",
                    "29",
                    "core/raft/Snapshots",
                    "long compactTo = Math.max(state.log.baseIndex(), index - state.config.logTail());",
                    "long compactTo = Math.max(state.log.baseIndex(), state.log.lastIndex());",
                    "raft.RaftMembershipTest#newcomersLearnBeforeTheyVote",
                    "raft.RaftSnapshotTest#aReplicaWhoseOwnStateIsGoneAsksTheLeaderForANewerOne"),
            of(
                    "a state names the group of later",
                    "31",
                    "core/raft/Snapshots",
                    "state.memberships.at(index)",
                    "state.memberships.latest()",
                    "raft.RaftSlipsTest#trap31AStateNamesTheGroupAsOfItsIndex"));

    private RaftServiceMutants() {}
}
