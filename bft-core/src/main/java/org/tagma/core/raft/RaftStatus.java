package org.tagma.core.raft;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.tagma.core.raft.message.Configuration;

/**
 * Where a Raft replica stands, in Raft's own words, for operators and tests.
 *
 * <p>Immutable.
 *
 * @param votedFor whom it voted for in the term, or -1
 * @param role "follower", "pre-candidate", "candidate" or "leader"
 * @param leader of the term, or -1 if it is not known
 * @param firstIndex of the entries still in the log; one more than {@code lastIndex} if there are none
 * @param lastTerm of the entry at {@code lastIndex}
 * @param recovering whether it has forgotten what it acknowledged, and so neither votes nor counts
 * @param followers what a leader knows of the others, ascending; else empty
 */
public record RaftStatus(
        long term,
        int votedFor,
        String role,
        int leader,
        long firstIndex,
        long lastIndex,
        long lastTerm,
        long commitIndex,
        long lastExecuted,
        long snapshotIndex,
        Configuration configuration,
        boolean recovering,
        List<FollowerStatus> followers) {

    public RaftStatus {
        followers = List.copyOf(followers);
    }

    /**
     * {@code term}, {@code role}, {@code leader} (-1 if unknown), {@code commitIndex}, {@code firstIndex},
     * {@code lastIndex}, {@code snapshotIndex}, {@code voters}, {@code oldVoters} (while the group changes) and
     * {@code learners} (ids with commas between), and at a leader {@code match.N} and {@code mode.N} for every other
     * member N.
     */
    Map<String, String> details() {
        Map<String, String> details = new LinkedHashMap<>();
        details.put("term", String.valueOf(term));
        details.put("role", role);
        details.put("leader", String.valueOf(leader));
        details.put("commitIndex", String.valueOf(commitIndex));
        details.put("firstIndex", String.valueOf(firstIndex));
        details.put("lastIndex", String.valueOf(lastIndex));
        details.put("snapshotIndex", String.valueOf(snapshotIndex));
        details.put("voters", ids(configuration.voters()));
        details.put("oldVoters", ids(configuration.oldVoters()));
        details.put("learners", ids(configuration.learners()));
        for (FollowerStatus follower : followers) {
            details.put("match." + follower.replica(), String.valueOf(follower.match()));
            details.put("mode." + follower.replica(), follower.mode());
        }
        return details;
    }

    private static String ids(List<Integer> replicas) {
        return replicas.stream().map(String::valueOf).collect(Collectors.joining(","));
    }

    /**
     * How far a follower is.
     *
     * @param match up to here its log is known to agree with the leader's
     * @param next what it is sent next
     * @param mode "probe", "replicate" or "snapshot"
     * @param inflightMessages messages with entries on their way to it
     */
    public record FollowerStatus(int replica, long match, long next, String mode, int inflightMessages) {}
}
