package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Function;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.workload.ServiceSetting;
import org.tagma.simulator.workload.StateContent;

/**
 * Makes a plan that shows something smaller for as long as it still shows it (delta debugging; Zeller and Hildebrandt
 * 2002). It takes away incidents, malicious replicas, their ways, clients, operations and faults of the network, most
 * of it first, and starts anew after what succeeded, until nothing more can go or time is up. Since what is
 * left may need other luck, every smaller plan is tried with a few seeds.
 *
 * <p>Not thread-safe.
 */
public final class Shrinker {

    private static final int SEEDS_PER_PLAN = 3;

    private final Function<Plan, Boolean> shows;
    private final int maxRuns;
    private final long deadlineNanos;
    private int runs;

    /**
     * A shrinker with limits.
     *
     * @param shows whether a run of a plan shows what is looked for
     * @param maxRuns how many runs it may take at most
     * @param maxMillis how long it may take, about
     */
    public Shrinker(Function<Plan, Boolean> shows, int maxRuns, long maxMillis) {
        this.shows = shows;
        this.maxRuns = maxRuns;
        this.deadlineNanos = System.nanoTime() + maxMillis * 1_000_000;
    }

    /** How many runs it took so far. */
    public int runs() {
        return runs;
    }

    /** The smallest plan found that shows it; the given one at worst. */
    public Plan shrink(Plan plan) {
        Plan smallest = plan;
        boolean progress = true;
        while (progress && !isOver()) {
            progress = false;
            for (Function<Plan, List<Plan>> reduction : reductions()) {
                Optional<Plan> smaller = first(reduction.apply(smallest));
                while (smaller.isPresent()) {
                    smallest = smaller.get();
                    progress = true;
                    smaller = first(reduction.apply(smallest));
                }
            }
        }
        return smallest;
    }

    private boolean isOver() {
        return runs >= maxRuns || System.nanoTime() - deadlineNanos > 0;
    }

    private Optional<Plan> first(List<Plan> candidates) {
        for (Plan candidate : candidates) {
            for (int i = 0; i < SEEDS_PER_PLAN && !isOver(); i++) {
                Plan tried = candidate.withSeed(candidate.seed() + i);
                runs++;
                if (shows.apply(tried)) {
                    return Optional.of(tried);
                }
            }
        }
        return Optional.empty();
    }

    /** Each gives smaller plans, the smallest first. */
    private static List<Function<Plan, List<Plan>>> reductions() {
        return List.of(
                Shrinker::fewerIncidents,
                Shrinker::fewerMalicious,
                Shrinker::fewerWays,
                Shrinker::fewerClients,
                Shrinker::fewerOperations,
                Shrinker::kinderNetwork,
                Shrinker::plainer,
                Shrinker::shorterIncidents);
    }

    private static List<Plan> fewerIncidents(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        int size = plan.incidents().size();
        for (int chunk = size; chunk >= 1; chunk /= 2) {
            for (int from = 0; from < size; from += chunk) {
                int first = from;
                int end = Math.min(size, from + chunk);
                smaller.add(
                        plan.but(draft -> draft.incidents.subList(first, end).clear()));
            }
        }
        return smaller;
    }

    private static List<Plan> fewerMalicious(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        for (int id : plan.malicious().keySet()) {
            smaller.add(plan.but(draft -> draft.malicious.remove(id)));
        }
        if (plan.faultyClients() > 0) {
            smaller.add(plan.but(draft -> draft.faultyClients = 0));
        }
        return smaller;
    }

    private static List<Plan> fewerWays(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        plan.malicious().forEach((id, ways) -> {
            for (int i = 0; i < ways.size() && ways.size() > 1; i++) {
                List<String> left = new ArrayList<>(ways);
                left.remove(i);
                smaller.add(plan.but(draft -> draft.malicious.put(id, left)));
            }
        });
        return smaller;
    }

    /** A client without operations keeps its place, so that the others remain who they are. */
    private static List<Plan> fewerClients(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        for (int i = 0; i < plan.clients().size(); i++) {
            ClientPlan client = plan.clients().get(i);
            if (client.operations() > 0) {
                int place = i;
                smaller.add(plan.but(draft -> draft.clients.set(place, client.withOperations(0))));
            }
        }
        return smaller;
    }

    private static List<Plan> fewerOperations(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        for (int i = 0; i < plan.clients().size(); i++) {
            ClientPlan client = plan.clients().get(i);
            for (int less = client.operations() / 2; less >= 1; less /= 2) {
                ClientPlan shorter = client.withOperations(client.operations() - less);
                int place = i;
                smaller.add(plan.but(draft -> draft.clients.set(place, shorter)));
            }
        }
        return smaller;
    }

    private static List<Plan> kinderNetwork(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        plan.wire().kinder().forEach(wire -> smaller.add(plan.but(draft -> draft.wire = wire)));
        if (plan.stabilizationMillis() > 0) {
            smaller.add(plan.but(draft -> draft.stabilizationMillis = 0));
        }
        if (plan.driftPerMille() > 0) {
            smaller.add(plan.but(draft -> draft.driftPerMille = 0));
        }
        return smaller;
    }

    private static List<Plan> plainer(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        List<Consumer<PlanDraft>> changes = new ArrayList<>(List.of(
                draft -> draft.tuning = Tuning.USUAL,
                draft -> draft.registers = 1,
                draft -> draft.settings = plan.usualSettings(),
                draft -> draft.service = ServiceSetting.USUAL,
                draft -> draft.slowDisks = false,
                draft -> draft.fastReads = false));
        smallerContents(plan.content()).forEach(content -> changes.add(draft -> draft.content = content));
        for (int i = 0; i < plan.clients().size(); i++) {
            ClientPlan client = plan.clients().get(i);
            int place = i;
            changes.add(draft -> draft.clients.set(
                    place, new ClientPlan(client.operations(), 1, Math.min(1, client.thinkMillis()))));
        }
        for (Consumer<PlanDraft> change : changes) {
            Plan plainer = plan.but(change);
            if (!plainer.equals(plan)) {
                smaller.add(plainer);
            }
        }
        return smaller;
    }

    private static List<StateContent> smallerContents(StateContent content) {
        List<StateContent> smaller = new ArrayList<>();
        if (content.isTree()) {
            smaller.add(StateContent.OPAQUE);
            if (content.onDisk()) {
                smaller.add(new StateContent(content.entries(), content.entryBytes(), content.rewrites(), false));
            }
            if (content.entries() > 1) {
                smaller.add(new StateContent(
                        content.entries() / 2, content.entryBytes(), content.rewrites(), content.onDisk()));
            }
            if (content.rewrites() > 0) {
                smaller.add(new StateContent(
                        content.entries(), content.entryBytes(), content.rewrites() / 2, content.onDisk()));
            }
        }
        return smaller;
    }

    private static List<Plan> shorterIncidents(Plan plan) {
        List<Plan> smaller = new ArrayList<>();
        for (int i = 0; i < plan.incidents().size(); i++) {
            Incident incident = plan.incidents().get(i);
            if (incident.millis() > 1) {
                int place = i;
                smaller.add(plan.but(draft -> draft.incidents.set(place, incident.withMillis(incident.millis() / 2))));
            }
        }
        return smaller;
    }
}
