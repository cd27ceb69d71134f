package org.tagma.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import org.tagma.simulator.Scenario;
import org.tagma.simulator.byzantine.Behaviours;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.workload.FloodHabit.Kind;

/**
 * Something that one replica, or one client, does to the group from some time on.
 *
 * @param name for people
 * @param script makes it happen in a scenario, from that time in milliseconds on
 */
public record Attack(String name, Script script) {

    /** Makes an attack happen in a scenario. */
    @FunctionalInterface
    public interface Script {
        /** The scenario with the attack from this virtual time on. */
        Scenario attacks(Scenario scenario, long fromMillis);
    }

    private static final int PRIMARY = 0;
    private static final int BACKUP = 1;

    /** More than all replicas together say. */
    private static final int FLOOD_A_MILLI = 4;

    /** Nobody attacks. */
    static final Attack NONE = new Attack("none", (scenario, from) -> scenario);

    /** All of them. */
    static List<Attack> all(long timeoutMillis) {
        List<Attack> all = new ArrayList<>();
        for (int tenths = 1; tenths < 10; tenths++) {
            long delay = timeoutMillis * tenths / 10;
            all.add(replica("primary late by " + delay + " ms", PRIMARY, Behaviours.delays(delay)));
        }
        all.add(replica("dark primary", PRIMARY, Behaviours.isolates(BACKUP)));
        all.add(replica("censoring primary", PRIMARY, Behaviours.censors(0)));
        all.add(replica("equivocating primary", PRIMARY, Behaviours.equivocates()));
        all.add(replica("silent primary", PRIMARY, Behaviours.isSilent()));
        all.add(client("flooding client", Kind.OTHER_REQUESTS_TO_EACH));
        all.add(client("big MAC", Kind.BIG_MAC));
        all.add(replica("flooding replica", BACKUP, Behaviours.floods(FLOOD_A_MILLI)));
        all.add(replica("flooding primary", PRIMARY, Behaviours.floods(FLOOD_A_MILLI)));
        all.add(replica("forged view changes", BACKUP, Behaviours.leavesEveryView(), Behaviours.forgesViewChanges()));
        return List.copyOf(all);
    }

    private static Attack replica(String name, int replica, Misbehaviour.Factory... ways) {
        return new Attack(name, (scenario, from) -> {
            Misbehaviour.Factory[] later = new Misbehaviour.Factory[ways.length];
            for (int i = 0; i < ways.length; i++) {
                later[i] = Behaviours.later(from, ways[i]);
            }
            return scenario.byzantine(replica, later);
        });
    }

    private static Attack client(String name, Kind kind) {
        return new Attack(name, (scenario, from) -> scenario.flood(kind, from));
    }
}
