package org.tagma.replica.storage.files;

import java.util.Iterator;
import java.util.LinkedHashMap;
import org.tagma.core.Digest;
import org.tagma.core.state.NodePage;

/** The pages that were used last, up to a number of bytes. Thread-safe. */
public final class PageCache {

    private static final float LOAD_FACTOR = 0.75f;

    private final long maxBytes;
    private final LinkedHashMap<Digest, NodePage> pages = new LinkedHashMap<>(16, LOAD_FACTOR, true);
    private long bytes;

    public PageCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** A page; null if it is not here. */
    public synchronized NodePage get(Digest digest) {
        return pages.get(digest);
    }

    public synchronized void put(Digest digest, NodePage page) {
        NodePage before = pages.put(digest, page);
        bytes += page.memoryBytes() - (before == null ? 0 : before.memoryBytes());
        Iterator<NodePage> oldest = pages.values().iterator();
        while (bytes > maxBytes) {
            bytes -= oldest.next().memoryBytes();
            oldest.remove();
        }
    }

    public synchronized void remove(Digest digest) {
        NodePage gone = pages.remove(digest);
        bytes -= gone == null ? 0 : gone.memoryBytes();
    }
}
