package org.tagma.simulator.plan;

import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.Tuning;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.plan.Incident.Kind;

/**
 * Draws a plan from a seed: sizes, loads and what goes wrong, within what the system model allows. The more different
 * the plans are, the more mistakes they find; so besides the usual sizes there are the smallest, at which every edge
 * is near.
 */
final class PlanDrawing {

    private static final int LONGEST_STABILIZATION_MILLIS = 3_000;
    private static final int LONGEST_PAUSE_MILLIS = 4_000;
    private static final int MAX_SYNCHRONOUS_DRIFT = 10;
    private static final int MAX_DRIFT = 50;
    private static final List<Kind> FAILING_DISKS = List.of(Kind.SYNC, Kind.FULL, Kind.CHECKPOINT, Kind.UNREADABLE);

    private final Setting setting;
    private final long seed;
    private final SplittableRandom random;
    private final int operations;

    PlanDrawing(Setting setting, long seed) {
        this.setting = setting;
        this.seed = seed;
        // Neighbouring seeds and neighbouring models must have nothing in common.
        long model = setting.model().label().hashCode() * 31L + Setting.salt(setting.protocol());
        this.random =
                new SplittableRandom(new SplittableRandom(seed).nextLong() ^ new SplittableRandom(model).nextLong());
        this.operations = Math.max(1, setting.operations());
    }

    Plan plan() {
        Plan plan = ofAnyProtocol();
        Plan drawn = setting.protocol().changesMembers() ? new LeaderDrawing(plan, random).plan() : plan;
        Plan ofTree = new TreeDrawing(drawn, TreeDrawing.randomOf(drawn)).plan();
        return new ServiceDrawing(ofTree, seed).plan();
    }

