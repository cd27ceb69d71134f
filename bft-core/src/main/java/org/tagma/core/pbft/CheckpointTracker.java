package org.tagma.core.pbft;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftEvidence;
import org.tagma.core.pbft.message.PbftHalt;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;

/**
 * Checkpoints, their certificates, and the garbage collection that they allow (PBFT 4.3). A checkpoint that others
 * certified and this replica cannot reach by itself is handed to {@link StateTransfer}.
 */
final class CheckpointTracker {

    private final PbftState state;
    private final BatchFetcher batchFetcher;
    private final StateTransfer transfer;
    /** Votes by sequence number and sender: bounded by the window. */
    private final TreeMap<Long, List<Authenticated<Checkpoint>>> votes = new TreeMap<>();
    /** What this replica's own state was. */
    private final TreeMap<Long, Digest> own = new TreeMap<>();
    /** The latest certified checkpoint, where this replica has not got to yet. */
    private CheckpointCertificate ahead;

    CheckpointTracker(PbftState state, BatchFetcher batchFetcher, StateTransfer transfer) {
        this.state = state;
        this.batchFetcher = batchFetcher;
        this.transfer = transfer;
    }

    /** This replica's own state was digested. */
    void onTaken(long sequence, Digest stateDigest) {
        if (sequence <= state.stable.sequence()) {
            return;
        }
        own.put(sequence, stateDigest);
        state.broadcast(new Checkpoint(sequence, stateDigest));
        if (ahead != null && ahead.sequence() == sequence) {
            learn(ahead);
        }
    }

    PbftVerdict onCheckpoint(Authenticated<Checkpoint> signed) {
        Checkpoint message = signed.message();
        nameIfDiverged(signed);
        PbftVerdict verdict = PbftValidator.checkpoint(state, message);
        if (!verdict.isAccepted()) {
            return verdict;
        }
        List<Authenticated<Checkpoint>> cast = votes.computeIfAbsent(message.sequence(), sequence -> noVotes());
        Authenticated<Checkpoint> earlier = cast.get(signed.sender());
        if (earlier != null) {
            boolean same = earlier.message().equals(message);
            return same ? PbftVerdict.DUPLICATE : PbftVerdict.CONFLICTING;
        }
        cast.set(signed.sender(), signed);
        List<Authenticated<Checkpoint>> matching = cast.stream()
                .filter(vote -> vote != null && vote.message().equals(message))
                .toList();
        if (matching.size() >= state.quorums.certificate()) {
            cast.stream().filter(vote -> vote != null).forEach(vote -> nameIfNot(message, vote));
            learn(new CheckpointCertificate(message.sequence(), message.stateDigest(), matching));
        }
        return PbftVerdict.ACCEPT;
    }

    private List<Authenticated<Checkpoint>> noVotes() {
        List<Authenticated<Checkpoint>> none = new ArrayList<>();
        for (int i = 0; i < state.quorums.replicas(); i++) {
            none.add(null);
        }
        return none;
    }

    /** A vote that comes after the certificate, and contradicts it. */
    private void nameIfDiverged(Authenticated<Checkpoint> signed) {
        if (signed.message().sequence() == state.stable.sequence()) {
            nameIfNot(new Checkpoint(state.stable.sequence(), state.stable.stateDigest()), signed);
        }
    }

    private void nameIfNot(Checkpoint certified, Authenticated<Checkpoint> vote) {
        if (!vote.message().equals(certified)) {
            state.reportEvidence(
                    vote.sender(),
                    new PbftEvidence.Diverged(
                            certified.sequence(), vote.message().stateDigest(), certified.stateDigest()));
        }
    }

    /** Somebody showed a certificate, which was validated. */
    PbftVerdict onCertificate(CheckpointCertificate certificate) {
        if (!PbftValidator.certifies(certificate, state.config)) {
            return PbftVerdict.BAD_CERTIFICATE;
        }
        return learn(certificate) ? PbftVerdict.ACCEPT : PbftVerdict.DUPLICATE;
    }

