package org.tagma.core.service;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * The replicas that a state can be fetched from, and what they have shown of themselves: which ones lied, and which
 * ones were silent how often.
 *
 * <p>Not thread-safe.
 */
final class TransferSources {

    private final TreeSet<Integer> usable = new TreeSet<>();
    private final TreeSet<Integer> banned = new TreeSet<>();

    /** How often a source left a question unanswered. Never reset: it only decides who is asked first. */
    private final Map<Integer, Integer> silences = new TreeMap<>();

    /** Replaces the sources; who lied before stays banned. */
    void set(Collection<Integer> sources) {
        usable.clear();
        usable.addAll(sources);
        usable.removeAll(banned);
    }

    void forget() {
        usable.clear();
        banned.clear();
        silences.clear();
    }

    boolean isUsable(int source) {
        return usable.contains(source);
    }

    int bannedCount() {
        return banned.size();
    }

    void ban(int source) {
        usable.remove(source);
        banned.add(source);
    }

    void wasSilent(int source) {
        silences.merge(source, 1, Integer::sum);
    }

    /**
     * Whom to ask something for the first time: who was silent least often, and of those who has least to do.
     *
     * @param asked the sources of all questions under way
     */
    OptionalInt best(List<Integer> asked) {
        return usable.stream()
                .min(Comparator.<Integer>comparingInt(source -> silences.getOrDefault(source, 0))
                        .thenComparingInt(source -> load(source, asked))
                        .thenComparingInt(source -> source))
                .map(OptionalInt::of)
                .orElse(OptionalInt.empty());
    }

    /**
     * Whom to ask something that {@code source} did not answer: the next one around the ring. So every question comes
     * to every source in the end, whatever a malicious source does to look good.
     */
    OptionalInt after(int source) {
        if (usable.isEmpty()) {
            return OptionalInt.empty();
        }
        Integer next = usable.higher(source);
        return OptionalInt.of(next != null ? next : usable.first());
    }

    private static int load(int source, List<Integer> asked) {
        return (int) asked.stream().filter(other -> other == source).count();
    }
}
