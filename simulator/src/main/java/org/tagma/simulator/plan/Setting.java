package org.tagma.simulator.plan;

import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.model.Network;
import org.tagma.simulator.model.Nodes;
import org.tagma.simulator.model.Promise;
import org.tagma.simulator.model.Promises;
import org.tagma.simulator.model.Synchrony;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.properties.Property;

/**
 * What is given when plans are drawn; a seed says the rest.
 *
 * <p>Immutable.
 *
 * @param faults how many replicas may be faulty, in the way that the model says
 * @param clients how many correct clients there are, at least 1
 * @param operations how many operations they have done, all together
 * @param hasRealCrypto whether messages are really signed
 */
public record Setting(
        ProtocolDefinition protocol,
        SystemModel model,
        int replicas,
        int faults,
        int clients,
        int operations,
        boolean hasRealCrypto) {

    private static final int MOST_FAULTS_OF_SOME_SIZE = 3;
    private static final long SIZES = 0x73697a6573L;

    /** The smallest group that tolerates one fault, three clients and 200 operations, under this model. */
    public static Setting of(ProtocolDefinition protocol, SystemModel model) {
        int replicas = protocol.groupSizes().usualReplicas();
        return new Setting(protocol, model, replicas, Promises.tolerated(protocol, replicas), 3, 200, false);
    }

    /** The default: PBFT, one of four replicas malicious, fair loss, partial synchrony. */
    public static Setting standard() {
        return of(Protocols.standard(), new SystemModel(Network.FAIR_LOSS, Nodes.BYZANTINE, Synchrony.PARTIAL));
    }

    /** The same with so many operations in all. */
    public Setting withOperations(int count) {
        return new Setting(protocol, model, replicas, faults, clients, count, hasRealCrypto);
    }

    /** The same with a group of so many, of which as many are faulty as it tolerates. */
    public Setting withReplicas(int count) {
        return new Setting(
                protocol, model, count, Promises.tolerated(protocol, count), clients, operations, hasRealCrypto);
    }

    /** The same with a group of a size that the seed says, from the smallest that tolerates a fault on. */
    public Setting ofSomeSize(long seed) {
        int least = smallest(protocol);
        int most = MOST_FAULTS_OF_SOME_SIZE * (least - 1) + 1;
        return withReplicas(new SplittableRandom(seed ^ SIZES).nextInt(least, most + 1));
    }

    private static int smallest(ProtocolDefinition protocol) {
        return of(protocol, SystemModel.all().get(0)).replicas();
    }

    /** What is owed under it. */
    public Promise promise() {
        return Promises.of(protocol, model, replicas, faults);
    }

    /** All that is owed under it, by name: what any protocol owes, and what is this one's own. */
    public List<Property> owed() {
        Promise promise = promise();
        return Stream.concat(Property.OF_ALL_PROTOCOLS.stream(), ProtocolSimulation.of(protocol).properties().stream())
                .filter(promise::owes)
                .toList();
    }

    /** The command that looks for a run that breaks what is not owed under it, if there is such. */
    public Optional<String> breakCommand() {
        return promise()
                .notOwed()
                .map(property -> "./tagma sim --protocol " + protocol.name() + " --network "
                        + model.network().label() + " --nodes " + model.nodes().label() + " --timing "
                        + model.synchrony().label()
                        + (faults > Promises.tolerated(protocol, replicas) ? " --faults " + faults : "")
                        + " --show-break");
    }

    /** The plan that a seed stands for. */
    public Plan draw(long seed) {
        return new PlanDrawing(this, seed).plan();
    }

    /** Lets one seed draw something else under each kind of protocol. What it is must stay: seeds are written down. */
    static long salt(ProtocolDefinition protocol) {
        return 3L - protocol.groupSizes().replicasPerFault();
    }
}
