package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.tagma.core.service.Requests.fifo;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePath;

class SnapshotTest {

    private static final int ASKER = 3;

    private static final ServiceLimits LIMITS = new ServiceLimits(2, 4);

    @Test
    void anInstalledSnapshotGivesTheSameDigestAndTheSameBehaviour() {
        Random random = new Random(7);
        ReplicatedService original = new ReplicatedService(new Journal(), LIMITS);
        for (int sequence = 1; sequence <= 100; sequence++) {
            original.execute(sequence, Step.randomBatch(random, original.sessions()));
        }
        ServiceSnapshot snapshot = original.snapshot();
        ReplicatedService copy = new ReplicatedService(new Journal(), LIMITS);

        assertThat(copy.install(100, snapshot.data(), snapshot.tree())).isEmpty();

        assertThat(copy.lastExecuted()).isEqualTo(100);
        assertThat(copy.agreedTimeMillis()).isEqualTo(original.agreedTimeMillis());
        assertThat(copy.sessions()).isEqualTo(original.sessions());
        assertThat(copy.snapshot().stateDigest()).isEqualTo(snapshot.stateDigest());
        for (int sequence = 101; sequence <= 200; sequence++) {
            Batch batch = Step.randomBatch(random, original.sessions());
            assertThat(copy.execute(sequence, batch)).isEqualTo(original.execute(sequence, batch));
        }
        assertThat(copy.snapshot().stateDigest()).isEqualTo(original.snapshot().stateDigest());
    }

    /** Known bug 16: the client table must be inside the checkpoint. */
    @Test
    void anOldRequestReplayedAfterStateTransferGetsOnlyTheCachedReply() {
        Request old = fifo(3, 1, 1, "pay");
        ReplicatedService original = new ReplicatedService(new Journal(), LIMITS);
        List<ExecutedRequest> paid = original.execute(1, Batch.of(1, List.of(old)));
        Journal journal = new Journal();
        ReplicatedService copy = new ReplicatedService(journal, LIMITS);
        install(copy, 1, original.snapshot());

        assertThat(copy.cachedReply(old)).isEqualTo(paid.get(0).reply());
        assertThat(copy.execute(2, Batch.of(2, List.of(old)))).isEqualTo(paid);
        assertThat(journal.lines()).containsExactly("1.0 3/1 @1 pay");
    }

    /** Known bug 14: an operation must not run twice, whatever is replayed and wherever the replica is set back to. */
    @Test
    void noOperationRunsTwiceThroughReplaysEvictionsAndStateTransfers() {
        Random random = new Random(14);
        Journal journal = new Journal();
        ReplicatedService service = new ReplicatedService(journal, LIMITS);
        ServiceSnapshot kept = service.snapshot();
        for (int turn = 0; turn < 500; turn++) {
            service.execute(service.lastExecuted() + 1, Step.randomBatch(random, service.sessions()));
            if (random.nextInt(10) == 0) {
                kept = service.snapshot();
            }
            if (random.nextInt(20) == 0) {
                assertThat(install(service, kept.sequence(), kept)).isEmpty();
            }
            assertThat(journal.lines())
                    .extracting(line -> line.substring(line.lastIndexOf(' ')))
                    .doesNotHaveDuplicates();
        }
        assertThat(journal.lines()).hasSizeGreaterThan(100);
    }

    @Test
    void theEmptyStateCanBeInstalled() {
        ReplicatedService service = new ReplicatedService(new Journal(), LIMITS);
        ServiceSnapshot empty = service.snapshot();
        service.execute(1, Batch.of(1, List.of(fifo(3, 1, 1))));

        assertThat(install(service, 0, empty)).isEmpty();
        assertThat(service.snapshot().stateDigest()).isEqualTo(empty.stateDigest());
    }

    @Test
    void whatCannotBeInstalledSaysWhyAndChangesNothing() {
        ReplicatedService service = new ReplicatedService(new Journal(), LIMITS);
        service.execute(1, Batch.of(1, List.of(fifo(3, 1, 1))));
        ServiceSnapshot before = service.snapshot();
        MerkleTree tree = before.tree().orElseThrow();

        assertThat(service.install(1, before.data(), Optional.empty())).contains(SnapshotRejection.OTHER_KIND);
        assertThat(service.install(1, before.data(), Optional.of(MerkleTree.EMPTY)))
                .contains(SnapshotRejection.MALFORMED);
        assertThat(service.install(1, before.data(), Optional.of(with(tree, "a", 99))))
                .contains(SnapshotRejection.UNKNOWN_VERSION);
        assertThat(service.install(1, before.data(), Optional.of(with(tree, "n", 99))))
                .contains(SnapshotRejection.MALFORMED);
        assertThat(install(service, 2, before)).contains(SnapshotRejection.WRONG_SEQUENCE);
        assertThat(service.snapshot().stateDigest()).isEqualTo(before.stateDigest());
    }