    private Plan ofAnyProtocol() {
        PlanDraft draft = new PlanDraft(setting.protocol(), setting.model());
        draft.seed = seed;
        draft.replicas = setting.replicas();
        draft.faults = setting.faults();
        draft.realCrypto = setting.hasRealCrypto();
        draft.malicious = malicious();
        draft.tuning = tuning();
        draft.authentication = authentication(random.nextBoolean());
        draft.fastReads = random.nextBoolean();
        draft.wire = wire();
        draft.stabilizationMillis = stabilizationMillis();
        draft.driftPerMille = random.nextInt(1 + (isSynchronous() ? MAX_SYNCHRONOUS_DRIFT : MAX_DRIFT));
        draft.clients = clients();
        draft.registers = random.nextInt(1, 7);
        draft.faultyClients = setting.model().nodes() == Nodes.BYZANTINE && chance(25) ? random.nextInt(1, 3) : 0;
        draft.incidents = incidents(draft.malicious);
        return draft.plan();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private boolean isSynchronous() {
        return setting.model().synchrony() == Synchrony.SYNCHRONOUS;
    }

    private AuthenticationMode authentication(boolean hasMacs) {
        if (!hasMacs) {
            return AuthenticationMode.SIGNATURES;
        }
        return Long.bitCount(seed) % 2 == 0 ? AuthenticationMode.MACS : AuthenticationMode.CLIENT_SIGNATURES;
    }

    private Tuning tuning() {
        if (chance(50)) {
            return Tuning.USUAL;
        }
        int interval = 1 << random.nextInt(5);
        int window = interval * random.nextInt(2, 6);
        return new Tuning(interval, window, random.nextInt(1, 9), 1 << random.nextInt(5));
    }

    private Wire wire() {
        Network network = setting.model().network();
        int maxDelayMillis = random.nextInt(1, 11);
        if (network == Network.RELIABLE) {
            return new Wire(maxDelayMillis, 0, 0, 0, 0, 0, 0);
        }
        boolean hostile = network == Network.ARBITRARY;
        return new Wire(
                maxDelayMillis,
                random.nextInt(80),
                random.nextInt(50),
                random.nextInt(50),
                hostile ? random.nextInt(50) : 0,
                hostile ? random.nextInt(80) : 0,
                hostile ? random.nextInt(50) : 0);
    }

    private long stabilizationMillis() {
        return switch (setting.model().synchrony()) {
            case SYNCHRONOUS -> 0;
            case PARTIAL -> chance(30) ? 0 : random.nextInt(LONGEST_STABILIZATION_MILLIS);
            case ASYNCHRONOUS -> -1;
        };
    }

    private TreeMap<Integer, List<String>> malicious() {
        TreeMap<Integer, List<String>> malicious = new TreeMap<>();
        if (setting.model().nodes() == Nodes.BYZANTINE) {
            // Colluding replicas share a plan, now and then; else each has its own.
            boolean together = chance(30);
            List<String> shared = drawnWays();
            for (int id : someReplicas(setting.faults())) {
                malicious.put(id, together ? shared : drawnWays());
            }
        }
        return malicious;
    }

    private List<String> drawnWays() {
        return SimulatedProtocol.of(setting.protocol(), setting.replicas())
                .behaviours()
                .drawn(random, setting.replicas(), setting.clients());
    }

    /** So many different ones; replica 0, the first primary, rather than others. */
    private TreeSet<Integer> someReplicas(int count) {
        TreeSet<Integer> chosen = new TreeSet<>();
        if (count > 0 && chance(30)) {
            chosen.add(0);
        }
        while (chosen.size() < Math.min(count, setting.replicas())) {
            chosen.add(random.nextInt(setting.replicas()));
        }
        return chosen;
    }

    private List<ClientPlan> clients() {
        List<ClientPlan> clients = new ArrayList<>();
        for (int id = 0; id < setting.clients(); id++) {
            int share = operations / setting.clients() + (id < operations % setting.clients() ? 1 : 0);
            clients.add(new ClientPlan(share, chance(50) ? 1 : random.nextInt(2, 6), thinkMillis()));
        }
        return clients;
    }

    private int thinkMillis() {
        int kind = random.nextInt(10);
        return kind < 6 ? 1 : kind < 9 ? random.nextInt(2, 20) : random.nextInt(20, 200);
    }

    // ---- incidents ----

    private List<Incident> incidents(SortedMap<Integer, List<String>> malicious) {
        List<Incident> incidents = new ArrayList<>();
        TreeSet<Integer> forgetful = new TreeSet<>();
        switch (setting.model().nodes()) {
            case CRASH_STOP -> crashes(incidents);
            case CRASH_RECOVERY -> {
                restarts(incidents, new TreeMap<>(), random.nextInt(5));
                forgetful = amnesia(incidents);
            }
            case BYZANTINE -> {
                if (chance(30)) {
                    restarts(incidents, malicious, random.nextInt(1, 3));
                }
            }
        }
        if (!isSynchronous()) {
            pausesAndCuts(incidents);
        }
        if (setting.model().nodes() != Nodes.CRASH_STOP) {
            failingDisks(incidents, malicious);
            wipedDisks(incidents, forgetful);
            wholeGroupStops(incidents, malicious);
        }
        if (setting.protocol().changesMembers()) {
            transfers(incidents);
            changesOfTheGroup(incidents);
        }
        return incidents;
    }

    /** Who stops for one forgets nothing that counts, so it may happen to any number of them. */
    private void failingDisks(List<Incident> incidents, SortedMap<Integer, List<String>> malicious) {
        int count = chance(60) ? 0 : random.nextInt(1, 3);
        for (int i = 0; i < count; i++) {
            Kind kind = FAILING_DISKS.get(random.nextInt(FAILING_DISKS.size()));
            int id = random.nextInt(setting.replicas());
            int successes = kind == Kind.UNREADABLE ? 0 : random.nextInt(kind == Kind.CHECKPOINT ? 3 : 12);
            if (!malicious.containsKey(id)) {
                incidents.add(incident(kind, id, duration(), successes));
            }
        }
    }

    /** Of those only that may forget, now and then twice. */
    private void wipedDisks(List<Incident> incidents, TreeSet<Integer> forgetful) {
        for (int id : forgetful) {
            for (int i = chance(70) ? 0 : random.nextInt(1, 3); i > 0; i--) {
                incidents.add(incident(Kind.WIPE, id, duration(), 0));
            }
        }
    }

    /** All at one moment, and again when one more operation is done; the time they are back is not the same for all. */
    private void wholeGroupStops(List<Incident> incidents, SortedMap<Integer, List<String>> malicious) {
        if (chance(85)) {
            return;
        }
        int first = random.nextInt(operations);
        int times = random.nextInt(1, 3);
        for (int after = first; after < first + times; after++) {
            boolean together = chance(50);
            long millis = duration();
            for (int id = 0; id < setting.replicas(); id++) {
                if (!malicious.containsKey(id)) {
                    long away = together ? millis : duration();
                    incidents.add(new Incident(Kind.DOWN, List.of(id), true, after, away, 0));
                }
            }
        }
    }

    /**
     * So many of a Raft group may lose their votes by a change: a majority of those that are left must remember, or
     * the group stands still for good.
     */
    static int removable(int replicas, List<Incident> incidents) {
        long forgetful = incidents.stream()
                .filter(each -> each.kind() == Kind.AMNESIA || each.kind() == Kind.WIPE)
                .map(Incident::replicas)
                .distinct()
                .count();
        return replicas - 1 - 2 * (int) forgetful;
    }

    private void transfers(List<Incident> incidents) {
        for (int i = chance(70) ? 0 : random.nextInt(1, 4); i > 0; i--) {
            incidents.add(incident(Kind.TRANSFER, random.nextInt(setting.replicas()), 0, 0));
        }
    }

    private void crashes(List<Incident> incidents) {
        for (int id : someReplicas(setting.faults())) {
            if (chance(80)) {
                incidents.add(incident(Kind.CRASH, id, 0, 0));
            }
        }
    }

    private void restarts(List<Incident> incidents, SortedMap<Integer, List<String>> malicious, int count) {
        for (int i = 0; i < count; i++) {
            int id = random.nextInt(setting.replicas());
            if (!malicious.containsKey(id)) {
                boolean power = chance(40);
                incidents.add(incident(power ? Kind.POWER : Kind.DOWN, id, duration(), power ? random.nextInt(12) : 0));
            }
        }
    }

    /**
     * Only as many as may be faulty, and always the same ones: who forgot counts as faulty until it has learnt again.
     */
    private TreeSet<Integer> amnesia(List<Incident> incidents) {
        int tolerated = Promises.tolerated(setting.protocol(), setting.replicas());
        TreeSet<Integer> forgetful = someReplicas(Math.min(setting.faults(), tolerated));
        for (int id : forgetful) {
            if (chance(40)) {
                incidents.add(incident(Kind.AMNESIA, id, duration(), 0));
            }
        }
        return forgetful;
    }

    private void pausesAndCuts(List<Incident> incidents) {
        int count = chance(50) ? 0 : random.nextInt(1, 4);
        for (int i = 0; i < count; i++) {
            if (chance(50)) {
                incidents.add(incident(Kind.PAUSE, random.nextInt(setting.replicas()), duration(), 0));
            } else {
                TreeSet<Integer> side = new TreeSet<>();
                int size = random.nextInt(1, Math.max(2, setting.replicas() / 2 + 1));
                while (side.size() < size) {
                    side.add(random.nextInt(setting.replicas()));
                }
                incidents.add(
                        new Incident(Kind.CUT, List.copyOf(side), true, random.nextInt(operations), duration(), 0));
            }
        }
    }

    private void changesOfTheGroup(List<Incident> incidents) {
        int removable = removable(setting.replicas(), incidents);
        if (setting.model().nodes() != Nodes.CRASH_RECOVERY || removable < 1 || chance(60)) {
            return;
        }
        for (int i = random.nextInt(1, 4); i > 0; i--) {
            TreeSet<Integer> some = someReplicas(random.nextInt(1, removable + 1));
            incidents.add(new Incident(
                    chance(50) ? Kind.DEMOTE : Kind.REMOVE,
                    List.copyOf(some),
                    true,
                    random.nextInt(operations),
                    duration(),
                    0));
        }
    }

    private Incident incident(Kind kind, int replica, long millis, int barriers) {
        boolean byOperations = chance(80);
        long when = byOperations ? random.nextInt(operations) : random.nextInt(LONGEST_STABILIZATION_MILLIS);
        return new Incident(kind, List.of(replica), byOperations, when, millis, barriers);
    }

    private long duration() {
        return chance(50) ? random.nextInt(1, 200) : random.nextInt(1, LONGEST_PAUSE_MILLIS);
    }
}
