package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes with requests that no signature proves to others: known bug 18, the big-MAC attack. */
final class RequestProofMutants {

    private static final String TEST = "RequestAuthenticationTest#";

    /** Of the core. */
    static final List<Mutant> ALL = List.of(
            of(
                    "a backup takes a request without a signature",
                    "18",
                    "core/pbft/MacTrust",
                    "return state.normal && state.isPrimary() && !state.isRecovering() && state.tick >= fromTick;",
                    "return state.tick >= fromTick;",
                    TEST + "aBackupAsksForASignatureAndNeitherRelaysNorTimes"),
            of(
                    "a primary that leaves its view keeps and relays what no signature proves",
                    "18",
                    "core/pbft/PbftState",
                    "askSignatures(pool.dropUnsigned(true));",
                    "",
                    TEST + "aPrimaryThatLeavesItsViewLetsGoOfThemAndAsksForSignatures"),
            of(
                    "a known number keeps the copy without a signature",
                    "18",
                    "core/pbft/RequestPool",
                    "if (judged == Admission.KNOWN) {",
                    "if (false) {",
                    TEST + "aSignedCopyReplacesOneWithoutASignatureAndNeverTheOtherWay"),
            of(
                    "a copy without a signature replaces a signed one",
                    "18",
                    "core/pbft/RequestPool",
                    "if (request.proof() == RequestProof.SIGNED && known.request.proof() == RequestProof.UNSIGNED) {",
                    "if (request.proof() != known.request.proof()) {",
                    TEST + "aSignedCopyReplacesOneWithoutASignatureAndNeverTheOtherWay"),
            of(
                    "a proposal enters Q before its requests are checked",
                    "18",
                    "core/pbft/NormalCase",
                    "TreeSet<Digest> missing = isChecked ? new TreeSet<>() : missing(slot, batch);",
                    "TreeSet<Digest> missing = isChecked ? new TreeSet<>() : missing(slot, batch);"
                            + " if (!missing.isEmpty()) { state.accept(slot, batch.digest()); }",
                    TEST + "aProposalKeptAsideIsNotInTheSetsOfAViewChange"),
            of(
                    "f votes suffice for what cannot be checked",
                    "18",
                    "core/pbft/NormalCase",
                    ".filter(digest -> slot.prepareCount(state.view, digest) >= state.quorums.weak())",
                    ".filter(digest -> slot.prepareCount(state.view, digest) >= state.quorums.weak() - 1)",
                    TEST + "liarsThatVoteForAForgedRequestGetNoOtherToVoteForIt"),
            of(
                    "what a new view carries over is checked again",
                    "18",
                    "core/pbft/NormalCase",
                    "boolean isChecked = state.carriedOver(slot.sequence()).isPresent() ||"
                            + " slot.committed().isPresent();",
                    "boolean isChecked = slot.committed().isPresent();",
                    TEST + "aProposalOfWhatANewViewCarriesOverIsNotCheckedAgain"),
            of(
                    "a proposal that is kept aside is not timed",
                    "18",
                    "core/pbft/PrimaryMonitor",
                    ".anyMatch(slot -> slot.proposed(state.view).isPresent());",
                    ".anyMatch(slot -> slot.accepted(state.view).isPresent());",
                    TEST + "aForgedRequestIsExecutedByNobodyAndItsProposalIsTimed"),
            of(
                    "f complaints end a primary's trust",
                    "18",
                    "core/pbft/MacTrust",
                    "if (ofSlot.cardinality() < state.quorums.weak()) {",
                    "if (ofSlot.cardinality() < state.quorums.weak() - 1) {",
                    TEST + "liarsAloneNeverEndTheTrustOfACorrectPrimary"),
            of(
                    "a new primary trusts at once",
                    "18",
                    "core/pbft/MacTrust",
                    "complaints.clear(); fromTick = state.tick + periodTicks(); }",
                    "complaints.clear(); fromTick = state.tick; }",
                    TEST + "aPrimaryTrustsMacsOnlyAfterLeadingForAWhile"),
            of(
                    "a restarted primary trusts at once",
                    "18",
                    "core/pbft/MacTrust",
                    "this.fromTick = periodTicks();",
                    "this.fromTick = 0;",
                    TEST + "aRestartedPrimaryTrustsMacsOnlyAfterLeadingForAWhile"),
            of(
                    "complaints do not end a primary's trust",
                    "18",
                    "core/pbft/MacTrust",
                    "if (!isGiven()) { return false; }",
                    "if (state.tick >= 0) { return false; }",
                    TEST + "aRequestThatOnlyThePrimaryCanCheckEndsItsTrustAtOnceAndCostsOneView"),
            of(
                    "the time before trust never grows",
                    "18",
                    "core/pbft/MacTrust",
                    "if (periodTicks() < mostTicks()) {",
                    "if (periodTicks() < 0) {",
                    TEST + "manyMaliciousClientsInTurnCostFewViews"),
            of(
                    "a signed copy does not complete a proposal that is kept aside",
                    "18",
                    "core/pbft/PbftProtocol",
                    "normalCase.authenticated(request);",
                    "",
                    TEST + "aSignedCopyCompletesAProposalThatIsKeptAside"));

    private RequestProofMutants() {}
}
