package org.tagma.core.service;

import com.google.protobuf.ByteString;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;

/**
 * A {@link StateMachine} whose whole state is in a {@link org.tagma.core.state.StateStore}. What it gains:
 *
 * <ul>
 *   <li>a checkpoint costs what changed since the last one, not what there is;
 *   <li>a replica that lags fetches only the parts that differ;
 *   <li>any value can be proved to a client by a single replica;
 *   <li>an operation that is refused, or throws, leaves no trace in the state.
 * </ul>
 *
 * <p>Nothing that {@link #apply} depends on may be kept outside of the store: it is replaced as a whole at any time
 * between two operations.
 */
public interface MerkleStateMachine extends StateMachine {

    /** Where all of the state is; the same object every time. */
    MerkleStateStore state();

    /** The whole state as one lump, for a host that knows no trees. */
    @Override
    default ByteString snapshot() {
        return state().tree().encode();
    }

    @Override
    default void restore(ByteString snapshot) {
        MerkleTree tree = MerkleTree.decode(snapshot)
                .orElseThrow(() -> new IllegalArgumentException("not a snapshot of a state store"));
        state().replace(tree);
    }
}
