package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/**
 * Checkpoints (PBFT 4.3): a replica says what its state is; takes a checkpoint for stable as soon as a quorum vouches for it; stops
 * if that vouches for another state than its own, and only then; and names who says something else. Not thread-safe.
 */
final class CheckpointRule implements StepRule {

    private final Complaints complaints;
    private final Mirror mirror;
    private Optional<Checkpoint> certified = Optional.empty();
    /** Its own state there, if that is news to it. */
    private Optional<Digest> ownThen = Optional.empty();

    /** The highest checkpoint that is certified by what it was told. */
    private Checkpoint highest = new Checkpoint(0, Digest.NULL);
    /** The highest one that view changes speak of: it may know that to be certified, too. */
    private long claimed;

    private final List<Integer> mustBlame = new ArrayList<>();

    CheckpointRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void begins(Event event) {
        certified = Optional.empty();
        mustBlame.clear();
        ownThen = Optional.empty();
        if (event instanceof Event.MessageReceived received) {
            int sender = received.message().sender();
            if (received.message().message() instanceof Checkpoint vote) {
                hears(sender, vote);
                mustBlame.removeIf(voter -> !mirror.isFreeToBlame(voter));
            } else if (received.message().message() instanceof StableCheckpoint stable
                    && mirror.wellFormed.certificate(stable.certificate())) {
                certified = Optional.of(new Checkpoint(
                        stable.certificate().sequence(), stable.certificate().stateDigest()));
            } else if (received.message().message() instanceof ViewChange
                    || received.message().message() instanceof NewView) {
                claimed =
                        Math.max(claimed, Mirror.checkpointIn(received.message().message()));
            }
        }
        if (certified.isPresent() && certified.get().sequence() > highest.sequence()) {
            highest = certified.get();
            mirror.certifies(highest.sequence());
        }
        if (event instanceof Event.CheckpointTaken taken
                && taken.sequence() == highest.sequence()
                && taken.sequence() >= claimed) {
            // Others were there first, and it is what they have shown that it waits for.
            certified = Optional.of(highest);
        }
        if (certified.isPresent() && certified.get().sequence() > mirror.stable.sequence()) {
            ownThen = Optional.ofNullable(mirror.own.get(certified.get().sequence()));
        }
    }

    private void hears(int sender, Checkpoint vote) {
        if (vote.sequence() == mirror.stable.sequence() && !vote.stateDigest().equals(mirror.stable.stateDigest())) {
            mustBlame.add(sender);
        }
        boolean counts = vote.sequence() % mirror.wellFormed.interval() == 0 && mirror.inWindow(vote.sequence());
        Map<Integer, Digest> there =
                counts ? mirror.checkpointVotes.computeIfAbsent(vote.sequence(), none -> new HashMap<>()) : Map.of();
        if (!counts || there.putIfAbsent(sender, vote.stateDigest()) != null) {
            return;
        }
        int same = 0;
        for (Digest digest : there.values()) {
            same += digest.equals(vote.stateDigest()) ? 1 : 0;
        }
        if (same >= mirror.wellFormed.quorum()) {
            certified = Optional.of(vote);
            there.forEach((voter, digest) -> {
                if (!digest.equals(vote.stateDigest())) {
                    mustBlame.add(voter);
                }
            });
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        for (int voter : mustBlame) {
            if (!StepRule.blames(actions, voter)) {
                complaints.of("does not name replica " + voter + ", whose state is not the certified one");
            }
        }
        if (event instanceof Event.CheckpointTaken taken
                && taken.sequence() > mirror.stable.sequence()
                && !mirror.halts
                && !actions.contains(new Action.Broadcast(new Checkpoint(taken.sequence(), taken.stateDigest())))) {
            complaints.of("does not say what its state was at sequence " + taken.sequence());
        }
        certified.ifPresent(this::expectStable);
        if (event instanceof Event.StateInstalled installed
                && mirror.stable.sequence() < installed.sequence()
                && !mirror.halts) {
            complaints.of("has installed the certified state of sequence " + installed.sequence()
                    + ", and does not take it for stable");
        }
    }

    private void expectStable(Checkpoint checkpoint) {
        boolean same = ownThen.map(checkpoint.stateDigest()::equals).orElse(true);
        if (ownThen.isPresent() && same && mirror.stable.sequence() < checkpoint.sequence()) {
            complaints.of("has the certified state of sequence " + checkpoint.sequence()
                    + ", and does not take it for stable");
        } else if (!same && !mirror.halts) {
            complaints.of(
                    "goes on, though its state at sequence " + checkpoint.sequence() + " is not the certified one");
        }
    }
}
