package org.tagma.replica.storage.backup;

import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.StateChange;
import org.tagma.protocol.Certificate;

/**
 * Where the states of two replicas of one cluster part, as far as the checkpoints tell that both keep. Immutable, but
 * that the states are read when the changes are.
 *
 * @param compared the checkpoints that both have: whether they are equal, by ascending sequence number
 * @param first of the first of them that differs, if one does
 */
public record Divergence(Map<Long, Boolean> compared, Optional<Difference> first) {

    /**
     * Two states that should be one.
     *
     * @param sequence the checkpoint's
     * @param one the digest at the first replica
     * @param other the digest at the second
     * @param certified what a quorum certified there, if either of them kept the proof
     * @param states the two states
     */
    public record Difference(
            long sequence, Digest one, Digest other, Optional<Digest> certified, List<ServiceSnapshot> states) {

        /** Whether the states are kept as trees, so that it can be told which keys differ. */
        public boolean hasKeys() {
            return states.stream().allMatch(state -> state.tree().isPresent());
        }

        /**
         * The keys whose values differ, in their order: before is the first replica's, after the second's. None if only
         * what is kept beside the keys differs: the clients' sessions or the agreed time.
         *
         * @throws IllegalStateException if the states have no keys
         */
        public Iterator<StateChange> keys() {
            if (!hasKeys()) {
                throw new IllegalStateException("opaque states have no keys");
            }
            return states.get(1)
                    .tree()
                    .orElseThrow()
                    .changesSince(states.get(0).tree().orElseThrow());
        }
    }

    /**
     * Compares what two stopped replicas, or backups of them, hold; both must stay open as long as the keys are read.
     */
    public static Divergence between(StoppedReplica one, StoppedReplica other) {
        Map<Long, ServiceSnapshot> here = new TreeMap<>();
        one.checkpoints().forEach(state -> here.put(state.sequence(), state));
        Map<Long, Boolean> compared = new TreeMap<>();
        Optional<Difference> first = Optional.empty();
        for (ServiceSnapshot there : other.checkpoints()) {
            ServiceSnapshot mine = here.get(there.sequence());
            if (mine != null) {
                boolean same = mine.stateDigest().equals(there.stateDigest());
                compared.put(there.sequence(), same);
                if (!same && first.isEmpty()) {
                    first = Optional.of(new Difference(
                            there.sequence(),
                            mine.stateDigest(),
                            there.stateDigest(),
                            certified(there.sequence(), one, other),
                            List.of(mine, there)));
                }
            }
        }
        return new Divergence(compared, first);
    }

    private static Optional<Digest> certified(long sequence, StoppedReplica one, StoppedReplica other) {
        return List.of(one, other).stream()
                .flatMap(replica -> replica.newestState().stream())
                .flatMap(state -> state.certificate().stream())
                .filter(certificate -> certificate.sequence() == sequence)
                .map(Certificate::stateDigest)
                .findFirst();
    }

    /** The last checkpoint before the first difference at which both were the same. */
    public OptionalLong lastEqual() {
        long end = first.map(Difference::sequence).orElse(Long.MAX_VALUE);
        return compared.entrySet().stream()
                .filter(entry -> entry.getValue() && entry.getKey() < end)
                .mapToLong(Map.Entry::getKey)
                .max();
    }
}