    /** A checkpoint is stable: move the window if this replica has that state, else see how to get there. */
    boolean learn(CheckpointCertificate certificate) {
        if (certificate.sequence() <= state.stable.sequence()) {
            return false;
        }
        Optional<Digest> mine = Optional.ofNullable(own.get(certificate.sequence()));
        if (mine.isPresent()) {
            reached(certificate, mine.get());
            return true;
        }
        if (ahead != null && ahead.sequence() >= certificate.sequence()) {
            return false;
        }
        ahead = certificate;
        boolean beyondTheWindow = !state.inWindow(certificate.sequence());
        if (beyondTheWindow || transfer.isActive()) {
            transfer.start(certificate);
        }
        return true;
    }

    private void reached(CheckpointCertificate certificate, Digest mine) {
        if (!mine.equals(certificate.stateDigest())) {
            state.emit(new Action.Halt(new PbftHalt.Diverged(certificate.sequence(), mine, certificate.stateDigest())));
            return;
        }
        boolean wasRecovering = state.isRecovering();
        long sequence = certificate.sequence();
        long previous = state.stable.sequence();
        state.stable = certificate;
        state.windowMoved = true;
        state.releaseSlots(sequence);
        state.ledger.truncate(sequence);
        state.nextSequence = Math.max(state.nextSequence, sequence + 1);
        votes.headMap(sequence, true).clear();
        own.headMap(sequence, false).clear();
        batchFetcher.truncate(sequence);
        if (ahead != null && ahead.sequence() <= sequence) {
            ahead = null;
            transfer.stop();
        }
        state.emit(new Action.Persist(new PbftRecord.Stable(certificate)));
        state.emit(new Action.Truncate(sequence));
        // The one before is kept a while, for those that are fetching it.
        state.emit(new Action.ReleaseCheckpoints(previous));
        if (wasRecovering && !state.isRecovering()) {
            state.announce("recovered: checkpoint " + sequence
                    + " covers every vote of the incarnation before the restart; taking part again");
        }
    }

    /** The state was replaced by a fetched one. */
    void onInstalled(long sequence, Digest stateDigest) {
        own.put(sequence, stateDigest);
        if (sequence > state.stable.sequence()) {
            reached(transfer.target(), stateDigest);
        }
        if (ahead != null && ahead.sequence() <= sequence) {
            ahead = null;
        }
        if (ahead != null && !state.inWindow(ahead.sequence())) {
            transfer.start(ahead);
        }
    }

    /**
     * Fetches the state if batches have not brought this replica to the certified checkpoint for a while, and a
     * later one if the one that it is fetching may be kept no longer.
     */
    void onTick(boolean stuck) {
        boolean wanted = ahead != null && state.lastCommitted < ahead.sequence();
        if (wanted && (stuck || transfer.isActive())) {
            transfer.start(ahead);
        }
    }

    /** Rebuilds from the log: this checkpoint was stable. */
    void restore(CheckpointCertificate certificate) {
        state.stable = certificate;
        state.nextSequence = certificate.sequence() + 1;
        ahead = certificate;
        transfer.restore(certificate);
    }

    /** The highest checkpoint that is certified, whether or not this replica has got there. */
    long highestCertified() {
        return ahead == null ? state.stable.sequence() : Math.max(ahead.sequence(), state.stable.sequence());
    }

    /** Whether others are known to have got further: then it is not for lack of proposals that requests wait here. */
    boolean isBehind() {
        return state.installing || (ahead != null && state.lastCommitted < ahead.sequence());
    }

    /** This replica's own votes above its stable checkpoint, for those that did not get them. */
    List<Authenticated<Checkpoint>> ownVotes() {
        return votes.values().stream()
                .map(cast -> cast.get(state.self))
                .filter(vote -> vote != null)
                .toList();
    }

    long stateHash() {
        long hash = own.hashCode();
        for (var entry : votes.entrySet()) {
            hash = 31 * hash + entry.getKey();
            for (Authenticated<Checkpoint> vote : entry.getValue()) {
                hash = 31 * hash + (vote == null ? 0 : vote.message().hashCode());
            }
        }
        return 31 * hash + (ahead == null ? 0 : ahead.sequence());
    }
}
