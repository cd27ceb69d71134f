package org.tagma.admin;

import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntPredicate;
import java.util.stream.Stream;
import org.tagma.core.Quorums;
import org.tagma.network.cluster.ClusterConfig;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;

/**
 * A group, as put together from what its replicas say. Where replicas may lie, up to f of them may do so here too; else
 * the one in the highest view knows best.
 *
 * @param statuses one for each replica of the cluster file, in order; empty for those that do not answer
 */
public record GroupStatus(ClusterConfig config, List<Optional<ReplicaStatus>> statuses) {

    /** Without any progress for so many request timeouts, though requests wait, a group stands still. */
    private static final int TIMEOUTS_STILL = 2;

    private static final List<String> TAKING_PART = List.of("normal", "leader", "follower", "learner");

    public GroupStatus {
        statuses = List.copyOf(statuses);
    }

    private ProtocolDefinition protocol() {
        return config.protocol();
    }

    private boolean mayLie() {
        return protocol().faultModel() == FaultModel.BYZANTINE;
    }

    private Quorums quorums() {
        return new Quorums(config.replicaCount(), config.faults());
    }

    private Stream<ReplicaStatus> known() {
        return statuses.stream().flatMap(Optional::stream);
    }

    /** Who is in the group; all, as long as nobody says otherwise. */
    public Members members() {
        return newest().filter(status -> protocol().changesMembers())
                .map(ReplicaStatus::members)
                .filter(members -> !members.voters().isEmpty())
                .orElseGet(() -> Members.all(config.replicaCount()));
    }

    /** Who knows best, if nobody lies. */
    private Optional<ReplicaStatus> newest() {
        return known().max(Comparator.comparingLong(ReplicaStatus::view)
                .thenComparing(ReplicaStatus::leads)
                .thenComparingLong(ReplicaStatus::lastCommitted));
    }

    /** The view that the group is in. */
    public long view() {
        return mayLie() ? viewOfMost() : newest().map(ReplicaStatus::view).orElse(0L);
    }

    /** The highest of the views that most replicas are in, whether they have entered it or not. */
    private long viewOfMost() {
        TreeMap<Long, Integer> votes = new TreeMap<>();
        known().forEach(status -> {
            // Who has entered a view counts for more than who wants to.
            votes.merge(status.view(), isAtWork(status) ? statuses.size() + 1 : 1, Integer::sum);
        });
        return votes.entrySet().stream()
                .max(Map.Entry.<Long, Integer>comparingByValue().thenComparing(Map.Entry.comparingByKey()))
                .map(Map.Entry::getKey)
                .orElse(0L);
    }

    /** Who leads in that view; -1 if nobody is known to. */
    public int leader() {
        long view = view();
        return protocol()
                .leaderOf(view, quorums())
                .orElseGet(() -> known().filter(status -> status.view() == view)
                        .filter(status -> mayLie() ? status.leader() >= 0 : status.leads())
                        .mapToInt(ReplicaStatus::leader)
                        .findFirst()
                        .orElse(-1));
    }

    /** What the one that leads says; empty if it does not answer, or nobody leads. */
    public Optional<ReplicaStatus> byLeader() {
        int leader = leader();
        return known().filter(status -> status.replica() == leader).findFirst();
    }

    private static boolean isAtWork(ReplicaStatus status) {
        return TAKING_PART.contains(status.mode()) && status.why().isEmpty();
    }

    private boolean takesPart(ReplicaStatus status, long view, int leader) {
        boolean knowsLeader =
                protocol().leaderOf(view, quorums()).isPresent() || (leader >= 0 && status.leader() == leader);
        return isAtWork(status) && status.view() == view && knowsLeader;
    }

    /** Whether enough replicas answer to order operations. */
    public boolean hasQuorum() {
        return isQuorum(id -> statuses.get(id).isPresent());
    }

    private boolean isQuorum(IntPredicate present) {
        Members members = members();
        return isQuorum(members.voters(), present)
                && (members.oldVoters().isEmpty() || isQuorum(members.oldVoters(), present));
    }

    private boolean isQuorum(List<Integer> voters, IntPredicate present) {
        return count(voters, present) >= needed(voters);
    }

    private long count(List<Integer> voters, IntPredicate present) {
        return voters.stream()
                .filter(id -> id >= 0 && id < statuses.size() && present.test(id))
                .count();
    }

    private int needed(List<Integer> voters) {
        int faults =
                Math.min(config.faults(), Math.max(0, protocol().groupSizes().maximumFaults(voters.size())));
        return protocol().neededReplicas(new Quorums(voters.size(), faults));
    }

    /** Whether its operations are ordered. */
    public GroupVerdict verdict() {
        long view = view();
        int leader = leader();
        List<Integer> takingPart = known().filter(status -> takesPart(status, view, leader))
                .map(ReplicaStatus::replica)
                .toList();
        OptionalLong age = takingPart.stream()
                .map(id -> statuses.get(id).orElseThrow())
                .mapToLong(ReplicaStatus::lastExecutedAgeMillis)
                .filter(millis -> millis >= 0)
                .min();
        boolean enough = takingPart.contains(leader) && isQuorum(takingPart::contains);
        boolean stands = enough && standsStill(takingPart, leader);
        String summary = (stands
                        ? "Operations wait and NONE IS ORDERED: "
                        : enough ? "Operations are ordered: " : "Operations are NOT ORDERED: ")
                + counts(takingPart, view)
                + leaderInWords(takingPart, leader)
                + (enough ? "; " + GroupVerdict.ago(age) : "");
        return new GroupVerdict(
                enough && !stands, summary, takingPart, new WhyNot(this, view, leader).others(takingPart), age);
    }