    /** A replica whose file says otherwise goes by what the group agreed on. */
    @Test
    void aStateOfOtherLimitsIsInstalledWithThem() {
        ReplicatedService service = new ReplicatedService(new Journal(), LIMITS);
        ReplicatedService larger = new ReplicatedService(new Journal(), new ServiceLimits(2, 5));

        assertThat(install(service, 0, larger.snapshot())).isEmpty();

        assertThat(service.settings().limits().sessionPipeline()).isEqualTo(5);
        assertThat(service.snapshot().stateDigest()).isEqualTo(larger.snapshot().stateDigest());
    }

    @Property(tries = 300)
    void aRecordOfAnyBytesEitherIsInstalledOrIsAValue(
            @ForAll byte[] garbage, @ForAll @IntRange(max = 4) int kind, @ForAll boolean longKey) {
        ReplicatedService service = new ReplicatedService(new Journal(), LIMITS);
        service.execute(1, Batch.of(1, List.of(fifo(3, 1, 1))));
        ServiceSnapshot snapshot = service.snapshot();
        ByteString key = ByteString.copyFromUtf8("acnrs".substring(kind, kind + 1))
                .concat(ByteString.copyFrom(new byte[longKey ? 20 : 0]));
        MerkleTree tree = FrameworkState.with(
                snapshot.tree().orElseThrow(), Map.of(key, Optional.of(ByteString.copyFrom(garbage))), 1);
        ReplicatedService other = new ReplicatedService(new Journal(), LIMITS);

        boolean installed = other.install(1, snapshot.data(), Optional.of(tree)).isEmpty();

        assertThat(other.lastExecuted()).isEqualTo(installed ? 1 : 0);
    }

    private static Optional<SnapshotRejection> install(
            ReplicatedService service, long sequence, ServiceSnapshot snapshot) {
        return service.install(sequence, snapshot.data(), snapshot.tree());
    }

    private static MerkleTree with(MerkleTree tree, String key, int value) {
        return FrameworkState.with(
                tree,
                Map.of(ByteString.copyFromUtf8(key), Optional.of(ByteString.copyFrom(new byte[] {(byte) value}))),
                1);
    }

    @Test
    void aManifestHasOneEncodingWhichItsDigestIsOf() {
        SnapshotManifest manifest = SnapshotManifest.of(bytes(3 * SnapshotManifest.CHUNK_BYTES + 1));

        assertThat(manifest.chunks()).hasSize(4);
        assertThat(SnapshotManifest.parse(manifest.encode())).contains(manifest);
        assertThat(manifest.digest()).isEqualTo(Digest.of(manifest.encode()));
    }

    @Test
    void chunksTogetherAreTheSnapshotAtEveryBoundary() {
        int chunk = SnapshotManifest.CHUNK_BYTES;
        for (int size : new int[] {0, 1, chunk - 1, chunk, chunk + 1, 2 * chunk}) {
            ServiceSnapshot snapshot = ServiceSnapshot.of(1, bytes(size));
            ByteString joined = ByteString.EMPTY;
            for (int i = 0; i < snapshot.manifest().chunks().size(); i++) {
                joined = joined.concat(snapshot.chunk(i));
            }
            assertThat(joined).isEqualTo(snapshot.data());
        }
    }

