package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in the view change. */
final class ViewChangeMutants {

    private static final String VIEWS = "KnownBugsViewChangeTest#";
    private static final String JUDGED = "PrimaryJudgedTest#";
    private static final String OUTAGE = "KnownBugsOutageTest#";
    private static final String EXECUTION = "KnownBugsExecutionTest#";
    private static final String RULE = "NewViewRuleReferenceTest#";
    private static final String LOST = VIEWS + "bug02_aBatchCommittedAtOneReplicaSurvivesHostileViewChanges";
    private static final String FORGED = VIEWS + "bug03_aForgedEntryOfALaterViewDoesNotMaskTheValidOnes";
    private static final String FIGURE_4 = RULE + "bug05_everySmallSetOfViewChangesIsDecidedAsThePaperSays";
    private static final String REPLAY = VIEWS + "bug07_oldMessagesReplayedInALaterViewAreRefused";

    static final List<Mutant> ALL = List.of(
            of(
                    "what prepared is not claimed",
                    "2",
                    "core/pbft/PbftState",
                    "slot.preparedInfo().ifPresent(entries::add)",
                    "slot.preparedInfo()",
                    LOST),
            of(
                    "what pre-prepared is not claimed",
                    "2",
                    "core/pbft/PbftState",
                    "entries.addAll(slot.prePreparedInfo())",
                    "slot.prePreparedInfo()",
                    LOST),
            of(
                    "a new proposal forgets what prepared before",
                    "2",
                    "core/pbft/Slot",
                    "accepted = new Vote(view, digest); aside = null; prePrepared.put(digest, view);",
                    "accepted = new Vote(view, digest); prepared = null; aside = null; prePrepared.put(digest, view);",
                    LOST),
            of(
                    "a trailing null batch is dropped though it prepared",
                    "2",
                    "core/pbft/quorum/NewViewRule",
                    "needed = reproposals.size();",
                    "needed = prepared.get().isNull() ? needed : reproposals.size();",
                    VIEWS + "bug02_aNullBatchThatPreparedIsCarriedOverThoughItIsTheLast"),
            of(
                    "the first candidate masks the others",
                    "3",
                    "core/pbft/quorum/NewViewRule",
                    "return Optional.of(candidate.digest()); }",
                    "return Optional.of(candidate.digest()); } else { return Optional.empty(); }",
                    FORGED,
                    FIGURE_4),
            of(
                    "condition A1 dropped",
                    "5",
                    "core/pbft/quorum/NewViewRule",
                    "noConflict(candidate, claims) >= quorums.certificate() &&",
                    "",
                    FIGURE_4),
            of(
                    "condition A2 dropped",
                    "3, 5",
                    "core/pbft/quorum/NewViewRule",
                    "&& vouchers(candidate, claims) >= quorums.weak()",
                    "",
                    FIGURE_4,
                    FORGED),
            of(
                    "condition A2 with one voucher",
                    "3, 5",
                    "core/pbft/quorum/NewViewRule",
                    "vouchers(candidate, claims) >= quorums.weak()",
                    "vouchers(candidate, claims) >= 1",
                    FIGURE_4),
            of(
                    "condition A2 without the view",
                    "5",
                    "core/pbft/quorum/NewViewRule",
                    "entry.view() >= candidate.view() &&",
                    "",
                    FIGURE_4),
            of(
                    "condition A1 lets an equal view conflict",
                    "5",
                    "core/pbft/quorum/NewViewRule",
                    "other.view() < candidate.view()",
                    "other.view() <= candidate.view()",
                    FIGURE_4),
            of(
                    "condition B with a weak quorum",
                    "5",
                    "core/pbft/quorum/NewViewRule",
                    ".count() >= quorums.certificate(); }",
                    ".count() >= quorums.weak(); }",
                    FIGURE_4),
            of(
                    "the lowest checkpoint is the start",
                    "5",
                    "core/pbft/quorum/NewViewRule",
                    ".max(Comparator.comparingLong(CheckpointCertificate::sequence))",
                    ".min(Comparator.comparingLong(CheckpointCertificate::sequence))",
                    RULE + "bug05_randomSetsOfViewChangesAreDecidedAsThePaperSays"),
            of(
                    "a new view is believed",
                    "4",
                    "core/pbft/ViewChanger",
                    "decision.isEmpty() || !decision.get().reproposals().equals(message.reproposals())",
                    "decision.isEmpty()",
                    VIEWS + "bug04_aNewViewWithAlteredReproposalsIsRefusedByAll"),
            of(
                    "anybody opens a view",
                    "4",
                    "core/pbft/PbftValidator",
                    "if (sender != quorums.primary(message.view()))",
                    "if (false)",
                    VIEWS + "bug04_aNewViewFromAnybodyButItsPrimaryIsRefused"),
            of(
                    "votes of a view that was left are taken",
                    "7",
                    "core/pbft/PbftValidator",
                    "if (message.view() < state.view) { verdict = PbftVerdict.WRONG_VIEW; }",
                    "",
                    REPLAY),
            of(
                    "a new view of an earlier view is entered",
                    "7",
                    "core/pbft/PbftValidator",
                    "static PbftVerdict newView(PbftState state, int sender, NewView message) { if (message.view() <"
                            + " state.view || (message.view() == state.view && state.normal))",
                    "static PbftVerdict newView(PbftState state, int sender, NewView message) { if (false)",
                    REPLAY),
            of(
                    "a proposal of another view is taken",
                    "7",
                    "core/pbft/PbftValidator",
                    "if (message.view() != state.view || !state.normal)",
                    "if (!state.normal)",
                    REPLAY),
            of(
                    "old view changes are taken",
                    "7",
                    "core/pbft/PbftValidator",
                    "static PbftVerdict viewChange(PbftState state, ViewChange message) {"
                            + " if (message.view() < state.view"
                            + " || (message.view() == state.view && state.normal))",
                    "static PbftVerdict viewChange(PbftState state, ViewChange message) { if (false)",
                    REPLAY,
                    VIEWS + "bug07_theNewViewOfThePresentViewIsNotEnteredTwice"),
            of(
                    "one replica's view number moves the others",
                    "8",
                    "core/pbft/ViewChanger",
                    "int candidate = wanted.length - state.quorums.weak();",
                    "int candidate = wanted.length - 1;",
                    VIEWS + "bug08_aHugeViewNumberOfFReplicasMovesNobody"),
            of(
                    "f+1 replicas ahead are not joined",
                    "11",
                    "core/pbft/ViewChanger",
                    "candidate >= 0 && wanted[candidate] > state.view",
                    "false",
                    "KnownBugsViewChangeTest#bug11_whoWasLeftBehindGoesToTheLatestViewThatEnoughWant"),
            of(
                    "the timer of a new view never runs out",
                    "11, 12",
                    "core/pbft/ViewChanger",
                    "newViewDeadlineTick != NOT_RUNNING && state.tick >= newViewDeadlineTick",
                    "false",
                    OUTAGE + "bug12_theBackOffIsForgottenOnceRequestsAreServedAgain",
                    LOST),
            of(
                    "timeouts double for what is merely lost",
                    "12",
                    "core/pbft/AdaptiveTimeouts",
                    "void gaveUp(long view, long tick) {",
                    "void gaveUp(long view, long tick) { lateViews++;",
                    OUTAGE + "bug12_afterALongOutageADeadPrimaryIsReplacedWithinThreeTimeouts",
                    OUTAGE + "bug12_newViewsThatNobodyHearsLeaveNoLongTimeoutsBehind"),
            of(
                    "a view change is not repeated",
                    "11",
                    "core/pbft/CatchUp",
                    "state.emit(new Action.Forward(replica, signed));",
                    "",
                    OUTAGE + "bug11_noTransientPartitionWedgesTheGroup",
                    OUTAGE + "bug11_aSeriesOfPartitionsDoesNotWedgeTheGroup"),
            of(
                    "a new view is not repeated",
                    "11",
                    "core/pbft/CatchUp",
                    "if (state.enteredBy == null) { return; }",
                    "if (true) { return; }",
                    OUTAGE + "bug11_aReplicaThatMissedTheNewViewIsGivenItAgain"),
            of(
                    "the view is changed for one incarnation as often as its replica asks",
                    "8",
                    "core/pbft/Admissions",
                    "if (!mayBeAnother[replica] || tick < quietUntilTick[replica])",
                    "if (tick < quietUntilTick[replica])",
                    "AmnesiaRecoveryTest#aReplicaThatSaysEverAgainThatItForgotHasTheViewChangedOnceAtMost",
                    "AmnesiaRecoveryTest#aReplicaThatMakesUpIncarnationsHasTheViewChangedOnceAtMost"),
            of(
                    "the view is changed for made up incarnations without end",
                    "8",
                    "core/pbft/Admissions",
                    "firstPauseTicks << Math.min(times[replica], MAX_DOUBLINGS)",
                    "firstPauseTicks",
                    "AmnesiaRecoveryTest#aReplicaThatHangsUpAndForgetsHasTheViewChangedMoreAndMoreRarely"),
            of(
                    "a second incarnation is not let in",
                    "",
                    "core/pbft/Admissions",
                    "mayBeAnother[replica] = true;",
                    "",
                    "AmnesiaRecoveryTest#aReplicaThatLosesItsDiskAgainIsLetInAgain"),
            of(
                    "one replica's complaint moves the others",
                    "8",
                    "core/pbft/ViewChanger",
                    "against >= state.quorums.weak()",
                    "against >= 1",
                    JUDGED + "aLoneReplicaThatCannotReachThePrimaryDeposesNobodyAndServes"),
            of(
                    "who suspects the primary leaves alone",
                    "8",
                    "core/pbft/ViewChanger",
                    "boolean news = suspicions.addOwn(reason);",
                    "boolean news = suspicions.addOwn(reason); if (state.normal) { start(state.view + 1, reason); }",
                    JUDGED + "aLoneReplicaThatCannotReachThePrimaryDeposesNobodyAndServes"),
            of(
                    "complaints of any view count",
                    "8",
                    "core/pbft/Suspicions",
                    "return ofView[replica] == state.view &&",
                    "return ofView[replica] >= 0 &&",
                    JUDGED + "aPrimaryThatRefusesConnectionsOfFPlusOneIsReplacedAtOnce"),
            of(
                    "a backup that leaves is followed",
                    "8",
                    "core/pbft/ViewChanger",
                    "boolean leaves = signed.sender() == state.primary() &&",
                    "boolean leaves =",
                    JUDGED + "aBackupThatLeavesIsNotFollowed"),
            of(
                    "a primary that leaves is not followed",
                    "11",
                    "core/pbft/ViewChanger",
                    "if (state.normal && leaves && signed.sender() != state.self) {",
                    "if (false) {",
                    JUDGED + "aPrimaryThatStopsHandsOverWithoutAnyTimeout"),
            of(
                    "a refused connection is no reason",
                    "11",
                    "core/pbft/PbftProtocol",
                    "state.presence.lost(unreachable.replica());",
                    "",
                    JUDGED + "aPrimaryThatRefusesConnectionsOfFPlusOneIsReplacedAtOnce"),
            of(
                    "who has left a view finds no fault with its primary",
                    "11",
                    "core/pbft/Suspicions",
                    "return complained(replica) || viewChanges.wantsLater(replica, state.view);",
                    "return complained(replica);",
                    JUDGED + "whoHasLeftAViewFindsFaultWithItsPrimary"),
            of(
                    "what a dead primary said before is a sign of life",
                    "11",
                    "core/pbft/Presence",
                    "heardAtTick[replica] = tick;",
                    "heardAtTick[replica] = tick; unreachable[replica] = false;",
                    JUDGED + "whatADeadPrimarySaidBeforeIsNoSignOfLife"),
            of(
                    "who has a new connection is still taken for gone",
                    "11",
                    "core/pbft/PbftProtocol",
                    "state.presence.connected(connected.replica());",
                    "",
                    JUDGED + "aPrimaryWithANewConnectionIsBelievedAgain"),
            of(
                    "a silent primary is heard through others",
                    "11",
                    "core/pbft/PbftProtocol",
                    "if (!isPassedOn(signed.message())) {",
                    "if (true) {",
                    JUDGED + "aSilentPrimaryIsNotHeardThroughOthers"),
            of(
                    "an idle group does not miss its primary",
                    "11",
                    "core/pbft/PrimaryMonitor",
                    "suspectIf(signOfLifeWaits(),",
                    "suspectIf(0,",
                    JUDGED + "aPrimaryOfAnIdleGroupThatFallsSilentIsReplaced"),
            of(
                    "a false new view moves a replica alone",
                    "22",
                    "core/pbft/ViewChanger",
                    "if (view == state.view && hasCompany())",
                    "if (view == state.view)",
                    "AmnesiaRecoveryTest#noPrimaryMovesAReplicaFurtherThanOneViewAboveTheOthers"),
            of(
                    "a replica goes through views that nobody else came to",
                    "22",
                    "core/pbft/ViewChanger",
                    "if (against >= state.quorums.weak() && hasCompany())",
                    "if (against >= state.quorums.weak())",
                    "AmnesiaRecoveryTest#twoThatReachNoPrimaryDoNotRunAheadOfTheOthers"),
            of(
                    "a view change lowers what was executed",
                    "14",
                    "core/pbft/ViewChanger",
                    "state.releaseLeftOver();",
                    "state.releaseLeftOver(); state.lastCommitted = state.stable.sequence();",
                    EXECUTION + "bug14_everyOperationIsCountedOnceThroughManyViewChanges"));

    private ViewChangeMutants() {}
}
