package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.PieceAnswer;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;

class MerkleTransferTest {

    private static final TransferLimits LIMITS = new TransferLimits(1 << 24, 4, 2);

    private final MerkleStateStore store = new MerkleStateStore();
    private final StateFetcher fetcher = new StateFetcher(LIMITS);
    private final SnapshotKeeper keeper = new SnapshotKeeper();

    /** What each source does to its answers; null is silence. */
    private final Map<Integer, UnaryOperator<Answer>> sources = new TreeMap<>();

    private final List<Banned> banned = new ArrayList<>();
    private long pieceBytes;

    MerkleTransferTest() {
        sources.put(0, UnaryOperator.identity());
    }

    @Test
    void anEmptyReplicaFetchesTheWholeTree() {
        fill(0, 5_000);
        ServiceSnapshot snapshot = checkpoint(100);

        Completed done = transfer(snapshot);

        assertThat(done.tree().orElseThrow().root())
                .isEqualTo(snapshot.tree().orElseThrow().root());
        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(done.snapshot()).isEqualTo(snapshot.data());
    }

    @Test
    void aReplicaThatLagsFetchesWhatDiffers() {
        fill(0, 20_000);
        ServiceSnapshot old = checkpoint(100);
        fill(7_000, 7_010);
        store.delete(key(3));
        ServiceSnapshot snapshot = checkpoint(200);
        fetcher.have(old.tree());

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(pieceBytes).isLessThan(snapshot.tree().orElseThrow().bytes() / 10);
    }

    @Test
    void nothingIsFetchedOfATreeThatIsHere() {
        fill(0, 1_000);
        ServiceSnapshot old = checkpoint(100);
        ServiceSnapshot snapshot = checkpoint(200);
        fetcher.have(old.tree());

        Completed done = transfer(snapshot);

        assertThat(pieceBytes).isZero();
        assertThat(done.tree().orElseThrow().root())
                .isEqualTo(old.tree().orElseThrow().root());
    }

    @Test
    void whatWasFetchedOfAnOlderCheckpointIsNotFetchedAgain() {
        fill(0, 5_000);
        ServiceSnapshot old = checkpoint(100);
        Deque<Ask> asks = new ArrayDeque<>(fetcher.start(100, old.stateDigest(), sources.keySet()));
        while (fetcher.progress().orElseThrow().missingTreeBytes() != 0
                && pieceBytes < old.tree().orElseThrow().bytes() / 2) {
            asks.addAll(accepted(asks.poll()));
        }
        long before = pieceBytes;
        fill(0, 3);
        ServiceSnapshot snapshot = checkpoint(200);

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(pieceBytes - before).isLessThan(snapshot.tree().orElseThrow().bytes());
    }

    @Test
    void aWrongPieceIsNotTakenAndItsSenderIsBanned() {
        fill(0, 5_000);
        ServiceSnapshot snapshot = checkpoint(100);
        sources.put(1, MerkleTransferTest::flipped);

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(banned).extracting(Banned::source).containsExactly(1);
        assertThat(banned).extracting(Banned::reason).containsExactly(Reason.WRONG_PIECE);
    }

    /** Right, and a node at a time: the transfer would never end. */
    @Test
    void whoGivesLessThanFitsIsBanned() {
        fill(0, 5_000);
        ServiceSnapshot snapshot = checkpoint(100);
        sources.put(
                1,
                answer -> answer instanceof PieceAnswer piece
                        ? new PieceAnswer(
                                piece.sequence(),
                                piece.path(),
                                snapshot.tree()
                                        .orElseThrow()
                                        .piece(piece.path(), 200)
                                        .orElseThrow())
                        : answer);

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(banned).extracting(Banned::source).containsExactly(1);
    }

    @Property(tries = 60)
    void oneCorrectSourceIsEnough(@ForAll Random random, @ForAll @IntRange(max = 400) int changes) {
        fill(0, 2_000);
        ServiceSnapshot old = checkpoint(100);
        for (int i = 0; i < changes; i++) {
            int number = random.nextInt(4_000);
            if (random.nextInt(4) == 0) {
                store.delete(key(number));
            } else {
                store.put(key(number), ByteString.copyFromUtf8("changed " + random.nextInt(10)));
            }
        }
        ServiceSnapshot snapshot = checkpoint(200);
        fetcher.have(random.nextBoolean() ? old.tree() : Optional.empty());
        sources.put(1, answer -> random.nextBoolean() ? flipped(answer) : answer);
        sources.put(2, answer -> random.nextInt(3) == 0 ? null : answer);
        sources.put(3, answer -> null);

        Completed done = transfer(snapshot);

        assertThat(done.tree().orElseThrow().root())
                .isEqualTo(snapshot.tree().orElseThrow().root());
        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(banned).extracting(Banned::source).isSubsetOf(1);
    }

    private Completed transfer(ServiceSnapshot snapshot) {
        Deque<Ask> asks = new ArrayDeque<>(
                fetcher.start(snapshot.sequence(), snapshot.stateDigest(), new ArrayList<>(sources.keySet())));
        for (int step = 0; step < 100_000; step++) {
            if (asks.isEmpty()) {
                asks.addAll(fetcher.onTick());
                continue;
            }
            Ask ask = asks.poll();
            Answer answer = answer(ask);
            if (answer == null) {
                continue;
            }
            FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer);
            if (outcome instanceof Completed completed) {
                return completed;
            } else if (outcome instanceof Accepted more) {
                asks.addAll(more.asks());
            } else if (outcome instanceof Banned ban) {
                banned.add(ban);
                asks.addAll(ban.asks());
            }
        }
        throw new AssertionError("the transfer does not end: " + fetcher.progress());
    }

    private List<Ask> accepted(Ask ask) {
        FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer(ask));
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted) outcome).asks();
    }

    private Answer answer(Ask ask) {
        Answer correct = keeper.answer(ask.question()).orElseThrow();
        if (ask.question() instanceof FetchPiece) {
            pieceBytes += ((PieceAnswer) correct).piece().size();
        }
        return sources.get(ask.to()).apply(correct);
    }

    private static Answer flipped(Answer answer) {
        if (!(answer instanceof PieceAnswer piece)) {
            return answer;
        }
        byte[] bytes = piece.piece().toByteArray();
        bytes[bytes.length / 2] ^= 1;
        return new PieceAnswer(piece.sequence(), piece.path(), ByteString.copyFrom(bytes));
    }

    private ServiceSnapshot checkpoint(long sequence) {
        ServiceSnapshot snapshot = ServiceSnapshot.of(
                sequence, ByteString.copyFromUtf8("sessions " + sequence), Optional.of(store.tree()));
        keeper.keep(snapshot);
        return snapshot;
    }

    private void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            store.put(
                    key(i),
                    ByteString.copyFromUtf8(
                            "value " + i + " after " + store.tree().bytes()));
        }
    }

    private static ByteString key(int number) {
        return ByteString.copyFromUtf8("account/" + number);
    }

    private static Map<ByteString, ByteString> entries(MerkleTree tree) {
        TreeMap<ByteString, ByteString> entries = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        tree.entries().forEach(entry -> entries.put(entry.key(), entry.value()));
        return entries;
    }
}