    @Test
    void aManifestThatIsNotOneIsAValue() {
        ByteString good = SnapshotManifest.of(bytes(100)).encode();

        assertThat(SnapshotManifest.parse(ByteString.EMPTY)).isEmpty();
        assertThat(SnapshotManifest.parse(good.substring(1))).isEmpty();
        assertThat(SnapshotManifest.parse(good.concat(good.substring(16)))).isEmpty();
        for (int at : new int[] {0, 3, 4, 8, 9, 12, 15}) {
            byte[] altered = good.toByteArray();
            altered[at] ^= (byte) 0x80;
            assertThat(SnapshotManifest.parse(ByteString.copyFrom(altered)))
                    .as("byte %d altered", at)
                    .isEmpty();
        }
        assertThatThrownBy(() -> new SnapshotManifest(100, List.of())).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aKeeperAnswersAboutWhatItKeepsAndNothingElse() {
        ServiceSnapshot snapshot = ServiceSnapshot.of(10, bytes(100_000));
        SnapshotKeeper keeper = new SnapshotKeeper();
        keeper.keep(snapshot);
        keeper.keep(ServiceSnapshot.of(20, bytes(5)));

        assertThat(keeper.answer(ASKER, new FetchManifest(10, snapshot.stateDigest())))
                .contains(new ManifestAnswer(10, snapshot.manifest().encode()));
        assertThat(keeper.answer(ASKER, new FetchChunk(10, snapshot.stateDigest(), 1)))
                .contains(new ChunkAnswer(10, 1, snapshot.chunk(1)));
        assertThat(keeper.answer(ASKER, new FetchChunk(10, snapshot.stateDigest(), 2)))
                .isEmpty();
        assertThat(keeper.answer(ASKER, new FetchChunk(10, snapshot.stateDigest(), -1)))
                .isEmpty();
        assertThat(keeper.answer(ASKER, new FetchManifest(10, Digest.NULL))).isEmpty();
        assertThat(keeper.answer(ASKER, new FetchManifest(30, snapshot.stateDigest())))
                .isEmpty();

        Digest next = keeper.newest().orElseThrow().stateDigest();
        assertThat(keeper.answer(ASKER, new FetchManifest(20, next))).isPresent();
        keeper.release(20);

        assertThat(keeper.get(10)).isEmpty();
        assertThat(keeper.newest()).map(ServiceSnapshot::sequence).contains(20L);
    }

    /** Else a state that changes faster than it is fetched would never arrive. */
    @Test
    void aKeeperKeepsTheStateThatSomebodyIsFetchingAndNoOther() {
        MerkleStateStore store = new MerkleStateStore();
        SnapshotKeeper keeper = new SnapshotKeeper();
        for (int sequence = 10; sequence <= 40; sequence += 10) {
            store.put(bytes(3), bytes(sequence));
            keeper.keep(ServiceSnapshot.of(sequence, ByteString.EMPTY, Optional.of(store.tree())));
        }
        Digest fetched = keeper.get(20).orElseThrow().stateDigest();
        keeper.answer(ASKER + 1, new FetchManifest(30, fetched));
        assertThat(keeper.answer(ASKER, new FetchPiece(20, fetched, NodePath.ROOT, 100)))
                .isPresent();

        assertThat(keeper.release(40)).containsExactly(20L);
        assertThat(keeper.get(20)).isPresent();
        assertThat(List.of(10L, 30L)).noneMatch(sequence -> keeper.get(sequence).isPresent());

        for (int release = 1; release < 32; release++) {
            assertThat(keeper.release(40)).containsExactly(20L);
        }
        assertThat(keeper.release(40)).as("it asks no more").isEmpty();
        assertThat(keeper.get(20)).isEmpty();
    }

    @Test
    void aStateThatIsOnePieceIsKeptLikewise() {
        SnapshotKeeper keeper = new SnapshotKeeper();
        for (int sequence = 10; sequence <= 40; sequence += 10) {
            keeper.keep(ServiceSnapshot.of(sequence, bytes(sequence)));
        }
        Digest manifestAsked = keeper.get(10).orElseThrow().stateDigest();
        Digest chunkAsked = keeper.get(20).orElseThrow().stateDigest();
        assertThat(keeper.answer(ASKER, new FetchManifest(10, manifestAsked))).isPresent();
        assertThat(keeper.answer(ASKER + 1, new FetchChunk(20, chunkAsked, 0))).isPresent();

        assertThat(keeper.release(40)).containsExactly(10L, 20L);
    }

    @Test
    void whoFetchesTheNextTreeLetsTheOneBeforeGo() {
        MerkleStateStore store = new MerkleStateStore();
        SnapshotKeeper keeper = new SnapshotKeeper();
        for (int sequence = 10; sequence <= 20; sequence += 10) {
            store.put(bytes(3), bytes(sequence));
            keeper.keep(ServiceSnapshot.of(sequence, ByteString.EMPTY, Optional.of(store.tree())));
            Digest digest = keeper.get(sequence).orElseThrow().stateDigest();
            keeper.answer(ASKER, new FetchPiece(sequence, digest, NodePath.ROOT, 100));
        }

        assertThat(keeper.release(30)).containsExactly(20L);
    }

    @Test
    void whatIsServedToOneReplicaInATickIsBounded() {
        ServingBudget budget = new ServingBudget();
        Question large = new FetchChunk(10, Digest.NULL, 0);
        Question small = new FetchPiece(10, Digest.NULL, NodePath.ROOT, 1);

        assertThat(answered(budget, ASKER, large)).isEqualTo(32);
        assertThat(budget.allows(ASKER, small)).isFalse();
        assertThat(answered(budget, ASKER + 1, small)).isEqualTo(128);
        budget.renew();
        assertThat(budget.allows(ASKER, large)).isTrue();
    }

    private static int answered(ServingBudget budget, int asker, Question question) {
        int answered = 0;
        while (budget.allows(asker, question)) {
            answered++;
        }
        return answered;
    }

    @Test
    void repliesAreRestoredWithTheirStatus() {
        ReplicatedService service = new ReplicatedService(new Journal(), LIMITS);
        service.execute(1, Batch.of(1, List.of(fifo(3, 1, 1, "reject"), fifo(3, 1, 2, "throw"), fifo(3, 1, 3, "x"))));
        ReplicatedService copy = new ReplicatedService(new Journal(), LIMITS);
        install(copy, 1, service.snapshot());

        assertThat(List.of(1L, 2L, 3L))
                .extracting(number ->
                        copy.cachedReply(fifo(3, 1, number)).orElseThrow().status())
                .containsExactly(ReplyStatus.REJECTED, ReplyStatus.FAILED, ReplyStatus.OK);
    }

    private static ByteString bytes(int size) {
        byte[] bytes = new byte[size];
        new Random(size).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }
}
