package org.tagma.mutation;

import java.util.List;
import java.util.stream.Stream;

/** The known mistakes, each as it would look in our code. */
public final class Mutants {

    /** All of them; no two have the same id. */
    public static final List<Mutant> ALL = Stream.of(
                    VotingMutants.ALL, ViewChangeMutants.ALL, NormalCaseMutants.ALL, ExecutionMutants.ALL)
            .flatMap(List::stream)
            .toList();

    private Mutants() {}
}
