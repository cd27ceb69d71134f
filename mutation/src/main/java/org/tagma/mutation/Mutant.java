package org.tagma.mutation;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A mistake made on purpose in the production code: one snippet of one source file, replaced; and a second one in
 * another file, where the first alone changes nothing that anybody could see, because it takes away a last line of
 * defence. Immutable.
 *
 * @param id what people call it
 * @param knownBugs the numbers of the known bugs whose mistake it is, or none for a classic mistake
 * @param source the file, below {@code org/tagma}, without its ending
 * @param original what stands there; it must occur exactly once
 * @param replacement what is compiled instead
 * @param killers tests of the core that notice, the likeliest first, as {@code SimpleClass#method} of
 *     {@code org.tagma.core.pbft} or {@code raft.SimpleClass#method} of {@code org.tagma.core.raft}, with a number in
 *     parentheses if the test takes one; none if only the simulator is to notice
 * @param second what is replaced besides
 */
public record Mutant(
        String id,
        List<Integer> knownBugs,
        String source,
        String original,
        String replacement,
        List<String> killers,
        Optional<Mutant> second) {

    /** Checks nothing: whether the snippet is there shows when the mutant is compiled. */
    public Mutant {
        knownBugs = List.copyOf(knownBugs);
        killers = List.copyOf(killers);
    }

    /** A mutant; its known bugs as numbers with commas between. */
    static Mutant of(
            String id, String knownBugs, String source, String original, String replacement, String... killers) {
        List<Integer> numbers = knownBugs.isEmpty()
                ? List.of()
                : Arrays.stream(knownBugs.split(", ")).map(Integer::valueOf).toList();
        return new Mutant(id, numbers, source, original, replacement, List.of(killers), Optional.empty());
    }

    /** The same, with another snippet of another file replaced besides. */
    Mutant besides(String otherSource, String otherOriginal, String otherReplacement) {
        Mutant other = of(id, "", otherSource, otherOriginal, otherReplacement);
        return new Mutant(id, knownBugs, source, original, replacement, killers, Optional.of(other));
    }

    /** The names of the classes that are changed. */
    public Stream<String> classNames() {
        return Stream.concat(Stream.of(className()), second.stream().flatMap(Mutant::classNames));
    }

    /** The class that the source file declares. */
    String className() {
        return "org.tagma." + source.replace('/', '.');
    }

    /** The folder of the module that the source file is in. */
    String module() {
        String first = source.substring(0, source.indexOf('/'));
        return switch (first) {
            case "core" -> "bft-core";
            case "protocol" -> "network";
            default -> first;
        };
    }
}
