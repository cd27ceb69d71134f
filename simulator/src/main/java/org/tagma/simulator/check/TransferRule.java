package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferMessage;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.ManifestAnswer;

/**
 * State transfer (PBFT 5.3): only the certified state is installed; who gives a part of another one is blamed, and not asked again
 * while that state is fetched. Not thread-safe.
 */
final class TransferRule implements StepRule {

    /** More than a store that is there takes for an answer. */
    private static final int OWN_STORE_PATIENCE_TICKS = 10;

    private final Complaints complaints;
    private final Mirror mirror;
    private long target = -1;
    private Digest targetDigest = Digest.NULL;
    private Optional<SnapshotManifest> manifest = Optional.empty();
    private final Map<Object, Integer> asked = new HashMap<>();
    private final Set<Integer> liars = new HashSet<>();
    private Optional<Integer> lies = Optional.empty();
    private boolean mustBlame;
    /** A certified checkpoint that it cannot come to by itself. */
    private Optional<Long> mustFetch = Optional.empty();

    private boolean restores;
    private Optional<SnapshotManifest> ownManifest = Optional.empty();
    private boolean isWrong;
    /** When its own store last gave it anything. */
    private long servedAtTick;

    private long highestCertified;
    private long lastTarget = -1;

    TransferRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
        // It starts again from the state of its last checkpoint, which its own store should have.
        this.restores = mirror.stable.sequence() > 0;
    }

    @Override
    public void begins(Event event) {
        lies = Optional.empty();
        isWrong = false;
        mustFetch = Optional.empty();
        if (target >= 0 && target <= mirror.lastCommitted) {
            forget();
        }
        if (event instanceof Event.MessageReceived received
                && received.message().sender() != mirror.self
                && received.message().message() instanceof TransferMessage.Answer answer
                && answer.sequence() == target
                && !liars.contains(received.message().sender())) {
            hears(received.message().sender(), answer);
        } else if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof TransferMessage.Answer) {
            if (received.message().sender() == mirror.self) {
                servedAtTick = mirror.tick;
                isWrong = restores
                        && isWrong((TransferMessage.Answer) received.message().message());
            }
        } else if (event instanceof Event.MessageReceived received) {
            sees(received.message().message());
        }
    }

    private void sees(Message message) {
        long claimed = Mirror.checkpointIn(message);
        if (message instanceof StableCheckpoint stable) {
            boolean news = claimed > highestCertified
                    && claimed > mirror.stable.sequence() + mirror.wellFormed.window()
                    && claimed >= lastTarget + 2L * mirror.wellFormed.interval()
                    && mirror.wellFormed.certificate(stable.certificate());
            mustFetch = news && !mirror.installing && !fetchesATree() ? Optional.of(claimed) : Optional.empty();
        }
        highestCertified = Math.max(highestCertified, claimed);
    }

    /** It goes on with one that comes in part by part, see {@link FetchingRule}. */
    private boolean fetchesATree() {
        return manifest.flatMap(SnapshotManifest::root).isPresent();
    }

    private void hears(int sender, TransferMessage.Answer answer) {
        if (answer instanceof ManifestAnswer whole && asked.containsKey(target) && manifest.isEmpty()) {
            if (Digest.of(whole.manifest()).equals(targetDigest)) {
                manifest = SnapshotManifest.parse(whole.manifest());
                asked.remove(target);
            } else {
                lies = Optional.of(sender);
            }
        } else if (answer instanceof ChunkAnswer chunk && manifest.isPresent() && asked.containsKey(chunk.index())) {
            if (Digest.of(chunk.chunk()).equals(manifest.get().chunks().get(chunk.index()))) {
                asked.remove(chunk.index());
            } else {
                lies = Optional.of(sender);
            }
        }
        lies.ifPresent(liar -> {
            liars.add(liar);
            mustBlame = mirror.isFreeToBlame(liar);
        });
    }

    /** Whether its own store gives something else than it kept there. */
    private boolean isWrong(TransferMessage.Answer answer) {
        if (answer.sequence() != mirror.stable.sequence()) {
            return false;
        } else if (answer instanceof ManifestAnswer whole) {
            ownManifest = SnapshotManifest.parse(whole.manifest());
            return !Digest.of(whole.manifest()).equals(mirror.stable.stateDigest());
        }
        return answer instanceof ChunkAnswer chunk
                && ownManifest.isPresent()
                && !Digest.of(chunk.chunk()).equals(ownManifest.get().chunks().get(chunk.index()));
    }

    private void forget() {
        target = -1;
        manifest = Optional.empty();
        asked.clear();
        liars.clear();
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Send send && send.message() instanceof TransferMessage.Question question) {
            asks(send.to(), question);
        } else if (action instanceof Action.InstallState install) {
            if (install.tree().isEmpty()
                    && !SnapshotManifest.of(install.snapshot()).digest().equals(install.stateDigest())) {
                complaints.of("installs a state at sequence " + install.sequence() + " that is not the certified one");
            }
            if (install.sequence() <= mirror.lastCommitted) {
                complaints.of("goes back to the state at sequence " + install.sequence() + ", where it executed up to "
                        + mirror.lastCommitted);
            }
            restores = false;
            forget();
        }
    }

    private void asks(int to, TransferMessage.Question question) {
        restores = false;
        if (question.sequence() <= Math.min(mirror.stable.sequence(), mirror.lastCommitted)
                && highestCertified <= mirror.stable.sequence()) {
            complaints.of("asks for the state at sequence " + question.sequence() + ", where it is at checkpoint "
                    + mirror.stable.sequence() + " and no other is known");
        }
        if (question.sequence() > target
                && target > mirror.lastCommitted
                && question.sequence() < target + 2L * mirror.wellFormed.interval()) {
            complaints.of("turns from the state at sequence " + target + ", which the others still keep, to that at "
                    + question.sequence());
        }
        if (question.sequence() != target) {
            // Who lied stays banned when it turns to another state; but it may have stopped fetching in between.
            forget();
            target = question.sequence();
            lastTarget = target;
        }
        if (liars.contains(to)) {
            complaints.of("asks replica " + to + " again for the state of which it gave a false part");
        }
        if (question instanceof FetchManifest whole) {
            targetDigest = whole.stateDigest();
            asked.put(target, to);
        } else if (question instanceof FetchChunk chunk) {
            targetDigest = chunk.stateDigest();
            asked.put(chunk.index(), to);
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (mustFetch.isPresent() && target != mustFetch.get() && !mirror.halted) {
            complaints.of("does not fetch the state of the certified checkpoint " + mustFetch.get()
                    + ", which is beyond its window");
        }
        if (restores && isWrong) {
            restores = false;
            complaints.of(
                    "has a damaged copy of the state at " + mirror.stable.sequence() + ", and asks nobody for it");
        }
        if (restores && event instanceof Event.TimerFired && mirror.tick - servedAtTick >= OWN_STORE_PATIENCE_TICKS) {
            restores = false;
            complaints.of("waits for its own store, which says nothing, and asks nobody else for the state at "
                    + mirror.stable.sequence());
        }
        if (lies.isPresent() && mustBlame && !StepRule.blames(actions, lies.get())) {
            complaints.of("does not blame replica " + lies.get() + " for a false part of a state");
        }
    }
}
