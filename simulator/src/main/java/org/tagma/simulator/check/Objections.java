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
            Digest digest = proposal.batch().digest();
            return Proposals.objection(mirror, proposal.batch())
                    .or(() -> mirror.carriedOver(proposal.sequence())
                            .filter(carried -> proposal.view() == mirror.view && !carried.equals(digest))
                            .map(carried -> "the new view placed another batch there"))
                    .or(() -> mirror.committed(proposal.sequence())
                            .filter(committed -> !committed.equals(digest))
                            .map(committed -> "another batch is committed there"));
        } else if (signed.message() instanceof Prepare vote && mirror.slots.containsKey(vote.sequence())) {
            return secondVote(mirror.slot(vote.sequence()).isNewPreparer(sender, vote.view()));
        } else if (signed.message() instanceof Commit vote && mirror.slots.containsKey(vote.sequence())) {
            return secondVote(mirror.slot(vote.sequence()).isNewCommitter(sender, vote.view()));
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

    private static Optional<String> secondVote(boolean first) {
        return first ? Optional.empty() : Optional.of("its sender voted there before");
    }
}
