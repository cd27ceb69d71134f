package org.tagma.admin;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Who is in a group. Immutable.
 *
 * @param voters who vote
 * @param oldVoters who vote as well while the group changes; else empty
 * @param learners who follow without a vote
 */
public record Members(List<Integer> voters, List<Integer> oldVoters, List<Integer> learners) {

    public Members {
        voters = List.copyOf(voters);
        oldVoters = List.copyOf(oldVoters);
        learners = List.copyOf(learners);
    }

    /** A group that does not change: all of a cluster. */
    public static Members all(int replicas) {
        return new Members(IntStream.range(0, replicas).boxed().toList(), List.of(), List.of());
    }

    /**
     * As a replica tells it; without voters if it says nothing of it.
     *
     * @throws NumberFormatException if it talks nonsense
     */
    static Members told(Map<String, String> values) {
        return new Members(ids(values.get("voters")), ids(values.get("oldVoters")), ids(values.get("learners")));
    }

    /**
     * Ids with commas between; none if there is no text.
     *
     * @throws NumberFormatException if one is no number
     */
    public static List<Integer> ids(String text) {
        List<Integer> ids = new ArrayList<>();
        if (text != null && !text.isEmpty()) {
            for (String id : text.split(",", -1)) {
                ids.add(Integer.parseInt(id));
            }
        }
        return ids;
    }

    /** Whether a replica is in the group, with a vote or without. */
    public boolean contains(int replica) {
        return voters.contains(replica) || oldVoters.contains(replica) || learners.contains(replica);
    }

    /** In a line for people. */
    public String inWords() {
        String changing = oldVoters.isEmpty() ? "" : "; the group is changing, and until then also " + list(oldVoters);
        return "voters: " + list(voters) + "; learners: " + list(learners) + changing;
    }

    /** Replicas, for people. */
    public static String list(List<Integer> replicas) {
        return replicas.isEmpty()
                ? "none"
                : replicas.stream().map(String::valueOf).collect(Collectors.joining(", "));
    }
}
