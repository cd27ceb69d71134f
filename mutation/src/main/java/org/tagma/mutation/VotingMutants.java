package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in counting votes and in casting them. */
final class VotingMutants {

    private static final String NORMAL = "KnownBugsNormalCaseTest#";
    private static final String VIEWS = "KnownBugsViewChangeTest#";
    private static final String EXECUTION = "KnownBugsExecutionTest#";
    private static final String VOTES = "VotesTest#";
    private static final String QUORUMS = VOTES + "quorumsIntersectInACorrectReplicaAndAreAvailable";
    private static final String SPLIT = NORMAL + "bug01_aPrimaryThatCommitsToBothItsProposalsCannotSplitTheGroup";
    private static final String EQUIVOCATION = NORMAL + "bug01_anEquivocatingPrimaryIsReplacedInOneViewChange";
    private static final String LOST = VIEWS + "bug02_aBatchCommittedAtOneReplicaSurvivesHostileViewChanges";
    private static final String ONCE = VIEWS + "bug06_aSignerIsCountedOnceWhateverItsEncodings";
    private static final String CERTIFICATE = VIEWS + "bug06_aCheckpointCertificateOfOneSignerProvesNothing";
    private static final String RESTARTS = EXECUTION + "bug25_restartsInTheMiddleOfAViewChangeContradictNothing";

    private static final String FORGETS_PROPOSALS = "slot.restorePrePrepared(vote.view(), vote.batch().digest());";

