package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodePath;
import org.tagma.core.state.StatePiece;

/** As into memory, and on after a crash: a replica fetches into a store that outlives it. */
class ResumedTransferTest extends MerkleTransferTest {

    private static final int ASKER = 3;

    private MemoryNodes nodes;
    private Optional<MerkleTree> fetched = Optional.empty();

    @Override
    StateFetcher newFetcher() {
        nodes = nodes == null ? new MemoryNodes() : nodes;
        return new StateFetcher(LIMITS, Optional.of(nodes));
    }

    @Override
    void have(Optional<MerkleTree> tree) {
        tree.ifPresent(nodes::keep);
        super.have(tree.map(each -> MerkleTree.stored(each.root(), nodes)));
    }

    /** Where whole parts were when they came, until the crash. */
    private Set<NodePath> fetchUntilCrash(ServiceSnapshot snapshot, int answers) {
        Set<NodePath> whole = new HashSet<>();
        Deque<Ask> asks =
                new ArrayDeque<>(fetcher.start(snapshot.sequence(), snapshot.stateDigest(), sources.keySet()));
        for (int count = 0; count < answers && !asks.isEmpty(); count++) {
            Ask ask = asks.poll();
            FetchOutcome outcome = fetcher.onAnswer(ask.to(), answer(ask));
            if (outcome instanceof Completed done) {
                fetched = done.tree();
                return whole;
            }
            asks.addAll(((Accepted) outcome).asks());
            if (keeper.answer(ASKER, ask.question()).orElseThrow() instanceof PieceAnswer piece && isWhole(piece)) {
                whole.add(piece.path());
            }
        }
        return whole;
    }

    private static boolean isWhole(PieceAnswer piece) {
        return StatePiece.decode(piece.path(), piece.piece())
                .orElseThrow()
                .missing()
                .isEmpty();
    }

    @Test
    void noWholePartIsFetchedTwiceWhereverTheReplicaCrashes() {
        largeValues(3_000);
        ServiceSnapshot snapshot = checkpoint(100);
        int crashAfter = 0;
        boolean finished = false;
        while (!finished) {
            nodes = null;
            fetcher = newFetcher();
            Set<NodePath> before = fetchUntilCrash(snapshot, crashAfter);
            finished = !fetcher.isActive() && crashAfter > 0;
            fetcher = newFetcher();
            Set<NodePath> after = fetchUntilCrash(snapshot, Integer.MAX_VALUE);

            assertThat(fetcher.isActive()).isFalse();
            before.retainAll(after);
            assertThat(before)
                    .as("fetched again after a crash at answer " + crashAfter)
                    .isEmpty();
            assertThat(entries(fetched.orElseThrow())).isEqualTo(entries(store.tree()));
            crashAfter++;
        }
        assertThat(crashAfter).isGreaterThan(20);
    }

    /**
     * With liars, silence, crashes and a power failure in between: what comes out is the state, and less is fetched.
     */
    @Property(tries = 40)
    void goesOnAfterAnyCrash(@ForAll Random random, @ForAll @IntRange(max = 4) int lost) {
        largeValues(1_500);
        ServiceSnapshot snapshot = checkpoint(100);
        sources.keySet().retainAll(Set.of(0));
        banned.clear();
        nodes = null;
        fetcher = newFetcher();
        for (int crashes = random.nextInt(4); crashes > 0; crashes--) {
            fetchUntilCrash(snapshot, random.nextInt(15));
            nodes.loseLast(lost);
            fetcher = newFetcher();
        }
        sources.put(1, answer -> random.nextBoolean() ? flipped(answer) : answer);
        sources.put(2, answer -> random.nextInt(3) == 0 ? null : answer);

        Completed done = transfer(snapshot);

        assertThat(entries(done.tree().orElseThrow())).isEqualTo(entries(store.tree()));
        assertThat(banned).extracting(Banned::source).isSubsetOf(1);
    }

    /** After the state was put together, the store has all of it but the topmost nodes. */
    @Test
    void whatBecomesWholeGoesIntoTheStore() {
        largeValues(20_000);
        ServiceSnapshot snapshot = checkpoint(100);

        Completed done = transfer(snapshot);

        int[] inMemory = {0};
        NodePage.forEachNew(done.tree().orElseThrow(), nodes::contains, page -> inMemory[0]++);
        assertThat(inMemory[0]).isLessThan(200);
    }

    private void largeValues(int count) {
        for (int i = 0; i < count; i++) {
            store.put(key(i), ByteString.copyFromUtf8("x".repeat(600) + i));
        }
    }
}
