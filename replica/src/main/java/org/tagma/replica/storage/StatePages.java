package org.tagma.replica.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.function.Consumer;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.UnreadableStateError;

/**
 * The pages of Merkle trees on disk, each under its digest, with the number of references to it. What is there is there
 * with all below it, after a crash as well: a page is written after those below it or together with them, and removed
 * before them or together with the reference to them. What nothing refers to is removed a few pages at a time.
 *
 * <p>A page is compared with its digest when it is read. What cannot be read, or is something else, ends the replica; its
 * next life begins without what is damaged.
 *
 * <p>Thread-safe.
 */
final class StatePages implements NodeStore {

    /** A larger change is made in parts, so that it does not take the memory that the state takes. */
    private static final long PART_BYTES = 4L << 20;

    private final StateTable table;
    private final PageCache cache;
    private final Consumer<String> onDamage;

    /** Pages that may have no reference any more; the last is looked at first, so that there are never many. */
    private final Deque<Digest> unreferenced = new ArrayDeque<>();

    /** What earlier lives left without a reference is not known yet. */
    private boolean leftOversUnknown = true;

    /** What earlier lives left may be parts of a state whose transfer goes on in this one. */
    private boolean settled;

    private boolean transferring;

    /**
     * Takes possession of a table.
     *
     * @param onDamage is told of what cannot be read, before the error is thrown
     */
    StatePages(StateTable table, long cacheBytes, Consumer<String> onDamage) {
        this.table = table;
        this.cache = new PageCache(cacheBytes);
        this.onDamage = onDamage;
    }

    StateTable table() {
        return table;
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

    private NodePage read(Digest digest) {
        byte[] written = get(digest);
        if (written == null) {
            throw damaged("the part " + digest.abbreviated() + " of the state is missing");
        }
        Optional<NodePage> page = NodePage.decode(ByteString.copyFrom(written));
        if (page.isEmpty() || !page.get().digest().equals(digest)) {
            throw damaged("the part " + digest.abbreviated() + " of the state is not as it was written");
        }
        return page.get();
    }

    private byte[] get(Digest digest) {
        try {
            return table.get(StateBatch.pageKey(digest));
        } catch (IOException e) {
            throw damaged("the part " + digest.abbreviated() + " of the state cannot be read: " + e.getMessage());
        }
    }

    private UnreadableStateError damaged(String what) {
        onDamage.accept(what);
        return new UnreadableStateError(what);
    }

    /** Asks the table and not the cache, in which a page may be that was removed meanwhile. */
    @Override
    public boolean contains(Digest digest) {
        return get(digest) != null;
    }

    @Override
    public synchronized void keep(MerkleTree part) {
        try {
            unreferenced.addAll(addNew(part).write(false));
        } catch (IOException e) {
            throw new UncheckedIOException("a part of a fetched state cannot be written", e);
        }
    }

    /** Adds the pages of a tree that are not there, all but the last of them at once. */
    synchronized StateBatch addNew(MerkleTree tree) throws IOException {
        StateBatch[] batch = {new StateBatch(table)};
        try {
            NodePage.forEachNew(tree, this::contains, page -> {
                batch[0].add(page);
                cache.put(page.digest(), page);
                if (batch[0].bytes() > PART_BYTES) {
                    batch[0] = begunAfter(batch[0]);
                }
            });
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
        return batch[0];
    }

    private StateBatch begunAfter(StateBatch full) {
        try {
            unreferenced.addAll(full.write(false));
            return new StateBatch(table);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Writes changes to what checkpoints refer to: of a new one, durable on return. */
    synchronized void write(StateBatch batch, boolean isNewState) throws IOException {
        unreferenced.addAll(batch.write(isNewState));
        settled |= isNewState;
        notifyAll();
    }

    @Override
    public synchronized void beginTransfer() {
        transferring = true;
    }

    @Override
    public synchronized void endTransfer() {
        transferring = false;
        notifyAll();
    }

    /** Waits until there is something to remove. */
    synchronized void awaitGarbage() throws InterruptedException {
        while (transferring || !settled || (unreferenced.isEmpty() && !leftOversUnknown)) {
            wait();
        }
    }

    /** Removes some of what nothing refers to; returns whether there is more to do. */
    synchronized boolean collect(int maxPages) throws IOException {
        if (transferring || !settled) {
            return false;
        }
        if (leftOversUnknown) {
            table.scan(StateBatch.REFERENCES, (key, value) -> {
                if (StateBatch.references(value) == 0) {
                    unreferenced.push(StateBatch.digestOf(key));
                }
            });
            leftOversUnknown = false;
        }
        StateBatch batch = new StateBatch(table);
        for (int count = 0; count < maxPages && !unreferenced.isEmpty(); count++) {
            Digest digest = unreferenced.pop();
            // It may have come into use again, or have been removed already.
            if (!batch.removes(digest) && StateBatch.referencesNow(table, digest) == 0) {
                NodePage cached = cache.get(digest);
                batch.remove(cached == null ? read(digest) : cached);
                cache.remove(digest);
            }
        }
        batch.write(false).forEach(unreferenced::push);
        return !unreferenced.isEmpty();
    }
}
