package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.StateFetcher.Ask;

class MerkleTransferTest extends MerkleTransfers {

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
    void aTreeIsFetchedInPartsOfTheSizeThatTheLimitsSay() {
        fill(0, 2_000);
        ServiceSnapshot snapshot = checkpoint(100);
        transfer(snapshot);
        int few = questions;
        questions = 0;
        fetcher = new StateFetcher(LIMITS.withParts(512, 64));

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(questions).isGreaterThan(20 * few).isGreaterThan((int)
                (snapshot.tree().orElseThrow().bytes() / 512));
    }

    @Test
    void noMoreIsUnderWayThanTheLimitsAllow() {
        fill(0, 2_000);
        ServiceSnapshot snapshot = checkpoint(100);
        fetcher = new StateFetcher(LIMITS.withParts(512, 64));
        Deque<Ask> asks = new ArrayDeque<>(fetcher.start(100, snapshot.stateDigest(), sources.keySet()));
        for (int i = 0; i < 20; i++) {
            asks.addAll(accepted(asks.poll()));
            assertThat(asks).hasSizeLessThanOrEqualTo(LIMITS.maxOutstanding());
        }
    }

    @Test
    void whatWasAskedOfAnOlderStateDoesNotKeepTheNewOneWaiting() {
        fill(0, 2_000);
        ServiceSnapshot old = checkpoint(100);
        fetcher = new StateFetcher(LIMITS.withParts(512, 64));
        Deque<Ask> asks = new ArrayDeque<>(fetcher.start(100, old.stateDigest(), sources.keySet()));
        while (asks.size() < LIMITS.maxOutstanding()) {
            asks.addAll(accepted(asks.poll()));
        }
        fill(0, 10);
        ServiceSnapshot snapshot = checkpoint(200);

        Ask next = fetcher.start(200, snapshot.stateDigest(), sources.keySet()).get(0);
        assertThat(accepted(next)).isNotEmpty();
    }

    @Test
    void aReplicaThatLagsFetchesWhatDiffers() {
        fill(0, 20_000);
        ServiceSnapshot old = checkpoint(100);
        fill(7_000, 7_010);
        store.delete(key(3));
        ServiceSnapshot snapshot = checkpoint(200);
        have(old.tree());

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(pieceBytes).isLessThan(snapshot.tree().orElseThrow().bytes() / 10);
    }

    @Test
    void nothingIsFetchedOfATreeThatIsHere() {
        fill(0, 1_000);
        ServiceSnapshot old = checkpoint(100);
        ServiceSnapshot snapshot = checkpoint(200);
        have(old.tree());

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

    /** A piece for each key that differs would be a question for each of them. */
    @Test
    void whereMostDiffersLargerPartsAreAskedFor() {
        fillWith((byte) 1);
        ServiceSnapshot old = checkpoint(100);
        fillWith((byte) 2);
        ServiceSnapshot snapshot = checkpoint(200);
        have(old.tree());

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        long bytes = snapshot.tree().orElseThrow().bytes();
        assertThat(questions).isLessThan((int) (bytes / 8_192));
    }

    private void fillWith(byte value) {
        byte[] bytes = new byte[1_000];
        Arrays.fill(bytes, value);
        for (int number = 0; number < 10_000; number++) {
            store.put(key(number), ByteString.copyFrom(bytes));
        }
    }

    @Test
    void aTransferGetsAheadAsLongAsPartsOfItsTreeComeIn() {
        fill(0, 20_000);
        ServiceSnapshot snapshot = checkpoint(100);
        List<Ask> asks = fetcher.start(100, snapshot.stateDigest(), sources.keySet());
        assertThat(fetcher.isGettingAhead()).as("without the manifest").isFalse();

        asks = accepted(asks.get(0));
        for (int tick = 0; tick <= 10 * LIMITS.retryTicks(); tick++) {
            assertThat(fetcher.isGettingAhead()).as("tick %d", tick).isTrue();
            fetcher.onTick();
        }
        assertThat(fetcher.isGettingAhead()).as("in silence").isFalse();

        accepted(asks.get(0));
        assertThat(fetcher.isGettingAhead()).isTrue();
    }

    @Test
    void aWrongPieceIsNotTakenAndItsSenderIsBanned() {
        fill(0, 5_000);
        ServiceSnapshot snapshot = checkpoint(100);
        sources.put(1, MerkleTransfers::flipped);

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
        have(random.nextBoolean() ? old.tree() : Optional.empty());
        sources.put(1, answer -> random.nextBoolean() ? flipped(answer) : answer);
        sources.put(2, answer -> random.nextInt(3) == 0 ? null : answer);
        sources.put(3, answer -> null);

        Completed done = transfer(snapshot);

        assertThat(done.tree().orElseThrow().root())
                .isEqualTo(snapshot.tree().orElseThrow().root());
        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(banned).extracting(Banned::source).isSubsetOf(1);
    }
}
