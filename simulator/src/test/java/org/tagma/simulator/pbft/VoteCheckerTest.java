package org.tagma.simulator.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage.Checkpoint;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Batch;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.Violations;

/** The checker of votes is checked: it is shown what it must find. */
class VoteCheckerTest {

    private static final Digest A = Digest.of(ByteString.copyFromUtf8("a"));
    private static final Digest B = Digest.of(ByteString.copyFromUtf8("b"));

    private final Violations violations = new Violations();
    private final VoteChecker votes = new VoteChecker(violations);

    private void assertFound(Property property) {
        assertThat(violations.first().orElseThrow().property()).isEqualTo(property);
    }

    @Test
    void votesThatAreToldInAViewChangeAreNotComplainedOf() {
        votes.left(0, new Prepare(0, 1, A));
        votes.left(0, new Commit(0, 1, A));
        votes.left(
                0,
                new ViewChange(
                        1,
                        CheckpointCertificate.GENESIS,
                        List.of(new VoteInfo(1, A, 0)),
                        List.of(new VoteInfo(1, A, 0))));
        votes.left(0, new Prepare(1, 1, A));
        votes.left(0, new Commit(0, 1, A));

        assertThat(violations.isEmpty()).isTrue();
    }

    @Test
    void twoPreparesAtOnePlace() {
        votes.left(2, new Prepare(0, 1, A));
        votes.left(2, new Prepare(0, 1, B));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void prePrepareAndPrepareAtOnePlace() {
        votes.left(0, new PrePrepare(0, 1, Batch.of(1, List.of())));
        votes.left(0, new Prepare(0, 1, B));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void twoCommitsAtOnePlace() {
        votes.left(2, new Commit(0, 1, A));
        votes.left(2, new Commit(0, 1, B));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void twoCheckpointsAtOneSequenceNumber() {
        votes.left(2, new Checkpoint(8, A));
        votes.left(2, new Checkpoint(8, B));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void voteInAViewThatWasLeft() {
        votes.left(2, new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), List.of()));
        votes.left(2, new Prepare(0, 1, A));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void viewChangeThatKeepsQuietAboutACommit() {
        votes.left(2, new Commit(0, 1, A));
        votes.left(2, new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), List.of()));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }

    @Test
    void twoViewChangesForOneView() {
        votes.left(2, new ViewChange(1, CheckpointCertificate.GENESIS, List.of(), List.of()));
        votes.left(2, new ViewChange(1, CheckpointCertificate.GENESIS, List.of(new VoteInfo(1, A, 0)), List.of()));

        assertFound(PbftProperties.NO_CONFLICTING_VOTES);
    }
}
