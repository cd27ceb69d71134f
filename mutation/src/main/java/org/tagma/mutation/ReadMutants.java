package org.tagma.mutation;

import static org.tagma.mutation.Mutant.of;

import java.util.List;

/** Mistakes in what a replica says of an answer to a read that skips ordering: since when it has been the answer. */
final class ReadMutants {

    private static final String TREE = "core/state/MerkleTree";
    private static final String INTERVALS = "service.ReadIntervalTest#anAnswerWasTheSameAfterEachBatchThatItNames";

    static final List<Mutant> ALL = List.of(
            of(
                    "the absence of a key is judged by its neighbour",
                    "",
                    TREE,
                    "return node instanceof Leaf leaf && leaf.key.equals(key) ? since(leaf) : since;",
                    "return node instanceof Leaf leaf ? since(leaf) : since;",
                    INTERVALS),
            of(
                    "a deletion leaves no trace above it",
                    "",
                    TREE,
                    "return changed(rebuilt(path, key, parent.child(!KeyBits.bit(key, parent.bit)), batch), batch);",
                    "return changed(rebuilt(path, key, parent.child(!KeyBits.bit(key, parent.bit)), 0), batch);",
                    INTERVALS),
            of(
                    "a deletion at the root leaves no trace",
                    "",
                    TREE,
                    "return changed(rebuilt(path, key, parent.child(!KeyBits.bit(key, parent.bit)), batch), batch);",
                    "return changed(rebuilt(path, key, parent.child(!KeyBits.bit(key, parent.bit)), batch), 0);",
                    INTERVALS),
            of(
                    "a state that was fetched has always been so",
                    "",
                    "core/service/ReplicatedService",
                    "store.replace(tree.get().knownSince(sequence));",
                    "store.replace(tree.get());",
                    INTERVALS),
            of(
                    "a batch is executed outside of what is reserved",
                    "22",
                    "core/pbft/NormalCase",
                    "state.reserve(sequence); state.lastCommitted = sequence;",
                    "state.lastCommitted = sequence;",
                    "AmnesiaRecoveryTest#whereItExecutedWithoutAVoteIsRememberedLikeWhereItVoted"));

    private ReadMutants() {}
}
