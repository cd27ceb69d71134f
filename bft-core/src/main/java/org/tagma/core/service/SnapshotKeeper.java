package org.tagma.core.service;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.protocol.TransferMessage.Question;

/**
 * The snapshots that a replica keeps, and its answers to replicas that fetch one. How many there are is bounded by who
 * takes checkpoints, the protocol, whose window of sequence numbers holds a few of them at most; and by who fetches: a
 * replica that asks for a state keeps that one from being released, else a state that changes faster than it is fetched
 * would never arrive. That is one for each who asks; of a tree, it costs what has changed since.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotKeeper {

    /**
     * Who does not ask during so many releases, fetches no more: seconds under load, and under little load it costs
     * little.
     */
    private static final int PATIENCE_RELEASES = 32;

    private final TreeMap<Long, ServiceSnapshot> snapshots = new TreeMap<>();
    private final Map<Integer, Claim> claims = new TreeMap<>();
    private long releases;

    /** What somebody asked for last, and how many releases there had been then. */
    private record Claim(long sequence, long atRelease) {}

    /** Keeps a snapshot, in place of one of the same sequence number. */
    public void keep(ServiceSnapshot snapshot) {
        snapshots.put(snapshot.sequence(), snapshot);
    }

    /**
     * Lets go of the snapshots below a sequence number, but for those that others are fetching.
     *
     * @return the sequence numbers of the ones that stay
     */
    public Set<Long> release(long below) {
        releases++;
        claims.values().removeIf(claim -> releases - claim.atRelease() > PATIENCE_RELEASES);
        List<Long> claimed = claims.values().stream().map(Claim::sequence).toList();
        Set<Long> older = snapshots.headMap(below).keySet();
        older.retainAll(claimed);
        return new TreeSet<>(older);
    }

    /** The snapshot of a sequence number, if it is kept. */
    public Optional<ServiceSnapshot> get(long sequence) {
        return Optional.ofNullable(snapshots.get(sequence));
    }

    /** The newest snapshot kept. */
    public Optional<ServiceSnapshot> newest() {
        return snapshots.isEmpty()
                ? Optional.empty()
                : Optional.of(snapshots.lastEntry().getValue());
    }

    /**
     * Answers a question; empty if it is about a state or a chunk that is not there.
     *
     * @param asker a member of the group
     */
    public Optional<Answer> answer(int asker, Question question) {
        Optional<Answer> answer = answer(question);
        if (answer.isPresent()) {
            claims.put(asker, new Claim(question.sequence(), releases));
        }
        return answer;
    }

    private Optional<Answer> answer(Question question) {
        if (question instanceof FetchManifest fetch) {
            return find(fetch.sequence(), fetch.stateDigest())
                    .map(snapshot -> new ManifestAnswer(
                            fetch.sequence(), snapshot.manifest().encode()));
        }
        if (question instanceof FetchPiece fetch) {
            return find(fetch.sequence(), fetch.stateDigest())
                    .flatMap(ServiceSnapshot::tree)
                    .flatMap(tree -> tree.piece(fetch.path(), fetch.maxWholeBytes()))
                    .map(piece -> new PieceAnswer(fetch.sequence(), fetch.path(), piece));
        }
        FetchChunk fetch = (FetchChunk) question;
        return find(fetch.sequence(), fetch.stateDigest())
                .filter(snapshot -> fetch.index() >= 0
                        && fetch.index() < snapshot.manifest().chunks().size())
                .map(snapshot -> new ChunkAnswer(fetch.sequence(), fetch.index(), snapshot.chunk(fetch.index())));
    }

    private Optional<ServiceSnapshot> find(long sequence, Digest stateDigest) {
        return get(sequence).filter(snapshot -> snapshot.stateDigest().equals(stateDigest));
    }
}
