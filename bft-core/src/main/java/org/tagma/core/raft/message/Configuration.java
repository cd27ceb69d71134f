package org.tagma.core.raft.message;

import java.util.Collection;
import java.util.List;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import org.tagma.core.Quorums;

/**
 * Who votes and who follows. While {@code oldVoters} is not empty it is the joint configuration C-old,new (Raft 6):
 * every decision needs a majority of the voters and a majority of the old voters. A replica takes the latest
 * configuration in its log, committed or not.
 *
 * <p>Immutable.
 *
 * @param voters who votes, or, while joint, who is to vote: ascending, at least one
 * @param oldVoters while joint, who voted before; else empty: ascending
 * @param learners who gets the log without a vote; while joint it may name old voters, who vote until that is over
 */
public record Configuration(List<Integer> voters, List<Integer> oldVoters, List<Integer> learners) {

    /** More members than this are never accepted from a peer. */
    public static final int MAX_MEMBERS = 256;

    public Configuration {
        voters = ascending(voters);
        oldVoters = ascending(oldVoters);
        learners = ascending(learners);
        if (voters.isEmpty()) {
            throw new IllegalArgumentException("a configuration needs at least one voter");
        }
        if (voters.stream().anyMatch(learners::contains)) {
            throw new IllegalArgumentException("a voter cannot be a learner as well: " + voters + ", " + learners);
        }
        if (voters.size() + oldVoters.size() + learners.size() > MAX_MEMBERS) {
            throw new IllegalArgumentException("more than " + MAX_MEMBERS + " members");
        }
    }

    /** A simple configuration without learners. */
    public static Configuration of(Collection<Integer> voters) {
        return new Configuration(List.copyOf(voters), List.of(), List.of());
    }

    /** A simple configuration of replicas 0 to n-1. */
    public static Configuration ofFirst(int replicas) {
        return of(java.util.stream.IntStream.range(0, replicas).boxed().toList());
    }

    private static List<Integer> ascending(List<Integer> ids) {
        return List.copyOf(new TreeSet<>(ids));
    }

    /** Whether two majorities are needed. */
    public boolean isJoint() {
        return !oldVoters.isEmpty();
    }

    /** Whether a replica has a vote. */
    public boolean isVoter(int replica) {
        return voters.contains(replica) || oldVoters.contains(replica);
    }

    /** Everybody who gets the log, ascending. */
    public List<Integer> members() {
        TreeSet<Integer> members = new TreeSet<>(voters);
        members.addAll(oldVoters);
        members.addAll(learners);
        return List.copyOf(members);
    }

    /** The joint configuration on the way from this one to {@code target}. */
    public Configuration jointTo(Configuration target) {
        return new Configuration(target.voters, voters, target.learners);
    }

    /** What follows this joint configuration. */
    public Configuration withoutOldVoters() {
        return new Configuration(voters, List.of(), learners);
    }

    /** Whether these replicas suffice for a decision. */
    public boolean isQuorum(Collection<Integer> replicas) {
        return reachedByQuorum(replica -> replicas.contains(replica) ? 1 : 0) == 1;
    }

    /** The highest value that a quorum has reached: with match indexes, what is stored on a quorum. */
    public long reachedByQuorum(ToLongFunction<Integer> value) {
        long reached = reachedByMajority(voters, value);
        return isJoint() ? Math.min(reached, reachedByMajority(oldVoters, value)) : reached;
    }

    private static long reachedByMajority(List<Integer> voters, ToLongFunction<Integer> value) {
        long[] ascending = voters.stream().mapToLong(value).sorted().toArray();
        int majority = new Quorums(voters.size(), (voters.size() - 1) / 2).majority();
        return ascending[voters.size() - majority];
    }

    @Override
    public String toString() {
        return "voters " + voters + (isJoint() ? ", old voters " + oldVoters : "")
                + (learners.isEmpty() ? "" : ", learners " + learners);
    }
}