    static final List<Mutant> ALL = List.of(
            of(
                    "certificate one vote short",
                    "1",
                    "core/Quorums",
                    "(replicas + faults) / 2 + 1",
                    "(replicas + faults) / 2",
                    QUORUMS,
                    SPLIT),
            of(
                    "certificate one vote too many",
                    "",
                    "core/Quorums",
                    "(replicas + faults) / 2 + 1",
                    "(replicas + faults) / 2 + 2",
                    QUORUMS),
            of(
                    "weak quorum without a correct replica",
                    "",
                    "core/Quorums",
                    "return faults + 1;",
                    "return faults;",
                    QUORUMS),
            of(
                    "votes for other digests are counted",
                    "1",
                    "core/pbft/Slot",
                    "vote.view == view && vote.digest.equals(digest)",
                    "vote.view == view",
                    SPLIT,
                    EQUIVOCATION),
            of(
                    "votes of other views are counted",
                    "7",
                    "core/pbft/Slot",
                    "vote.view == view && vote.digest.equals(digest)",
                    "vote.digest.equals(digest)",
                    RESTARTS,
                    LOST),
            of(
                    "a second proposal replaces the first",
                    "1",
                    "core/pbft/NormalCase",
                    "proposed.isPresent() && !proposed.get().equals(digest)",
                    "false",
                    NORMAL + "bug01_aSecondPrePrepareForOneSequenceNumberConvictsThePrimary"),
            of(
                    "equivocation is not noticed",
                    "1",
                    "core/pbft/NormalCase",
                    "&& slot.largestConflict(state.view, proposed.get()) >= state.quorums.weak()",
                    "&& false",
                    EQUIVOCATION),
            of(
                    "commit without a prepared certificate",
                    "1",
                    "core/pbft/NormalCase",
                    "slot.prepareCount(state.view, digest) >= state.quorums.certificate()",
                    "slot.prepareCount(state.view, digest) >= 1",
                    NORMAL + "thePrimaryHasOneVoteInThePreparePhase",
                    SPLIT),
            of(
                    "committed by a weak quorum of commits",
                    "1",
                    "core/pbft/NormalCase",
                    "slot.commitCount(message.view(), message.digest()) >= state.quorums.certificate()",
                    "slot.commitCount(message.view(), message.digest()) >= state.quorums.weak()",
                    NORMAL + "aBatchIsCommittedByAQuorumOfCommitsAndNotBefore"),
            of(
                    "one attestation of a committed batch suffices",
                    "6",
                    "core/pbft/CatchUp",
                    "slot.attest(sender, message.digest()) >= state.quorums.weak()",
                    "slot.attest(sender, message.digest()) >= 1",
                    ONCE),
            of(
                    "the primary's prepare counts beside its proposal",
                    "",
                    "core/pbft/PbftValidator",
                    "verdict.isAccepted() && sender == state.quorums.primary(message.view())",
                    "false",
                    NORMAL + "thePrimaryHasOneVoteInThePreparePhase"),
            of(
                    "anybody proposes",
                    "",
                    "core/pbft/PbftValidator",
                    "if (sender != state.primary())",
                    "if (false)",
                    NORMAL + "aBackupsProposalIsRefused"),
            of(
                    "a signer's second attestation counts",
                    "6",
                    "core/pbft/Slot",
                    "attestations[sender] = digest;",
                    "attestations[attestations[sender] == null ? sender : (sender + 1) % attestations.length] ="
                            + " digest;",
                    ONCE),
            of(
                    "a signer's second checkpoint vote counts",
                    "6",
                    "core/pbft/PbftValidator",
                    "voters.size() == certificate.votes().size() && voters.size() >= config.quorums().certificate()",
                    "certificate.votes().size() >= config.quorums().certificate()",
                    CERTIFICATE),
            of(
                    "a checkpoint certificate needs no quorum",
                    "23",
                    "core/pbft/PbftValidator",
                    "&& voters.size() >= config.quorums().certificate()",
                    "",
                    CERTIFICATE),
            of(
                    "a checkpoint is stable with one vote",
                    "",
                    "core/pbft/CheckpointTracker",
                    "matching.size() >= state.quorums.certificate()",
                    "matching.size() >= 1",
                    NORMAL + "aCheckpointWithoutAQuorumIsNotStable"),
            of(
                    "a new view counts a signer twice",
                    "4, 6",
                    "core/pbft/PbftValidator",
                    "senders.size() == message.viewChanges().size() && senders.size() >= quorums.certificate()",
                    "message.viewChanges().size() >= quorums.certificate()",
                    VIEWS + "bug04_aNewViewWithoutAQuorumOfViewChangesIsRefusedByAll"),
            of(
                            "no vote ledger, and a restarted replica forgets its proposals",
                            "",
                            "core/pbft/quorum/VoteLedger",
                            "(earlier.view > view || (earlier.view == view && !earlier.digest.equals(digest)))",
                            "false",
                            VOTES + "theLedgerRefusesASecondDifferentVote")
                    .besides("core/pbft/Recovery", FORGETS_PROPOSALS, ""),
            of(
                            "no vote ledger, and a restarted replica goes back to a view that it left",
                            "25",
                            "core/pbft/quorum/VoteLedger",
                            "if (view < lowestView)",
                            "if (false)",
                            VOTES + "theLedgerRefusesAVoteInAViewThatWasLeft")
                    .besides(
                            "core/pbft/ViewChanger",
                            "state.view = message.view(); state.normal = false; state.ledger.promise(message.view());",
                            "state.ledger.promise(message.view());"),
            of(
                    "the reservation is ignored after a restart",
                    "",
                    "core/pbft/Recovery",
                    "state.ledger.forget(forgotten.upTo()); state.announce(",
                    "state.announce(",
                    VOTES + "aReplicaWithoutMemoryDoesNotVoteWhereItMayHaveVoted"),
            of(
                    "nothing is reserved",
                    "",
                    "core/pbft/PbftState",
                    "reservedUpTo = sequence + config.checkpointInterval(); persistReservation();",
                    "reservedUpTo = sequence + config.checkpointInterval();",
                    VOTES + "everyVoteLiesInADurableReservation",
                    VOTES + "aReplicaWithoutMemoryDoesNotVoteWhereItMayHaveVoted"),
            of(
                    "a restarted replica forgets its proposals",
                    "",
                    "core/pbft/Recovery",
                    FORGETS_PROPOSALS,
                    "",
                    VOTES + "aRestartedReplicaDoesNotVoteTwice"),
            of(
                    "a vote leaves before it is durable",
                    "",
                    "core/pbft/NormalCase",
                    "state.emit(new Action.Persist(new PbftRecord.Prepared(state.view, slot.sequence(), digest)));",
                    "",
                    EQUIVOCATION));

    private VotingMutants() {}
}
