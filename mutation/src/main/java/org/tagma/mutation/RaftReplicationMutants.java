package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes of Raft in the replication of the log, and in its bounds. */
final class RaftReplicationMutants {

    private static final String MEMORY = "raft.RaftMemoryTest#";

    static final List<Mutant> ALL = List.of(
            of(
                    "a replica whose state diverged goes on",
                    "",
                    "core/raft/Snapshots",
                    "&& !own.stateDigest().equals(told.stateDigest());",
                    "&& false;",
                    "raft.RaftDivergedStateTest#aFollowerWithAnotherStateThanItsLeaderStopsAndNamesBoth"),
            of(
                    "a leader tells nobody what state it has",
                    "",
                    "core/raft/RaftProtocol",
                    "leader.replication().tellState();",
                    "",
                    "raft.RaftDivergedStateTest#aServiceThatIsNotDeterministicOnOneReplicaIsFoundAtTheNextSnapshot"),
            of(
                    "an entry of an earlier term is committed by counting",
                    "26",
                    "core/raft/Leader",
                    "if (stored > state.commitIndex && state.log.term(stored) == state.term()) {",
                    "if (stored > state.commitIndex) {",
                    "raft.RaftKnownBugsTest#bug26FigureEightAnEntryOfAnEarlierTermIsNotCommittedByCounting"),
            of(
                    "a leader counts itself before its log is durable",
                    "27",
                    "core/raft/Leader",
                    "state.persist(entries); state.send(state.self, new AppendEntriesReply(state.term(), 0, true,"
                            + " state.log.lastIndex(), 0, 0, false));",
                    "state.send(state.self, new AppendEntriesReply(state.term(), 0, true, state.log.lastIndex(), 0,"
                            + " 0, false)); state.persist(entries);",
                    "raft.RaftImplementationBugsTest#bug27ALeadersOwnAnswerComesAfterItsRecords"),
            of(
                    "an acknowledged entry is not durable",
                    "27",
                    "core/raft/Follower",
                    "taken.forEach(state::append); state.persist(taken);",
                    "taken.forEach(state::append);",
                    "raft.RaftKnownBugsTest#bug28APartitionedReplicaComesBackWithoutDisturbingTheLeader",
                    "raft.RaftKnownBugsTest#bug28APartialPartitionDoesNotChangeTheLeader"),
            of(
                    "a follower commits as far as its own log goes",
                    "",
                    "core/raft/Follower",
                    "state.committed(Math.min(message.leaderCommit(), agreed));",
                    "state.committed(Math.min(message.leaderCommit(), state.log.lastIndex()));",
                    "raft.RaftRandomTest#threeReplicasUnderRandomFaults(1)"),
            of(
                    "entries that are here already are replaced",
                    "29",
                    "core/raft/Follower",
                    "while (known < entries.size() && state.log.matches(",
                    "while (false && state.log.matches(",
                    "raft.RaftKnownBugsTest#bug29AStaleAppendEntriesDoesNotTruncateWhatIsThere",
                    "raft.RaftThirdPartyGroupTest#whoLostItsLogTakesPartAgainInAnIdleGroup"),
            of(
                    "the term before the entries is not compared",
                    "29",
                    "core/raft/Follower",
                    "if (state.log.matches(message.prevLogIndex(), message.prevLogTerm())) {",
                    "if (message.prevLogIndex() <= state.log.lastIndex()) {",
                    "raft.RaftReplicationTest#theLogsOfFigureSevenAreAllMadeEqualToTheLeaders",
                    "raft.RaftThirdPartyElectionTest#anEntryThatNoMajorityHadIsOverwritten"),
            of(
                    "a leader of an earlier term is followed",
                    "29",
                    "core/raft/RaftValidator",
                    "if (term < state.term()) { return RaftVerdict.STALE_TERM; }",
                    "if (term < state.term()) { return RaftVerdict.ACCEPT; }",
                    "raft.RaftKnownBugsTest#bug30AnAnswerToAnEarlierTermConfirmsNoRoundOfALaterOne",
                    "raft.RaftReadsTest#whoeverWasToldToTakeOverEndsTheLease"),
            of(
                    "a conflict is not gone back from",
                    "",
                    "core/raft/Replication",
                    "progress.probe(Math.min(message.index(), agreement + 1));",
                    "progress.probe(Math.max(message.index(), agreement + 1));",
                    "raft.RaftThirdPartyReplicationTest#aLeaderMovesOnlyOnAnswersThatSaySomethingNew",
                    "raft.RaftThirdPartyReplicationTest#aFullPipelineWhoseMessagesWereLostIsFreedByAHeartbeat"),
            of(
                    "an acknowledged index is taken for what was sent",
                    "26",
                    "core/raft/Progress",
                    "boolean news = index > match; match = Math.max(match, index);",
                    "boolean news = index > match; match = Math.max(match, next - 1);",
                    "raft.RaftKnownBugsTest#bug30NoReadBeforeAnEntryOfTheTermIsCommitted",
                    "raft.RaftKnownBugsTest#bug33AFollowerWhoseStateMachineStallsBoundsItsLog"),
            of(
                    "an answer of an earlier term counts",
                    "26, 30",
                    "core/raft/RaftProtocol",
                    "if (message.term() < state.term()) { return RaftVerdict.STALE_TERM; }",
                    "",
                    "raft.RaftImplementationBugsTest#bug26AnAcknowledgementOfAnEarlierTermCountsForNothing"),
            of(
                    "who lost its log counts at once",
                    "27",
                    "core/raft/Replication",
                    "return progress.recovering ? 0 : progress.match;",
                    "return progress.match;",
                    "raft.RaftKnownBugsTest#aReplicaThatLostItsLogNeitherVotesNorCountsUntilItHasItAgain",
                    "raft.RaftAmnesiaRecoveryTest#aReplicaWithAWipedDiskRejoinsOnceAMajorityHasCommittedWithoutIt"),
            of(
                    "a full follower is sent more and more",
                    "33",
                    "core/raft/Progress",
                    "return inflight.size() < config.maxInflightMessages() && inflightBytes <"
                            + " config.maxInflightBytes();",
                    "return true;",
                    "raft.RaftKnownBugsTest#bug33ASlowFollowerCostsTheLeaderNoMemory",
                    "raft.RaftThirdPartyReplicationTest#soManyMessagesAreInFlightAndNoMore"),
            of(
                    "only messages under way are counted, not their bytes",
                    "33",
                    "core/raft/Progress",
                    "&& inflightBytes < config.maxInflightBytes();",
                    ";",
                    "raft.RaftImplementationBugsTest#bug33BytesUnderWayAreBoundedNotOnlyMessages"),
            of(
                    "what is under way is never acknowledged",
                    "33",
                    "core/raft/Progress",
                    "inflightBytes -= inflight.poll().bytes();",
                    "inflight.poll();",
                    "raft.RaftImplementationBugsTest#bug33WhatIsAcknowledgedMakesRoom"),
            of(
                    "a log grows while nothing is executed",
                    "33",
                    "core/raft/Follower",
                    "return leaderCommit <= state.lastExecuted || state.hasRoomAfter(index, unexecutedBytes);",
                    "return true;",
                    "raft.RaftKnownBugsTest#bug33AFollowerWhoseStateMachineStallsBoundsItsLog",
                    "raft.RaftKnownBugsTest#anUncommittedTailLongerThanTheWindowIsTaken"),
            of(
                    "a leader proposes beyond the window",
                    "33",
                    "core/raft/RaftState",
                    "return index < windowEnd() && bytes < config.windowBytes();",
                    "return bytes < config.windowBytes();",
                    "raft.RaftImplementationBugsTest#bug33ALeaderWhoseStateMachineStallsBoundsItsLog"),
            of(
                    "what waits for execution is bounded in numbers only",
                    "33, 37",
                    "core/raft/RaftState",
                    "return index < windowEnd() && bytes < config.windowBytes();",
                    "return index < windowEnd();",
                    MEMORY + "aStalledStateMachineBoundsTheLogInBytesAndGoesOnAfterwards"),
            of(
                    "of what is committed at once each interval costs a state",
                    "33",
                    "core/raft/Snapshots",
                    "if (index == due) {",
                    "if (index % state.config.checkpointInterval() == 0) {",
                    "raft.RaftSnapshotTest#whatIsCommittedAtOnceCostsOneState"),
            of(
                    "no snapshot is due by bytes",
                    "37",
                    "core/raft/Snapshots",
                    "|| state.log.bytes(snapshotDueAfter + 1, index) >= state.config.memory().checkpointBytes()",
                    "",
                    MEMORY + "oneKeyOverwrittenWithLargeValuesLeavesTheLogAsLightAsItWas"),
            of(
                    "the tail of the log is bounded in numbers only",
                    "37",
                    "core/raft/RaftLog",
                    "while (bytes(low + 1, index) > maxBytes) {",
                    "while (bytes(low + 1, index) < 0) {",
                    MEMORY + "oneKeyOverwrittenWithLargeValuesLeavesTheLogAsLightAsItWas"),
            of(
                    "what was compacted away still counts",
                    "37",
                    "core/raft/RaftLog",
                    "bytesUpToBase = bytesUpTo(index);",
                    "",
                    MEMORY + "oneKeyOverwrittenWithLargeValuesLeavesTheLogAsLightAsItWas"),
            of(
                    "requests that wait are bounded in numbers only",
                    "37",
                    "core/raft/RequestPool",
                    "if (full || !bytes.hasRoomFor(request)) {",
                    "if (full) {",
                    MEMORY + "oneClientsLargeRequestsLeaveRoomForAnothers"),
            of(
                    "what was executed still takes its client's room",
                    "37",
                    "core/raft/RequestPool",
                    "bytes.remove(removed);",
                    "",
                    MEMORY + "whatIsExecutedOrHandedOnGivesItsBytesBack"),
            of(
                    "a pipeline without a depth",
                    "33",
                    "core/raft/Leader",
                    "&& last - state.commitIndex < state.config.pipelineDepth()",
                    "",
                    "raft.RaftImplementationBugsTest#bug33NoMoreIsUnderWayThanThePipelineIsDeep"),
            of(
                    "followers are not told what was committed",
                    "",
                    "core/raft/Leader",
                    "replication.tellCommit(); }",
                    "}",
                    "raft.RaftThirdPartyGroupTest#whoLostItsLogTakesPartAgainInAnIdleGroup",
                    "raft.RaftThirdPartyReplicationTest#followersAreToldWhatIsCommitted"),
            of(
                    "no empty entry begins a term",
                    "30",
                    "core/raft/Leader",
                    "append(List.of(new Entry.NoOp(state.log.lastIndex() + 1, state.term())));",
                    "",
                    "raft.RaftKnownBugsTest#bug26FigureEightAnEntryOfAnEarlierTermIsNotCommittedByCounting",
                    "raft.RaftKnownBugsTest#bug30NoReadBeforeAnEntryOfTheTermIsCommitted"),
            of(
                    "a leader counts a pipeline from what it has executed",
                    "",
                    "core/raft/RequestPool",
                    "return Math.max(next - 1, proposedUpTo);",
                    "return next - 1;",
                    "raft.RaftRequestPoolTest#aFullPipelineIsCountedFromWhatWasProposedNotFromWhatWasExecutedHere"));

    private RaftReplicationMutants() {}
}