    private String counts(List<Integer> takingPart, long view) {
        Members members = members();
        String who = protocol().changesMembers() ? " voters" : " replicas";
        String former = members.oldVoters().isEmpty()
                ? ""
                : ", and " + count(members.oldVoters(), takingPart::contains) + " of the "
                        + members.oldVoters().size() + " that voted until now, of whom " + needed(members.oldVoters())
                        + " are needed";
        return count(members.voters(), takingPart::contains) + " of "
                + members.voters().size() + who + " take part in "
                + protocol().viewWord() + " " + view + ", " + needed(members.voters())
                + (needed(members.voters()) == 1 ? " is" : " are") + " needed" + former;
    }

    private String leaderInWords(List<Integer> takingPart, int leader) {
        String word = "; its " + protocol().leaderWord();
        if (takingPart.contains(leader)) {
            return word + " is replica " + leader;
        }
        if (leader < 0) {
            return hasQuorum() ? "; nobody leads now" : "; too few answer";
        }
        return takingPart.isEmpty() ? "" : word + ", replica " + leader + ", does not";
    }

    /** One of f+1 is correct where they may lie; else the one that leads knows what waits. */
    private boolean standsStill(List<Integer> takingPart, int leader) {
        long limitMillis = (long) TIMEOUTS_STILL * config.timeouts().requestTimeoutMillis();
        return takingPart.stream()
                        .filter(id -> mayLie() || id == leader)
                        .map(id -> statuses.get(id).orElseThrow())
                        .filter(status -> status.pendingRequests() > 0)
                        .filter(status -> standsFor(status) >= limitMillis)
                        .count()
                >= (mayLie() ? quorums().weak() : 1);
    }

    private static long standsFor(ReplicaStatus status) {
        return status.lastExecutedAgeMillis() < 0 ? status.uptimeMillis() : status.lastExecutedAgeMillis();
    }

    /**
     * Two replicas whose states differ at the same checkpoint, in a line for people: it cannot be while none lies and
     * no disk or memory fails. Replicas whose last checkpoints are not the same cannot be compared.
     */
    public Optional<String> divergence() {
        List<ReplicaStatus> comparable = known().filter(each -> !mayLie())
                .filter(each ->
                        each.checkpoint() > 0 && !each.checkpointDigest().isEmpty())
                .toList();
        for (ReplicaStatus one : comparable) {
            for (ReplicaStatus other : comparable) {
                if (one.replica() < other.replica()
                        && one.checkpoint() == other.checkpoint()
                        && !one.checkpointDigest().equals(other.checkpointDigest())) {
                    return Optional.of("REPLICAS " + one.replica() + " AND " + other.replica()
                            + " HAVE DIFFERENT STATES at " + one.checkpoint()
                            + ": stop one of them, and see `tagma divergence` for where they part");
                }
            }
        }
        return Optional.empty();
    }

    /** Why replicas do not take part, for people. */
    private record WhyNot(GroupStatus group, long view, int leader) {

        /** A replica outside of the group that does not run is as it should be. */
        Map<Integer, String> others(List<Integer> takingPart) {
            Map<Integer, String> others = new TreeMap<>();
            for (int id = 0; id < group.statuses().size(); id++) {
                Optional<ReplicaStatus> status = group.statuses().get(id);
                if (!group.members().contains(id)) {
                    others.put(id, "it is not in the group; `tagma members` adds it");
                } else if (status.isEmpty()) {
                    others.put(
                            id,
                            GroupVerdict.unreachable(group.config().address(id).toString()));
                } else if (!takingPart.contains(id)) {
                    others.put(id, why(status.get()));
                }
            }
            return others;
        }

        private String why(ReplicaStatus status) {
            String viewWord = group.protocol().viewWord();
            if (!status.why().isEmpty()) {
                return GroupVerdict.meaning(status.mode(), status.why());
            }
            return switch (status.mode()) {
                case "view-change" -> leftItsView(status);
                case "pre-candidate", "candidate" ->
                    "it hears no leader in " + viewWord + " " + status.view() + ", and too few answer it";
                case "normal", "leader", "follower", "learner" -> behind(status);
                default -> GroupVerdict.meaning(status.mode(), status.why());
            };
        }

        private String leftItsView(ReplicaStatus status) {
            String leads = group.protocol().leaderOf(status.view(), group.quorums()).stream()
                    .mapToObj(id -> ", and its " + group.protocol().leaderWord() + ", replica " + id + ", says so")
                    .findFirst()
                    .orElse("");
            return "it has left the " + group.protocol().viewWord() + "s below " + status.view()
                    + " and waits for that one, which begins when "
                    + group.protocol().neededReplicas(group.quorums()) + " replicas have" + leads
                    + "; its log says why it left";
        }

        private String behind(ReplicaStatus status) {
            String viewWord = group.protocol().viewWord();
            if (leader < 0) {
                return "it waits in " + viewWord + " " + status.view() + " until somebody leads";
            }
            if (status.view() != view) {
                return "it is in " + viewWord + " " + status.view() + ", not in " + view + " like the others, and"
                        + " follows by itself; if it does not, see whether it is cut off from them";
            }
            return "it has not yet heard replica " + leader + " in " + viewWord + " " + view
                    + "; if that does not change, see whether it is cut off";
        }
    }
}
