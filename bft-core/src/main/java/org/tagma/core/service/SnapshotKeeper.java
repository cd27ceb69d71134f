package org.tagma.core.service;

import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.ManifestAnswer;
import org.tagma.core.service.TransferMessage.PieceAnswer;
import org.tagma.core.service.TransferMessage.Question;

/**
 * The snapshots that a replica keeps, and its answers to replicas that fetch one. How many there are is bounded by who
 * takes checkpoints: the protocol, whose window of sequence numbers holds a few of them at most.
 *
 * <p>Not thread-safe.
 */
public final class SnapshotKeeper {

    private final TreeMap<Long, ServiceSnapshot> snapshots = new TreeMap<>();

    /** Keeps a snapshot, in place of one of the same sequence number. */
    public void keep(ServiceSnapshot snapshot) {
        snapshots.put(snapshot.sequence(), snapshot);
    }

    /** Lets go of the snapshots below a sequence number. */
    public void release(long below) {
        snapshots.headMap(below).clear();
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

    /** Answers a question; empty if it is about a state or a chunk that is not there. */
    public Optional<Answer> answer(Question question) {
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
