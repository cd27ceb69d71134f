package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in windows, memory, bodies, time and fairness. */
final class NormalCaseMutants {

    private static final String NORMAL = "KnownBugsNormalCaseTest#";
    private static final String JUDGED = "PrimaryJudgedTest#";
    private static final String BUSY = "aPrimaryWithFullBatchesAtThePaceOfOthersIsBusyAndOneThatIsSlowerIsNot";
    private static final String EXECUTION = "KnownBugsExecutionTest#";
    private static final String FLOOD = NORMAL + "bug09_aFloodOfFutureMessagesCostsBoundedMemoryAndNoThroughput";
    private static final String TRACE = NORMAL + "bug10_aRefusedMessageLeavesNoTrace";
    private static final String WITHHELD = NORMAL + "bug17_aBodyThatThePrimaryWithheldIsFetchedFromOthers";

    static final List<Mutant> ALL = List.of(
            of(
                    "no high watermark",
                    "9, 13",
                    "core/pbft/PbftState",
                    "return sequence > stable.sequence() && sequence <= stable.sequence() + config.logWindow();",
                    "return sequence > stable.sequence();",
                    FLOOD),
            of(
                    "checkpoint votes without a window",
                    "9",
                    "core/pbft/PbftValidator",
                    "return atCheckpoint ? inWindow(state, message.sequence()) :",
                    "return atCheckpoint ? PbftVerdict.ACCEPT :",
                    FLOOD),
            of(
                    "a batch is given as often as it is asked for",
                    "9",
                    "core/pbft/BatchFetcher",
                    "|| served[sender] >= state.config.maxBatchBytes()",
                    "",
                    NORMAL + "bug09_aReplicaThatAsksWithoutEndIsAnsweredSoOftenATick"),
            of(
                    "a body is kept before its proposal is judged",
                    "10",
                    "core/pbft/NormalCase",
                    "PbftVerdict verdict = PbftValidator.prePrepare(state, sender, message);",
                    "if (state.inWindow(message.sequence())) {"
                            + " state.slot(message.sequence()).addBody(message.batch()); } PbftVerdict verdict ="
                            + " PbftValidator.prePrepare(state, sender, message);",
                    TRACE),
            of(
                    "a view change is kept before it is judged",
                    "10",
                    "core/pbft/ViewChanger",
                    "PbftVerdict verdict = PbftValidator.viewChange(state, signed.message());",
                    "viewChanges.add(signed); PbftVerdict verdict = PbftValidator.viewChange(state, signed.message());",
                    TRACE),
            of(
                    "a slot is made before the vote is judged",
                    "10",
                    "core/pbft/NormalCase",
                    "PbftVerdict verdict = PbftValidator.prepare(state, sender, message);",
                    "if (state.inWindow(message.sequence())) { state.slot(message.sequence()); } PbftVerdict verdict ="
                            + " PbftValidator.prepare(state, sender, message);",
                    TRACE),
            of(
                    "a primary proposes up to the high watermark",
                    "13",
                    "core/pbft/PbftConfig",
                    "return logWindow - checkpointInterval;",
                    "return logWindow;",
                    NORMAL + "bug13_aPrimaryAheadByACheckpointProposesNothingThatBackupsMustDrop"),
            of(
                    "a gap is not filled",
                    "13, 15",
                    "core/pbft/quorum/NewViewRule",
                    "reproposals.add(new Reproposal(sequence, Digest.NULL));",
                    "return Optional.empty();",
                    NORMAL + "bug13_aPrimaryThatJumpsToTheHighWatermarkIsReplacedAndTheGapIsFilled"),
            of(
                    "a null batch is not executed",
                    "15",
                    "core/pbft/NormalCase",
                    "state.emit(new Action.Commit(sequence, batch.get()));",
                    "if (!batch.get().isNull()) { state.emit(new Action.Commit(sequence, batch.get())); }",
                    EXECUTION + "bug15_aNullBatchAtACheckpointSurvivesACrashAndRestart"),
            of(
                    "no checkpoint at a null batch",
                    "15",
                    "core/pbft/NormalCase",
                    "if (sequence % state.config.checkpointInterval() == 0)",
                    "if (sequence % state.config.checkpointInterval() == 0 && !batch.get().isNull())",
                    EXECUTION + "bug15_aNullBatchAtACheckpointSurvivesACrashAndRestart"),
            of(
                    "a committed batch without its body is not fetched",
                    "17",
                    "core/pbft/NormalCase",
                    "slot.setCommitted(digest); if (slot.body(digest).isEmpty())",
                    "slot.setCommitted(digest); if (false)",
                    JUDGED + "whoWasAwayCatchesUpAsFastAsItTakesWhatItIsTold"),
            of(
                    "a body is asked of one replica only",
                    "17",
                    "core/pbft/BatchFetcher",
                    "nextSource(asked.source)",
                    "nextSource(state.self)",
                    WITHHELD),
            of(
                    "a request may wait for ever",
                    "19",
                    "core/pbft/PrimaryMonitor",
                    "suspectIf(requestWaits(), allowed,",
                    "suspectIf(0, allowed,",
                    NORMAL + "bug19_aStarvedClientIsServedByTheNextPrimary"),
            of(
                    "a primary may serve everything just within the timeout",
                    "19, 41",
                    "core/pbft/PrimaryMonitor",
                    "Math.min(timeout, expected + inheritedTicks());",
                    "timeout;",
                    JUDGED + "aPrimaryIsReplacedAtWhateverPartOfTheTimeoutItServes"),
            of(
                    "a new primary must serve at once what waited for the old one",
                    "41",
                    "core/pbft/PrimaryMonitor",
                    "expected + inheritedTicks()",
                    "expected",
                    JUDGED + "aNewPrimaryHasTimeToCatchUpWithWhatWaited"),
            of(
                    "a new primary may be late for as long as it leads",
                    "41",
                    "core/pbft/PrimaryMonitor",
                    "(state.tick - state.enteredAtTick) / TIMES_TO_CATCH_UP",
                    "0",
                    JUDGED + "andNoLongerThanThat"),
            of(
                    "what a primary is too busy to take it hears again and again",
                    "",
                    "core/pbft/PrimaryMonitor",
                    " && Long.bitCount(waited / pause) == 1",
                    "",
                    JUDGED + "whatWasHandedOverIsHandedOverAgainEverMoreSeldom"),
            of(
                    "a first view sets the measure for itself",
                    "41",
                    "core/pbft/ThroughputHistory",
                    "required == 0 ||",
                    "",
                    JUDGED + BUSY),
            of(
                    "half the pace of other views will do",
                    "41",
                    "core/pbft/ThroughputHistory",
                    "REQUIRED_QUARTERS = 3;",
                    "REQUIRED_QUARTERS = 2;",
                    JUDGED + BUSY),
            of(
                    "a primary that has room may leave one out",
                    "19, 41",
                    "core/pbft/ThroughputHistory",
                    "if (!full) {",
                    "if (false) {",
                    JUDGED + BUSY),
            of(
                    "what is expected does not follow the latency",
                    "42",
                    "core/pbft/AdaptiveTimeouts",
                    "Math.max(floor, follows)",
                    "floor",
                    JUDGED + "whatIsExpectedFollowsTheLatencyOfCommitsUpToTheTimeout"),
            of(
                    "one request takes all doublings back",
                    "42",
                    "core/pbft/AdaptiveTimeouts",
                    "lateViews--;",
                    "lateViews = 0;",
                    JUDGED + "doublingsAreTakenBackOneByOne"),
            of(
                    "doublings are taken back at once",
                    "42",
                    "core/pbft/AdaptiveTimeouts",
                    "tick - calmSinceTick >= TIMEOUTS_TO_CALM_DOWN * timeoutTicks()",
                    "true",
                    JUDGED + "doublingsAreTakenBackOneByOne"),
            of(
                    "a backup hands over as much as one client may have waiting",
                    "39",
                    "core/pbft/PoolQuotas",
                    "relayedOfOneClient.hasRoom(of(client(request)).handedOver, request)",
                    "ofOneClient.hasRoom(of(client(request)).handedOver, request)",
                    JUDGED + "whatAllBackupsMayHandOverFitsWhatThePrimaryMustTake"),
            of(
                    "a backup relays as much of one client as there is room for",
                    "39",
                    "core/pbft/PoolQuotas",
                    "this.relayedOfOneClient = ofOneClient.part(RELAYED_PART_OF_ONE_CLIENT * others, RELAYED_PART *"
                            + " others);",
                    "this.relayedOfOneClient = ofOneClient.part(RELAYED_PART * others);",
                    JUDGED + "ofOneClientABackupRelaysAFewRequestsAtOnce"),
            of(
                    "what backups relay shares the room of clients",
                    "39",
                    "core/pbft/PoolQuotas",
                    "return relayedBy == FROM_CLIENT ? fromClients : relayed[relayedBy];",
                    "return fromClients;",
                    JUDGED + "whatAllBackupsMayHandOverFitsWhatThePrimaryMustTake"),
            of(
                    "what was handed to the last primary is not handed to the next",
                    "11",
                    "core/pbft/RequestPool",
                    "lane.all().forEach(SessionLane.Waiting::takeBack);",
                    "",
                    JUDGED + "whatWasHandedToOnePrimaryIsHandedToTheNext"),
            of(
                    "whom the primary leaves out waits for the next status",
                    "41",
                    "core/pbft/NormalCase",
                    "takeFromOthers(slot);",
                    "",
                    JUDGED + "whomThePrimaryLeavesOutIsNotLate"),
            of(
                    "a proposal is taken on one replica's word",
                    "1",
                    "core/pbft/NormalCase",
                    "slot.vouchedFor(state.view, state.quorums.weak())",
                    "slot.vouchedFor(state.view, 1)",
                    JUDGED + "oneReplicasWordForAProposalIsNotEnough"),
            of(
                    "who catches up is told a part at each status",
                    "41",
                    "core/pbft/CatchUp",
                    "helpFurther(sender, status);",
                    "",
                    JUDGED + "whoWasAwayCatchesUpAsFastAsItTakesWhatItIsTold"),
            of(
                    "who is kept out is not told what was committed",
                    "20",
                    "core/pbft/CatchUp",
                    "state.send(sender, new Committed(sequence, committed.get()));",
                    "",
                    JUDGED + "whoWasAwayCatchesUpAsFastAsItTakesWhatItIsTold"),
            of(
                    "any proposed time is taken",
                    "24",
                    "core/pbft/PbftValidator",
                    "return isTimely(state, message.batch()) ? PbftVerdict.ACCEPT : PbftVerdict.BAD_TIME;",
                    "return PbftVerdict.ACCEPT;",
                    EXECUTION + "bug24_aTimeOutOfBoundsIsRefused"),
            of(
                    "agreed time goes back",
                    "24",
                    "core/service/ReplicatedService",
                    "agreedTimeMillis = Math.max(agreedTimeMillis, batch.timeMillis());",
                    "agreedTimeMillis = batch.timeMillis();",
                    EXECUTION + "bug24_agreedTimeIsMonotone"),
            of(
                    "what is ordered once more goes before anything new",
                    "19",
                    "core/pbft/ProposalTurns",
                    "return !again.isEmpty() && !isAgainHeldUp && (turnsUntilAgain <= 0 || nextReady() == null);",
                    "return !again.isEmpty() && !isAgainHeldUp;",
                    "ReviewFindingsTest#whatIsOrderedOnceMoreKeepsNothingNewOut"),
            of(
                    "any waiting request is held against the primary",
                    "19",
                    "core/pbft/SessionLane",
                    "if (next > 0) { return fifo.get(Math.max(next, committedUpTo + 1)); }",
                    "if (false) { return null; }",
                    NORMAL + "bug19_aClientThatLeavesOutANumberDoesNotHaveACorrectPrimaryReplaced"));

    private NormalCaseMutants() {}
}
