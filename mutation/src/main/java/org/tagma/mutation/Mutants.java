package org.tagma.mutation;

import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The known mistakes, each as it would look in our code. No two of one list have the same id. */
public final class Mutants {

    private static final int SAMPLED_ONE_IN = 3;

    /** Of PBFT, and of what both protocols have in common. */
    public static final List<Mutant> PBFT = Stream.of(
                    VotingMutants.ALL,
                    ViewChangeMutants.ALL,
                    NormalCaseMutants.ALL,
                    RequestProofMutants.ALL,
                    MemoryMutants.ALL,
                    ExecutionMutants.ALL,
                    SessionMutants.ALL,
                    ReadMutants.ALL,
                    TransferMutants.OF_BOTH,
                    TransferMutants.OF_LIES)
            .flatMap(List::stream)
            .toList();

    /** Of Raft, and of what both have in common as Raft meets it. */
    public static final List<Mutant> RAFT = Stream.of(
                    RaftElectionMutants.ALL,
                    RaftReplicationMutants.ALL,
                    RaftServiceMutants.ALL,
                    TransferMutants.OF_BOTH)
            .flatMap(List::stream)
            .toList();

    /** Of what finds out whether a disk is the newest one; in front of either protocol. */
    public static final List<Mutant> LIVES = IncarnationMutants.ALL;

    /**
     * Whether tests go through everything, as at night, or through a sample: the system property {@code
     * tagma.nightly}.
     */
    public static boolean isNightly() {
        return Boolean.getBoolean("tagma.nightly");
    }

    /** Those that a build tries: one in three, spread over the list, and at night all. */
    public static List<Mutant> sampleOf(List<Mutant> mutants) {
        return IntStream.range(0, mutants.size())
                .filter(place -> isNightly() || place % SAMPLED_ONE_IN == 0)
                .mapToObj(mutants::get)
                .toList();
    }

    private Mutants() {}
}
