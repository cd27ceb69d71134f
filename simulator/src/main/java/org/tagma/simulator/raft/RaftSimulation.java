package org.tagma.simulator.raft;

import java.util.List;
import java.util.SplittableRandom;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Settings;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.byzantine.Behaviour;
import org.tagma.simulator.byzantine.Behaviour.Use;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/** Raft in the simulator. */
public final class RaftSimulation implements ProtocolSimulation {

    private static final String LEASE_READS = "leaseReads";
    private static final String INFLIGHT_MESSAGES = "maxInflightMessages";
    private static final String INFLIGHT_BYTES = "maxInflightBytes";
    private static final String CONSPIRACY = "two-faced";

    /** If one clock is so much too fast and another so much too slow, they are 10 % apart, as leases allow. */
    private static final int MAX_DRIFT_UNDER_LEASES = 47;

    private static final List<Behaviour> BEHAVIOURS = List.of(
            Behaviour.of("equivocates", situation -> new EmptiedEntries(situation.replicas(), situation::isFavoured)),
            Behaviour.of(
                            CONSPIRACY,
                            situation -> new EmptiedEntries(
                                    situation.replicas(), to -> situation.rankAmongOthers(to) % 2 == 0))
                    .used(Use.DRAWN_BESIDES));

    /** For the service loader. */
    public RaftSimulation() {}

    @Override
    public String protocol() {
        return "raft";
    }

    @Override
    public List<Property> properties() {
        return RaftProperties.ALL;
    }

    @Override
    public ProtocolObserver observer(SimulatedProtocol group, Violations violations) {
        List<Integer> voters = group.template().settings().replicas("voters");
        return new RaftObserver(
                violations,
                voters.isEmpty() ? Configuration.ofFirst(group.quorums().replicas()) : Configuration.of(voters));
    }

    @Override
    public List<Behaviour> behaviours() {
        return BEHAVIOURS;
    }

    @Override
    public String conspiracy() {
        return CONSPIRACY;
    }

    /**
     * What a leader sends arrives when its receiver is in a later term, by which time somebody else stands or leads.
     * So no entry is ever on a majority in the term in which that counts, and every leader steps down unheard.
     */
    @Override
    public Adversary againstProgress() {
        return message -> message instanceof AppendEntries append ? append.term() : Adversary.HARMLESS;
    }

    @Override
    public String scheduleAgainstProgress() {
        return "delivers each AppendEntries when its receiver has gone on to a later term";
    }

    /** Small bounds, and an election timeout of half a second. */
    @Override
    public Settings settings(ProtocolDefinition definition) {
        return Settings.standard(definition.settings())
                .with("electionTimeoutMillis", 500)
                .with("logTail", 4)
                .with(INFLIGHT_MESSAGES, 4)
                .with(INFLIGHT_BYTES, 1 << 18);
    }

    /**
     * Where reads skip ordering, leaders may answer alone under a lease; and bounds may be so small that runs
     * meet them.
     */
    @Override
    public Settings drawn(Settings settings, boolean readsSkipOrdering, SplittableRandom random) {
        Settings drawn = settings.with(LEASE_READS, readsSkipOrdering && random.nextInt(100) < 50);
        return random.nextInt(100) < 70
                ? drawn
                : drawn.with(INFLIGHT_MESSAGES, random.nextInt(1, 5)).with(INFLIGHT_BYTES, random.nextInt(100, 3_000));
    }

    @Override
    public int maxDriftPerMille(Settings settings) {
        return settings.bool(LEASE_READS)
                ? MAX_DRIFT_UNDER_LEASES
                : ProtocolSimulation.super.maxDriftPerMille(settings);
    }
}
