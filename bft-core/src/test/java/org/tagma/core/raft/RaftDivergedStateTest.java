package org.tagma.core.raft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.RaftMessage.AppendEntries;
import org.tagma.core.raft.message.RaftMessage.InstallSnapshot;
import org.tagma.core.raft.message.SnapshotMeta;

/** A leader tells what state its log gave, at each snapshot; whoever has another at the same index stops. */
class RaftDivergedStateTest {

    private static final Digest ONE = Digest.of(ByteString.copyFromUtf8("one"));
    private static final Digest ANOTHER = Digest.of(ByteString.copyFromUtf8("another"));

    private static LoneReplica follower() {
        return new LoneReplica(3, 1, -1)
                .receive(1, new AppendEntries(1, 0, 0, LoneReplica.entries(1, 1, 1, 1, 1), 4, 0))
                .clear();
    }

    private static Event taken(Digest digest) {
        return new Event.CheckpointTaken(3, digest);
    }

    private static InstallSnapshot told(Digest digest) {
        return new InstallSnapshot(1, new SnapshotMeta(3, 1, digest, Configuration.ofFirst(3)));
    }

    @Test
    void aFollowerWithAnotherStateThanItsLeaderStopsAndNamesBoth() {
        LoneReplica follower = follower().step(taken(ONE)).receive(1, told(ANOTHER));
        assertThat(follower.of(Action.Halt.class)).singleElement().satisfies(halt -> {
            assertThat(halt.reason()).isEqualTo(new DivergedState(3, 1, ONE, ANOTHER));
            assertThat(halt.reason().description())
                    .startsWith(
                            "the state at 3 has digest " + ONE + " here and " + ANOTHER + " at replica 1, its leader");
        });
    }

    @Test
    void soDoesOneThatHearsOfItBeforeItHasTakenItsOwn() {
        LoneReplica follower = follower().receive(1, told(ANOTHER)).step(taken(ONE));
        assertThat(follower.of(Action.Halt.class)).hasSize(1);
    }

    @Test
    void whoHasTheSameStateGoesOn() {
        LoneReplica follower = follower().receive(1, told(ONE)).step(taken(ONE)).receive(1, told(ONE));
        assertThat(follower.of(Action.Halt.class)).isEmpty();
    }

    @Test
    void aServiceThatIsNotDeterministicOnOneReplicaIsFoundAtTheNextSnapshot() {
        RaftCluster cluster = new RaftCluster(3, 1);
        cluster.elect(0);
        cluster.submitAll("before", 5);
        cluster.node(2).journal.operations.add(ByteString.copyFromUtf8("of this replica alone"));
        assertThatThrownBy(() -> {
                    cluster.submitAll("after", 40);
                    cluster.run(3);
                })
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("replica 2: Halt")
                .hasMessageContaining("DivergedState");
    }
}
