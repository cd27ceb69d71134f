package org.tagma.replica.storage.state;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.UnreadableStateError;
import org.tagma.replica.storage.files.PageCache;

/**
 * The pages of Merkle trees on disk, each under its digest: those of the trees of checkpoints, those of parts of a
 * state that is being fetched, and for a while those that nobody needs any more.
 *
 * <p>A page is compared with its digest when it is read. What cannot be read, or is something else, ends the replica;
 * its next incarnation begins without what is damaged.
 *
 * <p>Thread-safe.
 */
public final class StatePages implements NodeStore {

    private final StateTable table;
    private final PageCache cache;
    private final Consumer<String> onDamage;
    private final StateGarbage garbage;

    /**
     * Takes possession of a table.
     *
     * @param onDamage is told of what cannot be read, before the error is thrown
     */
    public StatePages(StateTable table, long cacheBytes, Consumer<String> onDamage) {
        this.table = table;
        this.cache = new PageCache(cacheBytes);
        this.onDamage = onDamage;
        this.garbage = new StateGarbage(this);
    }

    public StateTable table() {
        return table;
    }

    StateGarbage garbage() {
        return garbage;
    }

    @Override
    public NodePage load(Digest digest) {
        NodePage page = cache.get(digest);
        if (page == null) {
            page = read(digest);
            cache.put(digest, page);
        }
        return page;
    }

    /** Reads a page that will hardly be asked for again, if it is there: in the cache may be one that was removed. */
    Optional<NodePage> find(Digest digest) {
        byte[] written = get(StateBatch.pageKey(digest));
        if (written == null) {
            return Optional.empty();
        }
        NodePage cached = cache.get(digest);
        return Optional.of(cached == null ? decode(digest, written) : cached);
    }

    private NodePage read(Digest digest) {
        byte[] written = get(StateBatch.pageKey(digest));
        if (written == null) {
            throw damaged("the part " + digest.abbreviated() + " of the state is missing");
        }
        return decode(digest, written);
    }

    private NodePage decode(Digest digest, byte[] written) {
        Optional<NodePage> page = NodePage.decode(ByteString.copyFrom(written));
        if (page.isEmpty() || !page.get().digest().equals(digest)) {
            throw damaged("the part " + digest.abbreviated() + " of the state is not as it was written");
        }
        return page.get();
    }

    private byte[] get(byte[] key) {
        try {
            return table.get(key);
        } catch (IOException e) {
            throw damaged("a part of the state cannot be read: " + e.getMessage());
        }
    }

    private UnreadableStateError damaged(String what) {
        onDamage.accept(what);
        return new UnreadableStateError(what);
    }

    /**
     * Asks the table and not the cache, in which a page may be that was removed meanwhile. While some pages are being
     * removed, others that nobody needs may be there without what was below them.
     */
    @Override
    public synchronized boolean contains(Digest digest) {
        if (garbage.isNone() || get(StateBatch.key(StateBatch.PART, digest)) != null) {
            return get(StateBatch.pageKey(digest)) != null;
        }
        return find(digest).filter(garbage::isNeeded).isPresent();
    }

    @Override
    public synchronized void keep(MerkleTree part) {
        try {
            StateBatch batch = addNew(part);
            batch.note(StateBatch.PART, part.root().digest());
            batch.write(table, false);
            garbage.partWasKept();
        } catch (IOException e) {
            throw new UncheckedIOException("a part of a fetched state cannot be written", e);
        }
    }

    /** Writes what is in memory of a tree, but for the last of it, which is in the batch. */
    public synchronized StateBatch addNew(MerkleTree tree) throws IOException {
        return new StateWriter(this).write(tree);
    }

    void wasAdded(NodePage page) {
        garbage.pageWasAdded();
        cache.put(page.digest(), page);
    }

    /**
     * Changes which checkpoints there are.
     *
     * @param kept the trees of those that there are now
     * @param gone the roots of others
     * @param isNew whether one was added; it is durable on return
     */
    synchronized void write(StateBatch batch, Collection<MerkleTree> kept, List<Digest> gone, boolean isNew)
            throws IOException {
        gone.forEach(root -> batch.note(StateBatch.SUSPECT, root));
        batch.write(table, isNew);
        garbage.changed(kept, gone, isNew);
        garbage.catchUp();
        notifyAll();
    }

    void forget(Digest page) {
        cache.remove(page);
    }

    @Override
    public synchronized void beginTransfer() {
        try {
            garbage.beginTransfer();
        } catch (IOException e) {
            throw new UncheckedIOException("what is no longer needed of the state cannot be removed", e);
        }
    }

    @Override
    public synchronized void endTransfer() {
        garbage.endTransfer();
        notifyAll();
    }

    /** Waits until there is something to remove. */
    synchronized void awaitGarbage() throws InterruptedException {
        while (!garbage.isWaiting()) {
            wait();
        }
    }

    /** Removes a few pages that nobody needs; returns whether there is more to do. */
    public synchronized boolean collect() throws IOException {
        return garbage.collect();
    }
}
