package org.tagma.simulator.kernel;

import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import org.tagma.core.Digest;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.StateRoot;
import org.tagma.core.state.UnreadableStateError;

/**
 * The pages of Merkle trees on a simulated disk. Every so often it removes all that it may: outside of a transfer, what
 * is no part of a checkpoint. And a crash takes some of what was last written for a transfer, since that need not be
 * durable.
 *
 * <p>Not thread-safe.
 */
final class SimulatedNodes implements NodeStore {

    /** To look for what may go costs more than most of a run. */
    private static final int RELEASES_PER_COLLECTION = 6;

    private final SplittableRandom random;
    private final Map<Digest, NodePage> pages = new HashMap<>();
    /** Written and not synced, the last first. */
    private final Deque<Digest> unsynced = new ArrayDeque<>();

    private boolean transferring;
    private int releases;

    SimulatedNodes(SplittableRandom random) {
        this.random = random;
    }

    @Override
    public void beginTransfer() {
        transferring = true;
    }

    @Override
    public boolean contains(Digest digest) {
        return pages.containsKey(digest);
    }

    @Override
    public void keep(MerkleTree part) {
        NodePage.forEachNew(part, pages::containsKey, page -> {
            pages.put(page.digest(), page);
            unsynced.push(page.digest());
        });
    }

    /** What was written is durable. */
    MerkleTree sync(MerkleTree whole) {
        keep(whole);
        unsynced.clear();
        return MerkleTree.stored(whole.root(), this);
    }

    @Override
    public void endTransfer() {
        transferring = false;
    }

    /** Some checkpoints are gone; these are left. */
    void collect(Collection<ServiceSnapshot> left) {
        if (transferring || ++releases % RELEASES_PER_COLLECTION != 0) {
            return;
        }
        Set<Digest> needed = new HashSet<>();
        for (ServiceSnapshot snapshot : left) {
            StateRoot root = snapshot.tree().orElseThrow().root();
            if (!root.equals(StateRoot.EMPTY)) {
                mark(root.digest(), needed);
            }
        }
        pages.keySet().retainAll(needed);
        unsynced.retainAll(needed);
    }

    private void mark(Digest root, Set<Digest> needed) {
        Deque<Digest> waiting = new ArrayDeque<>();
        waiting.push(root);
        while (!waiting.isEmpty()) {
            Digest digest = waiting.pop();
            if (needed.add(digest)) {
                load(digest).below().forEach(waiting::push);
            }
        }
    }

    @Override
    public NodePage load(Digest digest) {
        NodePage page = pages.get(digest);
        if (page == null) {
            throw new UnreadableStateError("the part " + digest.abbreviated() + " of the state is missing");
        }
        return page;
    }

    /** The process ends, and with it what it had begun; the last of what was not synced may be gone. */
    void crash() {
        transferring = false;
        for (int lost = unsynced.isEmpty() ? 0 : random.nextInt(unsynced.size() + 1); lost > 0; lost--) {
            pages.remove(unsynced.pop());
        }
        unsynced.clear();
    }

    int size() {
        return pages.size();
    }

    void forget() {
        pages.clear();
        unsynced.clear();
        transferring = false;
    }
}
