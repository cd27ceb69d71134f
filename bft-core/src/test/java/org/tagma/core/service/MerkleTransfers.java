package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;

/** Transfers of a state in a tree, for tests: a source, what it does to its answers, and a fetcher. */
abstract class MerkleTransfers {

    static final int RECEIVER = 0;

    static final TransferLimits LIMITS = new TransferLimits(1 << 24, 4, 2);

    final MerkleStateStore store = new MerkleStateStore();
    final SnapshotKeeper keeper = new SnapshotKeeper();

    /** What each source does to its answers; null is silence. */
    final Map<Integer, UnaryOperator<Answer>> sources = new TreeMap<>();

    final List<Banned> banned = new ArrayList<>();
    StateFetcher fetcher = newFetcher();
    long pieceBytes;
    int questions;

    MerkleTransfers() {
        sources.put(0, UnaryOperator.identity());
    }

    StateFetcher newFetcher() {
        return new StateFetcher(LIMITS);
    }

    /** The fetching replica has this state. */
    void have(Optional<MerkleTree> tree) {
        fetcher.have(tree);
    }

    Completed transfer(ServiceSnapshot snapshot) {
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

    List<Ask> accepted(Ask ask) {
        FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer(ask));
        assertThat(outcome).isInstanceOf(Accepted.class);
        return ((Accepted) outcome).asks();
    }

    Answer answer(Ask ask) {
        Answer correct = keeper.answer(RECEIVER, ask.question()).orElseThrow();
        questions++;
        if (ask.question() instanceof FetchPiece) {
            pieceBytes += ((PieceAnswer) correct).piece().size();
        }
        return sources.get(ask.to()).apply(correct);
    }

    static Answer flipped(Answer answer) {
        if (!(answer instanceof PieceAnswer piece)) {
            return answer;
        }
        byte[] bytes = piece.piece().toByteArray();
        bytes[bytes.length / 2] ^= 1;
        return new PieceAnswer(piece.sequence(), piece.path(), ByteString.copyFrom(bytes));
    }

    ServiceSnapshot checkpoint(long sequence) {
        ServiceSnapshot snapshot = ServiceSnapshot.of(
                sequence, ByteString.copyFromUtf8("sessions " + sequence), Optional.of(store.tree()));
        keeper.keep(snapshot);
        return snapshot;
    }

    void fill(int from, int to) {
        for (int i = from; i < to; i++) {
            store.put(
                    key(i),
                    ByteString.copyFromUtf8(
                            "value " + i + " after " + store.tree().bytes()));
        }
    }

    static ByteString key(int number) {
        return ByteString.copyFromUtf8("account/" + number);
    }

    static Map<ByteString, ByteString> entries(MerkleTree tree) {
        TreeMap<ByteString, ByteString> entries = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        tree.entries().forEach(entry -> entries.put(entry.key(), entry.value()));
        return entries;
    }
}
