package org.tagma.simulator;

import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.IntPredicate;
import org.tagma.client.call.ClientSetup;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.kernel.Adversary;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/**
 * A protocol as the simulator runs it: how its replicas and clients are made, and what its runs must keep beside what
 * every replicated service keeps. Immutable: the state of a run is in what it makes.
 */
public interface SimulatedProtocol {

    /**
     * Sizes that the codec and the checks of bounds must know.
     *
     * @param logWindow sequence numbers that may be under way at once
     */
    record Sizes(int maxBatchRequests, int logWindow, int maxPendingRequests) {}

    /** "pbft" or "raft". */
    String name();

    /** How many replicas there are, and how many of them may be faulty in the way that the protocol is made for. */
    Quorums quorums();

    /** How many of them may be malicious. */
    int toleratedByzantine();

    /** Its sizes. */
    Sizes sizes();

    /** The length of its base timeout: patience with a primary, or with a leader. */
    long timeoutMillis();

    /** The same protocol with other sizes. */
    SimulatedProtocol tuned(Tuning tuning);

    /**
     * A replica at the start of an incarnation.
     *
     * @param incarnationSeed another one for every replica and incarnation
     * @param stateStore where the parts of a state go that is being fetched, if not into memory
     */
    Protocol create(int replica, long incarnationSeed, Optional<NodeStore> stateStore);

    /**
     * The latest view in which a group of these replicas may be that nothing else disturbs: no loss, no delay, no
     * crash. Empty if there is no such view.
     */
    default OptionalLong lastUndisturbedView(IntPredicate isCorrect) {
        return OptionalLong.empty();
    }

    /** A scheduler of an asynchronous network that keeps the group from deciding (Fischer, Lynch and Paterson 1985). */
    Adversary againstProgress();

    /** How messages are authenticated, in one of the two modes of a cluster. */
    AuthenticationPolicy policy(AuthenticationMode mode);

    /** What follows one run. */
    ProtocolObserver observer(Violations violations);

    /** What a client of this protocol must know. */
    ClientSetup clientSetup(int client, AuthenticationMode mode, boolean readOnlyFastPath);
}
