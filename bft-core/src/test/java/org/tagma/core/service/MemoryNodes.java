package org.tagma.core.service;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.UnreadableStateError;

/** A node store in memory, which outlives whoever fetches into it. */
final class MemoryNodes implements NodeStore {

    private final Map<Digest, NodePage> pages = new HashMap<>();
    private final Deque<List<Digest>> kept = new ArrayDeque<>();

    @Override
    public void beginTransfer() {}

    @Override
    public boolean contains(Digest digest) {
        return pages.containsKey(digest);
    }

    @Override
    public void keep(MerkleTree part) {
        List<Digest> added = new ArrayList<>();
        NodePage.forEachNew(part, pages::containsKey, page -> {
            pages.put(page.digest(), page);
            added.add(page.digest());
        });
        kept.push(added);
    }

    /** The power failed: what was kept last was not on disk yet. */
    void loseLast(int parts) {
        for (int i = 0; i < parts && !kept.isEmpty(); i++) {
            kept.pop().forEach(pages::remove);
        }
    }

    @Override
    public void endTransfer() {}

    @Override
    public NodePage load(Digest digest) {
        NodePage page = pages.get(digest);
        if (page == null) {
            throw new UnreadableStateError(digest + " is not there");
        }
        return page;
    }
}
