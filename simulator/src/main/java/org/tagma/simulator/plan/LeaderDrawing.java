package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.plan.Incident.Kind;

/**
 * Draws what goes wrong at the moments that matter where leaders are elected: at the first votes, at leaders that hear
 * no majority while clients still talk to them, at a leader that has committed nothing yet, and at the ends of leases.
 */
final class LeaderDrawing {

    private static final int LITTLE_BATCHES_PERCENT = 20;
    private static final int LONGEST_LEASE_MILLIS = 500;
    private static final int FIRST_ELECTIONS_MILLIS = 1_500;

    private final Plan plan;
    private final SplittableRandom random;
    private final List<Incident> incidents;

    LeaderDrawing(Plan plan, SplittableRandom random) {
        this.plan = plan;
        this.random = random;
        this.incidents = new ArrayList<>(plan.incidents());
    }

    Plan plan() {
        PlanDraft draft = new PlanDraft(plan);
        ProtocolSimulation simulation = ProtocolSimulation.of(plan.protocol());
        draft.settings = simulation.drawn(plan.settings(), plan.hasFastReads(), random);
        int maxDrift = simulation.maxDriftPerMille(draft.settings);
        // Who trusts clocks reads under a lease.
        boolean leases = maxDrift < simulation.maxDriftPerMille(plan.settings());
        draft.driftPerMille = Math.min(plan.driftPerMille(), maxDrift);
        if (chance(leases ? 80 : 10)) {
            int reader = random.nextInt(plan.clients().size());
            draft.clients.set(reader, plan.clients().get(reader).thatOnlyReads(random.nextInt(20, 200)));
        }
        if (chance(LITTLE_BATCHES_PERCENT)) {
            draft.tuning = plan.tuning().withBatchBytes(random.nextInt(1, 1_000));
        }
        boolean restarts = plan.model().nodes() == Nodes.CRASH_RECOVERY;
        if (restarts && chance(40)) {
            firstVotes();
        }
        boolean groupChanges = restarts && PlanDrawing.removable(plan.replicas(), incidents) > 0;
        if (groupChanges && chance(40)) {
            eagerOperator();
        }
        if (plan.model().synchrony() != Synchrony.SYNCHRONOUS) {
            if (plan.replicas() > 1 && chance(leases ? 60 : 40)) {
                lonelyLeaders(leases, groupChanges);
            }
            if (plan.replicas() > 1 && chance(leases ? 60 : 30)) {
                rotatingLeaders(leases);
            }
            if (plan.replicas() > 2 && chance(30)) {
                isolatedLeaders();
            }
            if (chance(20)) {
                clocks();
            }
        }
        draft.incidents = incidents;
        return draft.plan();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int someReplica() {
        return random.nextInt(plan.replicas());
    }

    /**
     * The first that is written is the vote. One loses power with it or after it, another is stopped and started as
     * often as it may have voted, or loses its disk, and a third was not there: it may ask for a vote in the same term.
     */
    private void firstVotes() {
        OptionalInt forgetful = forgetful();
        int voter = forgetful.isPresent() && chance(70) ? forgetful.getAsInt() : someReplica();
        int candidate = (voter + 1) % plan.replicas();
        int late = (voter + 2) % plan.replicas();
        incidents.add(new Incident(
                Kind.POWER,
                List.of(candidate),
                false,
                0,
                random.nextInt(1, FIRST_ELECTIONS_MILLIS),
                random.nextInt(2)));
        // Where nobody is drawn to forget, changes of the group may leave a single voter.
        boolean loses = forgetful.isPresent() ? forgetful.getAsInt() == voter : !changesTheGroup() && chance(40);
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            Kind kind = loses && chance(50) ? Kind.WIPE : Kind.DOWN;
            int when = random.nextInt(LONGEST_LEASE_MILLIS, FIRST_ELECTIONS_MILLIS);
            incidents.add(new Incident(kind, List.of(voter), false, when, random.nextInt(1, 40), 0));
        }
        if (late != voter && chance(60)) {
            int when = random.nextInt(LONGEST_LEASE_MILLIS);
            incidents.add(new Incident(
                    Kind.DOWN, List.of(late), false, when, random.nextInt(1, 2 * LONGEST_LEASE_MILLIS), 0));
        }
    }

