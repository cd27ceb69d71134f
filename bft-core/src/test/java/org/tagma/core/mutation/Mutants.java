package org.tagma.core.mutation;

import java.util.List;
import java.util.stream.Stream;

/** The known mistakes, each as it would look in our code. */
final class Mutants {

    static final List<Mutant> ALL = Stream.of(
                    VotingMutants.ALL, ViewChangeMutants.ALL, NormalCaseMutants.ALL, ExecutionMutants.ALL)
            .flatMap(List::stream)
            .toList();

    private Mutants() {}
}
