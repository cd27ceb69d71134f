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

    private long highestCertified;
    private long lastTarget = -1;

    TransferRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void begins(Event event) {
        lies = Optional.empty();
        mustFetch = Optional.empty();
        if (target <= mirror.lastCommitted) {
            forget();
        }
        if (event instanceof Event.MessageReceived received
                && received.message().sender() != mirror.self
                && received.message().message() instanceof TransferMessage.Answer answer
                && answer.sequence() == target
                && !liars.contains(received.message().sender())) {
            hears(received.message().sender(), answer);
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
            forget();
        }
    }

    private void asks(int to, TransferMessage.Question question) {
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
        if (lies.isPresent() && mustBlame && !StepRule.blames(actions, lies.get())) {
            complaints.of("does not blame replica " + lies.get() + " for a false part of a state");
        }
    }
}
