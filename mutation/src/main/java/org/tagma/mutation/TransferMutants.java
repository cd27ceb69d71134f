package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/**
 * Mistakes in the transfer of states that are Merkle trees, which both protocols have in common. They are for the simulator to
 * find, since it takes a whole group to meet them: a state that changes while it is fetched, and sources that lie or let go of it.
 */
final class TransferMutants {

    private static final String ASSEMBLER = "core/state/TreeAssembler";
    private static final String FETCHER = "core/service/StateFetcher";
    private static final String KEEPER = "core/service/SnapshotKeeper";

    /** Those that show wherever a tree is fetched. */
    static final List<Mutant> OF_BOTH = List.of(
            of(
                    "what a replica's own tree has in a place is taken for what is wanted there",
                    "23",
                    ASSEMBLER,
                    ".flatMap(tree -> tree.find(place.path()).stream()) .filter(node -> node.hasDigest(place.digest()))",
                    ".flatMap(tree -> tree.find(place.path()).stream())"),
            of(
                    "a tree is taken for complete while parts of it are under way",
                    "23",
                    ASSEMBLER,
                    "return waiting.isEmpty() && asked.isEmpty();",
                    "return waiting.isEmpty();"),
            of(
                    "a fetched part is not kept in the store that it is read from",
                    "23",
                    ASSEMBLER,
                    "store.get().keep(new MerkleTree(part, store.get()));",
                    ""),
            of(
                    "a state that somebody is fetching is let go of",
                    "23",
                    KEEPER,
                    "older.retainAll(claimed);",
                    "older.clear();"),
            of("states that nobody fetches are kept for ever", "9", KEEPER, "older.retainAll(claimed);", ""),
            of(
                    "a state is kept for ever for somebody who fetches it no more",
                    "9",
                    KEEPER,
                    "claims.values().removeIf(claim -> releases - claim.atRelease() > PATIENCE_RELEASES);",
                    ""),
            of(
                    "what was asked of the last state counts for the next one",
                    "23",
                    FETCHER,
                    "outstanding.clear(); target = wanted;",
                    "target = wanted;"));

    /** Those that only a liar, or the choice between several sources, brings to light. */
    static final List<Mutant> OF_LIES = List.of(
            of(
                    "the digest of a part is not compared",
                    "23",
                    ASSEMBLER,
                    "&& piece.get().digest().equals(missing.digest())",
                    ""),
            of(
                    "a part from which most is left out counts as given",
                    "23",
                    ASSEMBLER,
                    "&& piece.get().isAsAsked(question.maxWholeBytes())",
                    ""),
            of("who lied is heard all the same", "23", FETCHER, "if (!sources.isUsable(from))", "if (false)"),
            of(
                    "more questions are under way than are allowed",
                    "9",
                    FETCHER,
                    "while (outstanding.size() < limits.maxOutstanding())",
                    "while (outstanding.size() <= limits.maxOutstanding())"),
            of(
                    "a state that comes in is given up for every newer one",
                    "23",
                    "core/pbft/StateTransfer",
                    "if (state.installing || (isActive() && otherIsKept))",
                    "if (state.installing)"));

    private TransferMutants() {}
}
