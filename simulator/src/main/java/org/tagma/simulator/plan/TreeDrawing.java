package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.protocol.FaultModel;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.plan.Incident.Kind;
import org.tagma.simulator.workload.StateContent;

/**
 * Makes a Merkle tree of the state in some plans. In most of those somebody is then away while checkpoints pass, so
 * that it must fetch the state; the state changes meanwhile; and what happens next happens while it fetches. Everything
 * is drawn from a generator of its own, so that all other plans are as they would be without.
 */
final class TreeDrawing {

    private static final long SALT = 0x6d65726b6c65L;
    private static final int PLANS_PERCENT = 10;
    private static final String LIES = "lies-in-transfer";
    private static final int LATEST_STABILIZATION_MILLIS = 400;
    private static final int LONGEST_DELAY_MILLIS = 50;
    private static final int FIRST_OPERATIONS_MILLIS = 1_000;
    private static final int LONGEST_ABSENCE_MILLIS = 1_500;

    /**
     * With more under way, batches of one request over a slow network would let some wait for too long: a load, and no
     * fault.
     */
    private static final int MOST_CALLS_ONE_BY_ONE = 6;

    private static final int MANY_REQUESTS = 8;

    /** Within that time who is back knows of what it has missed, and fetches it. */
    private static final int MILLIS_OF_FETCHING = 600;

    /** Long enough that what is fetched is an old state afterwards. */
    private static final int LONGEST_DISTURBANCE_MILLIS = 500;

    private final Plan plan;
    private final SplittableRandom random;
    private final List<Incident> incidents = new ArrayList<>();

    TreeDrawing(Plan plan, SplittableRandom random) {
        this.plan = plan;
        this.random = random;
    }

    /** Another one for each seed, model and protocol. */
    static SplittableRandom randomOf(Plan plan) {
        long model = plan.model().label().hashCode() * 31L + Setting.salt(plan.protocol());
        return new SplittableRandom(new SplittableRandom(plan.seed() ^ SALT).nextLong() ^ model);
    }

    Plan plan() {
        if (!chance(PLANS_PERCENT)) {
            return plan;
        }
        PlanDraft draft = new PlanDraft(plan);
        draft.content = content();
        if (plan.replicas() < 2 || !(canStop() || canBeLate()) || chance(20)) {
            return draft.plan();
        }
        Tuning tuning = smallWindow();
        draft.wire = plan.wire().withMaxDelayMillis(chance(50) ? plan.wire().maxDelayMillis() : someDelay());
        draft.stabilizationMillis = Math.min(plan.stabilizationMillis(), LATEST_STABILIZATION_MILLIS);
        draft.clients = lastingLoad();
        draft.malicious = lyingInTransfer();
        draft.faultyClients = 0;
        draft.incidents = withChangesOfTheGroup(incidents());
        // Last, so that the rest of a plan is the same with and without it.
        draft.tuning = smallParts(tuning);
        return draft.plan();
    }

