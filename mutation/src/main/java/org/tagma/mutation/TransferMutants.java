package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/**
 * Mistakes in the transfer of states that are Merkle trees, which both protocols have in common: a state that changes
 * while it is fetched, and sources that lie or let go of it.
 */
final class TransferMutants {

    private static final String ASSEMBLER = "core/state/TreeAssembler";
    private static final String FETCHER = "core/service/StateFetcher";
    private static final String KEEPER = "core/service/SnapshotKeeper";

    private static final String TREES = "service.MerkleTransferTest#";
    private static final String RESUMED = "service.ResumedTransferTest#";
    private static final String LARGE = "service.LargeStateTest#";
    private static final String KEPT = "service.SnapshotTest#aKeeperKeepsTheStateThatSomebodyIsFetchingAndNoOther";

    /** Those that show wherever a tree is fetched. */
    static final List<Mutant> OF_BOTH = List.of(
            of(
                    "what a replica's own tree has in a place is taken for what is wanted there",
                    "23",
                    ASSEMBLER,
                    ".flatMap(tree -> tree.find(place.path()).stream())"
                            + " .filter(node -> node.hasDigest(place.digest()))",
                    ".flatMap(tree -> tree.find(place.path()).stream())",
                    TREES + "aReplicaThatLagsFetchesWhatDiffers"),
            of(
                    "a tree is taken for complete while parts of it are under way",
                    "23",
                    ASSEMBLER,
                    "return waiting.isEmpty() && asked.isEmpty();",
                    "return waiting.isEmpty();",
                    TREES + "anEmptyReplicaFetchesTheWholeTree"),
            of(
                    "a fetched part is not kept in the store that it is read from",
                    "23",
                    ASSEMBLER,
                    "store.get().keep(new MerkleTree(part, store.get()));",
                    "",
                    RESUMED + "whatBecomesWholeGoesIntoTheStore"),
            of(
                    "a state that somebody is fetching is let go of",
                    "23",
                    KEEPER,
                    "older.retainAll(claimed);",
                    "older.clear();",
                    KEPT),
            of(
                    "a state in one piece is let go of while it is fetched",
                    "23",
                    KEEPER,
                    "if (answer.isPresent())",
                    "if (answer.isPresent() && question instanceof FetchPiece)",
                    LARGE + "aStateThatChangesThroughoutFasterThanItIsFetchedIsFetched"),
            of(
                    "a state that comes by drops is waited for without end",
                    "23",
                    FETCHER,
                    "&& !isOutOfPatience();",
                    ";",
                    LARGE + "aLiarWhoAloneStillHasAStateAndGivesItByDropsDelaysTheNextOneForABoundedTime"),
            of(
                    "a state in one piece grows beyond its bound",
                    "9",
                    "core/service/ReplicatedService",
                    "if (isTooLarge() && stateMachine.mayGrow(operation))",
                    "if (false)",
                    LARGE + "anOpaqueServiceThatGrewBeyondItsBoundRefusesToGrowOnAndMayShrink"),
            of(
                    "whoever takes over a state that is too large lets it grow",
                    "9",
                    "core/service/ReplicatedService",
                    "opaqueBytes = application.size();",
                    "",
                    LARGE + "anOpaqueServiceThatGrewBeyondItsBoundRefusesToGrowOnAndMayShrink"),
            of("states that nobody fetches are kept for ever", "9", KEEPER, "older.retainAll(claimed);", "", KEPT),
            of(
                    "a state is kept for ever for somebody who fetches it no more",
                    "9",
                    KEEPER,
                    "claims.values().removeIf(claim -> releases - claim.atRelease() > PATIENCE_RELEASES);",
                    "",
                    KEPT),
            of(
                    "what was asked of the last state counts for the next one",
                    "23",
                    FETCHER,
                    "outstanding.clear(); target = wanted;",
                    "target = wanted;",
                    TREES + "whatWasAskedOfAnOlderStateDoesNotKeepTheNewOneWaiting"));

    /** Those that only a liar, or the choice between several sources, brings to light. */
    static final List<Mutant> OF_LIES = List.of(
            of(
                    "the digest of a part is not compared",
                    "23",
                    ASSEMBLER,
                    "&& piece.get().digest().equals(missing.digest())",
                    "",
                    TREES + "aWrongPieceIsNotTakenAndItsSenderIsBanned"),
            of(
                    "a part from which most is left out counts as given",
                    "23",
                    ASSEMBLER,
                    "&& piece.get().isAsAsked(question.maxWholeBytes())",
                    "",
                    TREES + "whoGivesLessThanFitsIsBanned"),
            of(
                    "who lied is heard all the same",
                    "23",
                    FETCHER,
                    "if (!sources.isUsable(from))",
                    "if (false)",
                    "service.StateFetcherTest#aWrongManifestBansItsSenderAndAnotherIsAsked"),
            of(
                    "more questions are under way than are allowed",
                    "9",
                    FETCHER,
                    "while (outstanding.size() < limits.maxOutstanding())",
                    "while (outstanding.size() <= limits.maxOutstanding())",
                    TREES + "noMoreIsUnderWayThanTheLimitsAllow"));

    private TransferMutants() {}
}
