package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in what bounds the bytes between PBFT's watermarks, and those of requests that wait. */
final class MemoryMutants {

    private static final String MEMORY = "PbftMemoryTest#";
    private static final String LARGE = "LargeRequestsTest#";
    private static final String POOL = "PbftPoolMemoryTest#";

    static final List<Mutant> ALL = List.of(
            of(
                    "an interval may weigh anything",
                    "37",
                    "core/pbft/PbftValidator",
                    "|| state.room.weight(batch) > state.room.inInterval(message.sequence())",
                    "",
                    MEMORY + "oneIntervalTakesItsShareAndNoMore"),
            of(
                    "a window may weigh anything",
                    "37",
                    "core/pbft/NormalCase",
                    "|| state.room.forProposal(message.sequence(), state.room.weight(message.batch()))",
                    "|| true",
                    MEMORY + "aPrimaryThatProposesLargeBatchesAcrossTheWindowFillsItsBudgetAndNoMore"),
            of(
                    "what comes next has no room in a full window",
                    "37",
                    "core/pbft/WindowRoom",
                    "boolean isNext = sequence <= state.lastCommitted + 1",
                    "boolean isNext = false",
                    MEMORY + "whatComesNextHasRoomUpToTheNextCheckpoint"),
            of(
                    "what is fetched may weigh anything",
                    "37",
                    "core/pbft/BatchFetcher",
                    "if (!state.room.toFetch(message.sequence(), state.room.weight(batch)))",
                    "if (false)",
                    MEMORY + "whatIsCommittedAndFetchedIsBoundedTooAndTheLowestOfItAlwaysHasRoom"),
            of(
                    "authenticators of a fetched batch may weigh anything",
                    "37",
                    "core/pbft/BatchFetcher",
                    "if (!state.room.isWellMade(batch))",
                    "if (false)",
                    MEMORY + "authenticatorsThatNoGoodRequestHasAreRefused"),
            of(
                    "a slot keeps every body",
                    "37",
                    "core/pbft/Slot",
                    "boolean goes = !isNeeded.test(body.digest());",
                    "boolean goes = false;",
                    MEMORY + "aSlotKeepsTheBodiesOfWhatPreparedAndOfWhatItAcceptedLastHoweverManyViewsPropose"),
            of(
                    "a primary does not go on to the next checkpoint",
                    "37",
                    "core/pbft/NormalCase",
                    "fill(state.room.endOfInterval(state.nextSequence));",
                    "",
                    MEMORY + "afterLargeBatchesThePrimaryGoesOnToTheNextCheckpointWithEmptyOnes"),
            of(
                    "what a view left over is kept in the next",
                    "37",
                    "core/pbft/ViewChanger",
                    "state.releaseLeftOver();",
                    "",
                    MEMORY + "whatADeposedPrimaryProposedAndNobodyPreparedIsGivenBack"),
            of(
                    "a body that only a liar has is waited for",
                    "17",
                    "core/pbft/ViewChanger",
                    "missing.addAll(without);",
                    "missing.addAll(without); if (!missing.isEmpty()) { break; }",
                    MEMORY + "aBatchThatOnlyALiarHasKeepsNoViewFromBeingOpened"),
            of(
                    "what is carried over is voted for without its body",
                    "17",
                    "core/pbft/NormalCase",
                    "batchFetcher.want(sequence, digest); return; } state.accept(slot, digest); slot.prepare(",
                    "batchFetcher.want(sequence, digest); } state.accept(slot, digest); slot.prepare(",
                    MEMORY + "nobodyVotesForWhatIsCarriedOverBeforeItsBodyIsHere"),
            of(
                    "what is carried over without its body is not timed",
                    "17",
                    "core/pbft/PrimaryMonitor",
                    "boolean open = state.awaitsCarriedOver() ||",
                    "boolean open =",
                    MEMORY + "aPrimaryThatHidesWhatItCarriedOverIsSuspected"),
            of(
                    "a want that is over keeps its place",
                    "17",
                    "core/pbft/BatchFetcher",
                    "wanted.keySet().removeIf(batch -> !batches.contains(batch) && !isCommitted(batch));",
                    "",
                    MEMORY + "whatALiarKeepsDoesNotHinderThatTheOtherIsFetched"),
            of(
                    "Q has no bound",
                    "9",
                    "core/pbft/Slot",
                    "oldest().ifPresent(prePrepared::remove);",
                    "",
                    MEMORY + "aPrimaryThatProposesSomethingElseInEachOfManyViewsMakesNoViewChangeTooLarge"),
            of(
                    "a pool is bounded in numbers only",
                    "37",
                    "core/pbft/PoolQuotas",
                    "present.requests < requests && present.bytes + another.size() <= bytes",
                    "present.requests < requests",
                    POOL + "oneClientsLargeRequestsLeaveRoomForAnothers"),
            of(
                    "what waits for a lower number keeps that out",
                    "37",
                    "core/pbft/SessionLane",
                    "boolean follows = number > request.number() &&",
                    "boolean follows = false &&",
                    POOL + "aLargeRequestThatIsNextTakesThePlaceOfThoseThatWaitForIt"),
            of(
                    "a backup hands over more bytes than the primary must take",
                    "39",
                    "core/pbft/PoolQuotas",
                    "bytes / partsOfBytes);",
                    "bytes);",
                    POOL + "whatABackupHandsOverFitsWhatThePrimaryMustTakeInBytesToo"),
            of(
                    "a pipeline is counted from what was executed here",
                    "",
                    "core/pbft/SessionLane",
                    "return Math.max(next - 1, Math.max(proposedUpTo, committedUpTo));",
                    "return next - 1;",
                    POOL + "aFullPipelineIsCountedFromWhatWasProposedNotFromWhatWasExecutedHere"),
            of(
                    "what has no room keeps its place among what has",
                    "37",
                    "core/pbft/ProposalTurns",
                    "heldUp.addAll(ready);",
                    "ready.addAll(heldUp); heldUp = ready;",
                    LARGE + "whatHasNoRoomHoldsUpNobodyAndHasTheFirstTurnOnceThereIsRoom"),
            of(
                    "empty batches count as batches of requests",
                    "37",
                    "core/pbft/NormalCase",
                    "underWay() - emptyUnderWay() < state.config.pipelineDepth()",
                    "underWay() < state.config.pipelineDepth()",
                    LARGE + "aSmallRequestIsProposedAtOnceWhileThePrimaryFillsAnIntervalForALargeOne"),
            of(
                    "a primary is at fault for what has no room",
                    "39",
                    "core/pbft/PrimaryMonitor",
                    "head.excuse(parts);",
                    "",
                    LARGE + "aClientOfLargeRequestsDeposesNobodyAndLeavesAnotherHalfOfWhatTheGroupCanDo"),
            of(
                    "what is expected follows the average alone",
                    "39",
                    "core/pbft/AdaptiveTimeouts",
                    "Math.max(LATENCIES * averageLatency, LONGEST * longestLatency)",
                    "LATENCIES * averageLatency",
                    LARGE + "aLargeBatchThatTakesLongAmongManySmallOnesIsExpectedToTakeLongAgain"));

    private MemoryMutants() {}
}