    /**
     * In parts of the usual size there are few of a small tree, and little can happen between the first and the last.
     */
    private Tuning smallParts(Tuning tuning) {
        if (chance(40)) {
            return tuning;
        }
        int whole = 1 << random.nextInt(9, 14);
        return tuning.withParts(whole, Math.max(64, whole >> random.nextInt(5)));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private boolean canStop() {
        return plan.model().nodes() != Nodes.CRASH_STOP;
    }

    private boolean canBeLate() {
        return plan.model().synchrony() != Synchrony.SYNCHRONOUS;
    }

    /** From a few entries on one page to more than is fetched in one part. */
    private StateContent content() {
        int entries = chance(20) ? random.nextInt(1, 20) : random.nextInt(100, 300);
        int bytes = chance(20) ? random.nextInt(1, 60) : random.nextInt(100, 400);
        return new StateContent(entries, bytes, chance(40) ? random.nextInt(2) : random.nextInt(7), chance(50));
    }

    private Tuning smallWindow() {
        int interval = 1 << random.nextInt(3);
        int window = interval * random.nextInt(2, 4);
        int pipeline = random.nextInt(1, 4);
        int batch = 1 << random.nextInt(2);
        return new Tuning(interval, window, pipeline, callsAtATime() > MOST_CALLS_ONE_BY_ONE ? MANY_REQUESTS : batch);
    }

    private int callsAtATime() {
        return plan.clients().stream().mapToInt(ClientPlan::pipeline).sum();
    }

    /** The longer a part is on its way, the more happens while a state is fetched. */
    private int someDelay() {
        return random.nextInt(10, LONGEST_DELAY_MILLIS);
    }

    private List<ClientPlan> lastingLoad() {
        List<ClientPlan> clients = new ArrayList<>();
        for (ClientPlan each : plan.clients()) {
            clients.add(each.pausing(random.nextInt(10, 100)));
        }
        return clients;
    }

    private TreeMap<Integer, List<String>> lyingInTransfer() {
        TreeMap<Integer, List<String>> malicious = new TreeMap<>();
        plan.malicious().forEach((id, ways) -> {
            List<String> others = new ArrayList<>(ways);
            others.remove(LIES);
            boolean alone = chance(70);
            List<String> all = new ArrayList<>(List.of(LIES));
            all.addAll(alone ? List.of() : others);
            malicious.put(id, all);
        });
        return malicious;
    }

    private List<Incident> incidents() {
        int who = someCorrectReplica();
        int begin = random.nextInt(100, FIRST_OPERATIONS_MILLIS);
        for (int rounds = random.nextInt(1, 3); rounds > 0; rounds--) {
            int millis = random.nextInt(200, LONGEST_ABSENCE_MILLIS);
            add(absence(), who, begin, millis);
            begin += millis;
            if (canBeLate() && chance(30)) {
                isHardToReach(who, begin);
            } else if (chance(60)) {
                whileItFetches(who, begin);
            }
            begin += MILLIS_OF_FETCHING;
        }
        return incidents;
    }

    /** The changes of the group that the plan has stay, as long as a majority of those that are left remembers. */
    private List<Incident> withChangesOfTheGroup(List<Incident> drawn) {
        int removable = PlanDrawing.removable(plan.replicas(), drawn);
        List<Incident> all = new ArrayList<>(drawn);
        plan.incidents().stream()
                .filter(each -> each.kind().isOfMembership() && each.replicas().size() <= removable)
                .forEach(all::add);
        return all;
    }

    private void whileItFetches(int who, int begin) {
        for (int times = random.nextInt(1, 5); times > 0; times--) {
            int when = begin + random.nextInt(MILLIS_OF_FETCHING);
            if (plan.model().nodes() == Nodes.CRASH_STOP && chance(50)) {
                // A source dies.
                int source = (who + 1) % plan.replicas();
                incidents.removeIf(each -> each.kind() == Kind.CRASH);
                add(Kind.CRASH, source, when, 0);
            } else {
                int other = chance(75) || !plan.malicious().isEmpty() ? who : someCorrectReplica();
                add(other == who ? absence() : lateness(), other, when, random.nextInt(1, LONGEST_DISTURBANCE_MILLIS));
            }
        }
    }

    /**
     * It hears others for moments only: so it has a part of a state when that is an old one, and goes on with the next.
     */
    private void isHardToReach(int who, int begin) {
        int when = begin;
        for (int times = random.nextInt(3, 8); times > 0; times--) {
            when += random.nextInt(30, 200);
            int millis = random.nextInt(120, 300);
            add(Kind.CUT, who, when, millis);
            when += millis;
        }
    }

    private void add(Kind kind, int who, int when, int millis) {
        incidents.add(new Incident(kind, List.of(who), false, when, millis, 0));
    }

    private Kind absence() {
        if (!canStop() || (canBeLate() && chance(40))) {
            return lateness();
        }
        // Only as many may forget as may be faulty, and where nobody is malicious besides.
        boolean forgets = plan.model().nodes() == Nodes.CRASH_RECOVERY
                && Math.min(plan.faults(), Promises.tolerated(plan.protocol(), plan.replicas())) > 0;
        return forgets && chance(40) ? Kind.WIPE : Kind.DOWN;
    }

    private Kind lateness() {
        return canBeLate() ? (chance(50) ? Kind.PAUSE : Kind.CUT) : Kind.DOWN;
    }

    private int someCorrectReplica() {
        int who = random.nextInt(plan.replicas());
        // Without the first primary nothing is decided for a while, and so nothing missed.
        if (plan.protocol().faultModel() == FaultModel.BYZANTINE && who == 0 && chance(60)) {
            who = random.nextInt(1, plan.replicas());
        }
        while (plan.malicious().containsKey(who)) {
            who = (who + 1) % plan.replicas();
        }
        return who;
    }
}
