package org.tagma.replica;

import java.io.IOException;
import java.util.List;
import org.tagma.core.service.ServiceSnapshot;

/**
 * Where the states of checkpoints are kept for the next life. A replica votes for a checkpoint only once its state is
 * here, so what a stable checkpoint lets go of in the log is never missed.
 *
 * <p>Used by one thread. After an {@link IOException} of a method that writes, the replica stops.
 */
public interface SnapshotStore {

    /** The states that earlier lives left, whole and checked against their digests; a damaged one is left out. */
    List<ServiceSnapshot> recover() throws IOException;

    /** Keeps a state, in place of one of the same sequence number. It is durable on return. */
    void save(ServiceSnapshot snapshot) throws IOException;

    /** Forgets the states below this sequence number. */
    void release(long below) throws IOException;

    /** A store that keeps nothing for the next life. */
    static SnapshotStore none() {
        return new SnapshotStore() {
            @Override
            public List<ServiceSnapshot> recover() {
                return List.of();
            }

            @Override
            public void save(ServiceSnapshot snapshot) {}

            @Override
            public void release(long below) {}
        };
    }
}
