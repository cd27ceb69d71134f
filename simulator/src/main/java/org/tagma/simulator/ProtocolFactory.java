package org.tagma.simulator;

import java.util.Optional;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;

/** Makes the protocol of a replica at the start of an incarnation. */
@FunctionalInterface
public interface ProtocolFactory<C> {

    /**
     * Makes one.
     *
     * @param stateStore where the parts of a state go that is being fetched, if not into memory
     */
    Protocol create(C config, Optional<NodeStore> stateStore);
}
