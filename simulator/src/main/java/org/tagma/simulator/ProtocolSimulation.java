package org.tagma.simulator;

import java.util.List;
import java.util.ServiceLoader;
import java.util.SplittableRandom;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Settings;
import org.tagma.simulator.byzantine.Behaviour;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * What the simulator knows of a protocol beside its {@link ProtocolDefinition}: properties of its own to check, ways of
 * being malicious that speak its language, and the settings that bring its edges near. All of it is optional: a
 * protocol without one runs, and is checked for what every replicated service owes its users.
 *
 * <p>One comes as a class that implements this interface, has a public constructor without parameters, and is named in
 * a file {@code META-INF/services/org.tagma.simulator.ProtocolSimulation}. Implementations are stateless and
 * thread-safe.
 */
public interface ProtocolSimulation {

    /** The name of the protocol that it is about. */
    String protocol();

    // ---- what is checked ----

    /** What this protocol promises besides {@link Property#OF_ALL_PROTOCOLS}. */
    default List<Property> properties() {
        return List.of();
    }

    /**
     * What follows one run and reports what breaks those properties; a new one for each run.
     *
     * @param violations where it reports
     */
    default ProtocolObserver observer(SimulatedProtocol group, Violations violations) {
        return new ProtocolObserver() {};
    }

    // ---- what goes wrong ----

    /** How its replicas can be malicious, besides the ways that have nothing to do with what they say. */
    default List<Behaviour> behaviours() {
        return List.of();
    }

    /**
     * The way in which more malicious replicas than are tolerated break agreement together; empty if none is known.
     */
    default String conspiracy() {
        return "";
    }

    /** A scheduler of an asynchronous network that keeps the group from deciding (Fischer, Lynch, Paterson 1985). */
    default Adversary againstProgress() {
        return message -> Adversary.HARMLESS;
    }

    /** What that scheduler does, for people; empty if there is none, and everything is delivered. */
    default String scheduleAgainstProgress() {
        return "";
    }

    // ---- its settings ----

    /** The settings of its own that runs have, unless a seed draws others. */
    default Settings settings(ProtocolDefinition definition) {
        return Settings.standard(definition.settings());
    }

    /**
     * Draws other settings for some runs; what they promise is the same with all of them.
     *
     * @param settings the usual ones
     * @param readsSkipOrdering whether queries may be answered without being ordered
     */
    default Settings drawn(Settings settings, boolean readsSkipOrdering, SplittableRandom random) {
        return settings;
    }

    /** By how many of a thousand clocks may be too fast or too slow with these settings, for promises to hold. */
    default int maxDriftPerMille(Settings settings) {
        return 200;
    }

    /** Those on the class path. */
    List<ProtocolSimulation> ALL =
            ServiceLoader.load(ProtocolSimulation.class, ProtocolSimulation.class.getClassLoader()).stream()
                    .map(ServiceLoader.Provider::get)
                    .toList();

    /** What is known of a protocol; nothing, if nobody brought anything. */
    static ProtocolSimulation of(ProtocolDefinition definition) {
        return ALL.stream()
                .filter(each -> each.protocol().equals(definition.name()))
                .findFirst()
                .orElseGet(() -> definition::name);
    }
}
