package org.tagma.replica.storage;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.NodeStore;

/**
 * Where the states of checkpoints are kept for the next incarnation. A replica votes for a checkpoint only once its
 * state is here, so what a stable checkpoint lets go of in the log is never missed.
 *
 * <p>Used by one thread. After an {@link IOException} of a method that writes, the replica stops.
 */
public interface SnapshotStore extends AutoCloseable {

    /**
     * The states that earlier incarnations left, checked against their digests; a damaged one is left out. Of a Merkle
     * tree, a part is checked when it is read.
     */
    List<ServiceSnapshot> recover() throws IOException;

    /**
     * Keeps a state, in place of one of the same sequence number. It is durable on return.
     *
     * @return the same state in the form in which it is kept: a part of it that is not in memory is read when it is
     *     needed
     */
    ServiceSnapshot save(ServiceSnapshot snapshot) throws IOException;

    /**
     * Forgets the states below a sequence number.
     *
     * @param butNot the sequence numbers of some of them that others are fetching
     */
    void release(long below, Set<Long> butNot) throws IOException;

    /** Where the parts of a state go that is being fetched; empty if into memory. */
    default Optional<NodeStore> nodes() {
        return Optional.empty();
    }

    @Override
    default void close() {}

    /** A store that keeps nothing for the next incarnation. */
    static SnapshotStore none() {
        return new SnapshotStore() {
            @Override
            public List<ServiceSnapshot> recover() {
                return List.of();
            }

            @Override
            public ServiceSnapshot save(ServiceSnapshot snapshot) {
                return snapshot;
            }

            @Override
            public void release(long below, Set<Long> butNot) {}
        };
    }
}
