package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Request;
import org.tagma.core.state.MerkleStateStore;

class MerkleServiceTest {

    private static final ServiceLimits LIMITS = new ServiceLimits(2, 4);

    /** Appends what it is told to one value; refuses, or throws, when half of it is done. */
    private static final class Appender implements MerkleStateMachine {

        private static final ByteString KEY = ByteString.copyFromUtf8("all");
        private final MerkleStateStore state = new MerkleStateStore();

        @Override
        public MerkleStateStore state() {
            return state;
        }

        @Override
        public ByteString apply(ByteString operation, ExecutionContext context) throws OperationRejectedException {
            ByteString all = state.get(KEY).orElse(ByteString.EMPTY).concat(operation);
            state.put(KEY, all);
            if (operation.equals(ByteString.copyFromUtf8("refuse"))) {
                throw new OperationRejectedException("refused", "as told");
            }
            if (operation.equals(ByteString.copyFromUtf8("throw"))) {
                throw new IllegalStateException("as told");
            }
            return all;
        }

        @Override
        public ByteString query(ByteString operation) {
            return state.get(KEY).orElse(ByteString.EMPTY);
        }
    }

    private final Appender machine = new Appender();
    private final ReplicatedService service = new ReplicatedService(machine, LIMITS);
    private long number;

    @Test
    void anOperationThatIsRefusedOrThrowsLeavesNoTrace() {
        assertThat(run("a")).isEqualTo(ReplyStatus.OK);
        assertThat(run("refuse")).isEqualTo(ReplyStatus.REJECTED);
        assertThat(run("throw")).isEqualTo(ReplyStatus.FAILED);
        assertThat(run("b")).isEqualTo(ReplyStatus.OK);

        assertThat(service.query(ByteString.EMPTY).result().toStringUtf8()).isEqualTo("ab");
    }

    @Test
    void aSnapshotIsInstalledWithItsTreeAndItsSessions() {
        run("a");
        ServiceSnapshot snapshot = service.snapshot();
        assertThat(snapshot.manifest().root())
                .contains(snapshot.tree().orElseThrow().root());
        assertThat(SnapshotManifest.parse(snapshot.manifest().encode())).contains(snapshot.manifest());
        ReplicatedService other = new ReplicatedService(new Appender(), LIMITS);

        assertThat(other.install(1, snapshot.data(), snapshot.tree())).isEmpty();

        assertThat(other.snapshot().stateDigest()).isEqualTo(snapshot.stateDigest());
        assertThat(other.query(ByteString.EMPTY).result().toStringUtf8()).isEqualTo("a");
        assertThat(other.sessions()).isEqualTo(service.sessions());
    }

    @Test
    void aSnapshotSurvivesBeingKept() {
        run("a");
        for (ServiceSnapshot snapshot :
                List.of(service.snapshot(), new ReplicatedService(new Journal(), LIMITS).snapshot())) {
            ServiceSnapshot read = ServiceSnapshot.decode(snapshot.sequence(), snapshot.encode())
                    .orElseThrow();

            assertThat(read.stateDigest()).isEqualTo(snapshot.stateDigest());
            assertThat(read.data()).isEqualTo(snapshot.data());
            ByteString cut = snapshot.encode().substring(0, snapshot.encode().size() - 1);
            assertThat(ServiceSnapshot.decode(snapshot.sequence(), cut)
                            .filter(other -> other.stateDigest().equals(snapshot.stateDigest())))
                    .isEmpty();
        }
    }

    @Test
    void theDigestCoversStateAndSessions() {
        run("a");
        ServiceSnapshot one = service.snapshot();
        machine.state().put(ByteString.copyFromUtf8("more"), ByteString.EMPTY);
        assertThat(service.snapshot().stateDigest()).isNotEqualTo(one.stateDigest());
        machine.state().delete(ByteString.copyFromUtf8("more"));
        assertThat(service.snapshot().stateDigest()).isEqualTo(one.stateDigest());
        run("refuse");
        assertThat(service.snapshot().stateDigest()).isNotEqualTo(one.stateDigest());
        assertThat(service.snapshot()
                        .tree()
                        .orElseThrow()
                        .changesSince(one.tree().orElseThrow()))
                .isExhausted();
    }

    @Test
    void aStateOfTheOtherKindIsRefused() {
        run("a");
        ServiceSnapshot snapshot = service.snapshot();
        ReplicatedService opaque = new ReplicatedService(new Journal(), LIMITS);

        assertThat(opaque.install(1, snapshot.data(), snapshot.tree())).contains(SnapshotRejection.OTHER_KIND);
        ServiceSnapshot other = opaque.snapshot();
        assertThat(service.install(0, other.data(), other.tree())).contains(SnapshotRejection.OTHER_KIND);
        assertThat(service.install(0, other.data(), Optional.empty())).contains(SnapshotRejection.OTHER_KIND);
    }

    private ReplyStatus run(String operation) {
        number++;
        Request request = Requests.fifo(1, 1, number, operation);
        return service.execute(number, Batch.of(1, List.of(request)))
                .get(0)
                .reply()
                .orElseThrow()
                .status();
    }
}