    /** Who is drawn to forget already, if anybody is. */
    private OptionalInt forgetful() {
        return incidents.stream()
                .filter(each -> each.kind() == Kind.AMNESIA || each.kind() == Kind.WIPE)
                .mapToInt(each -> each.replicas().get(0))
                .findFirst();
    }

    private boolean changesTheGroup() {
        return incidents.stream().anyMatch(each -> each.kind().isOfMembership());
    }

    /** One that asks for another group as soon as anybody leads, whatever that leader knows. */
    private void eagerOperator() {
        changeOfTheGroup(false, random.nextInt(FIRST_ELECTIONS_MILLIS), random.nextInt(20, 200));
    }

    private void changeOfTheGroup(boolean byOperations, long when, int attempts) {
        TreeSet<Integer> some = new TreeSet<>();
        for (int i = random.nextInt(1, PlanDrawing.removable(plan.replicas(), incidents) + 1); i > 0; i--) {
            some.add(someReplica());
        }
        incidents.add(new Incident(
                chance(50) ? Kind.DEMOTE : Kind.REMOVE,
                List.copyOf(some),
                byOperations,
                when,
                random.nextInt(1, 2 * FIRST_ELECTIONS_MILLIS),
                attempts));
    }

    /**
     * Leaders that hear nobody else, about as long as leases and election timeouts are. At the same moment somebody
     * asks for another group. To set back their clocks must not prolong a lease.
     */
    private void lonelyLeaders(boolean leases, boolean groupChanges) {
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            int after = random.nextInt(Math.max(1, plan.operations()));
            incidents.add(new Incident(
                    Kind.DEPOSE, List.of(someReplica()), true, after, lonelyMillis(), setBackMillis(leases)));
            if (groupChanges && chance(50)) {
                changeOfTheGroup(true, after, random.nextInt(5));
            }
        }
    }

    private int setBackMillis(boolean leases) {
        return leases && chance(70) ? random.nextInt(1, LONGEST_LEASE_MILLIS) : 0;
    }

    private int lonelyMillis() {
        return random.nextInt(LONGEST_LEASE_MILLIS / 2, 4 * LONGEST_LEASE_MILLIS);
    }

    /** One after the other from the first election on, whoever then leads. */
    private void rotatingLeaders(boolean leases) {
        int begin = random.nextInt(LONGEST_LEASE_MILLIS, FIRST_ELECTIONS_MILLIS);
        for (int i = random.nextInt(2, 7); i > 0; i--) {
            int millis = lonelyMillis();
            boolean leader = chance(70);
            incidents.add(new Incident(
                    leader ? Kind.DEPOSE : Kind.SPLIT,
                    List.of(someReplica()),
                    false,
                    begin,
                    millis,
                    leader ? setBackMillis(leases) : 0));
            begin += Math.max(1, millis - random.nextInt(LONGEST_LEASE_MILLIS));
        }
    }

    /** One after the other, under load: each has entries that nobody else has, and hardly anybody hears of the next. */
    private void isolatedLeaders() {
        int after = random.nextInt(Math.max(1, plan.operations()));
        int millis = random.nextInt(2 * LONGEST_LEASE_MILLIS, 6 * LONGEST_LEASE_MILLIS);
        incidents.add(new Incident(Kind.ISOLATE_LEADER, List.of(someReplica()), true, after, millis, 0));
    }

    private void clocks() {
        for (int i = random.nextInt(1, 6); i > 0; i--) {
            int after = random.nextInt(Math.max(1, plan.operations()));
            List<Integer> whose = chance(50)
                    ? List.of(someReplica())
                    : IntStream.range(0, plan.replicas()).boxed().toList();
            incidents.add(new Incident(Kind.CLOCK, whose, true, after, random.nextInt(1, 2 * LONGEST_LEASE_MILLIS), 0));
        }
    }
}
