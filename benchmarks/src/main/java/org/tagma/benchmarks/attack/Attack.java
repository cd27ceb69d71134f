package org.tagma.benchmarks.attack;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.tagma.simulator.Scenario;
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
            all.add(replica("primary late by " + delay + " ms", PRIMARY, "delays:" + delay));
        }
        all.add(replica("dark primary", PRIMARY, "isolates:" + BACKUP));
        all.add(replica("censoring primary", PRIMARY, "censors:0"));
        all.add(replica("equivocating primary", PRIMARY, "equivocates"));
        all.add(replica("silent primary", PRIMARY, "silent"));
        all.add(client("client asks each for something else", Kind.OTHER_REQUESTS_TO_EACH));
        all.add(client("client floods all", Kind.SAME_REQUESTS_TO_ALL));
        all.add(client("client floods backups only", Kind.BACKUPS_ONLY));
        all.add(client("big MAC", Kind.BIG_MAC));
        all.add(replica("flooding replica", BACKUP, "floods:" + FLOOD_A_MILLI));
        all.add(replica("flooding primary", PRIMARY, "floods:" + FLOOD_A_MILLI));
        all.add(replica("forged view changes", BACKUP, "leaves-every-view", "forged-view-changes"));
        return List.copyOf(all);
    }

    private static Attack replica(String name, int replica, String... ways) {
        return new Attack(
                name,
                (scenario, from) -> scenario.byzantine(
                        replica, Stream.of(ways).map(way -> way + "@" + from).toArray(String[]::new)));
    }

    private static Attack client(String name, Kind kind) {
        return new Attack(name, (scenario, from) -> scenario.flood(kind, from));
    }
}
