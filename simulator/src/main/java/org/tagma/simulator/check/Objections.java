package org.tagma.simulator.check;

import java.util.Map;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.protocol.Authenticated;

/** What else must be refused, by what the replica had been told before. */
final class Objections {

    private Objections() {}

    static Optional<String> to(Authenticated<?> signed, Mirror mirror) {
        int sender = signed.sender();
        if (signed.message() instanceof PrePrepare proposal && sender != mirror.self) {
            return toProposal(proposal, mirror);
        } else if (signed.message() instanceof Prepare vote) {
            SlotMirror slot = mirror.slots.get(vote.sequence());
            return secondVote(slot == null || slot.isNewPreparer(sender, vote.view()));
        } else if (signed.message() instanceof Commit vote) {
            SlotMirror slot = mirror.slots.get(vote.sequence());
            return secondVote(slot == null || slot.isNewCommitter(sender, vote.view()));
        } else if (signed.message() instanceof Checkpoint vote) {
            return secondVote(!mirror.checkpointVotes
                    .getOrDefault(vote.sequence(), Map.of())
                    .containsKey(sender));
        } else if (signed.message() instanceof BatchBody body) {
            return mirror.hasAskedFor(body.sequence(), body.batch().digest())
                    ? Optional.empty()
                    : Optional.of("it did not ask for it");
        }
        return Optional.empty();
    }

    private static Optional<String> toProposal(PrePrepare proposal, Mirror mirror) {
        Optional<String> own = Proposals.objection(mirror, proposal.batch());
        if (own.isPresent()) {
            return own;
        }
        Digest digest = proposal.batch().digest();
        Optional<Digest> carried =
                proposal.view() == mirror.view ? mirror.carriedOver(proposal.sequence()) : Optional.empty();
        if (carried.isPresent() && !carried.get().equals(digest)) {
            return Optional.of("the new view placed another batch there");
        }
        Optional<Digest> committed = mirror.committed(proposal.sequence());
        return committed.isPresent() && !committed.get().equals(digest)
                ? Optional.of("another batch is committed there")
                : Optional.empty();
    }

    private static Optional<String> secondVote(boolean first) {
        return first ? Optional.empty() : Optional.of("its sender voted there before");
    }
}
