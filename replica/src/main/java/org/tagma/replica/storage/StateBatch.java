package org.tagma.replica.storage;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.state.NodePage;
import org.tagma.replica.storage.StateTable.Change;

/**
 * Changes to a state on disk that are made together, and what they do to the number of references to each page: from other
 * pages, and from checkpoints. One reference is what most pages have, and is not written down.
 *
 * <p>Not thread-safe: from the first change until it is written, nobody else may write.
 */
final class StateBatch {

    /** First byte of the key of a page; its digest follows. */
    private static final byte PAGE = 'n';

    /** First byte of the key of a number of references other than one; the digest of the page follows. */
    static final byte REFERENCES = 'r';

    private final StateTable table;
    private final List<Change> changes = new ArrayList<>();
    private final Map<Digest, Integer> references = new LinkedHashMap<>();
    private final Set<Digest> added = new HashSet<>();
    private final Set<Digest> removed = new HashSet<>();
    private long bytes;

    StateBatch(StateTable table) {
        this.table = table;
    }

    static byte[] pageKey(Digest digest) {
        return key(PAGE, digest);
    }

    private static byte[] key(byte kind, Digest digest) {
        byte[] key = new byte[1 + Digest.LENGTH];
        key[0] = kind;
        digest.bytes().copyTo(key, 1);
        return key;
    }

    /** The page that a key of the kind {@link #REFERENCES} is about. */
    static Digest digestOf(byte[] key) {
        return new Digest(ByteString.copyFrom(key, 1, Digest.LENGTH));
    }

    static int references(byte[] value) {
        return ByteBuffer.wrap(value).getInt();
    }

    /** Adds a page that is not there. What it refers to is there, or was added. */
    void add(NodePage page) {
        Digest digest = page.digest();
        byte[] encoded = page.encode().toByteArray();
        put(pageKey(digest), encoded);
        added.add(digest);
        references.merge(digest, 0, Integer::sum);
        page.below().forEach(this::addReference);
    }

    /** Removes a page that nothing refers to. */
    void remove(NodePage page) {
        Digest digest = page.digest();
        changes.add(Change.remove(pageKey(digest)));
        changes.add(Change.remove(key(REFERENCES, digest)));
        removed.add(digest);
        page.below().forEach(this::dropReference);
    }

    boolean removes(Digest digest) {
        return removed.contains(digest);
    }

    void addReference(Digest digest) {
        references.merge(digest, 1, Integer::sum);
    }

    void dropReference(Digest digest) {
        references.merge(digest, -1, Integer::sum);
    }

    void put(byte[] key, byte[] value) {
        changes.add(new Change(key, value));
        bytes += key.length + value.length;
    }

    void delete(byte[] key) {
        changes.add(Change.remove(key));
    }

    /** How much there is to write, about. */
    long bytes() {
        return bytes;
    }

    /** How many references there are to a page that is there. */
    static int referencesNow(StateTable table, Digest digest) throws IOException {
        byte[] written = table.get(key(REFERENCES, digest));
        return written == null ? 1 : references(written);
    }

    /**
     * Makes the changes, all or none.
     *
     * @return the pages to which nothing refers now
     */
    List<Digest> write(boolean durable) throws IOException {
        List<Digest> unreferenced = new ArrayList<>();
        for (Map.Entry<Digest, Integer> change : references.entrySet()) {
            Digest digest = change.getKey();
            if (removed.contains(digest)) {
                throw new IllegalStateException("the page " + digest + " was removed, and something refers to it");
            }
            int before = added.contains(digest) ? 0 : referencesNow(table, digest);
            int after = before + change.getValue();
            if (after < 0) {
                throw new IllegalStateException("the page " + digest + " has " + after + " references");
            }
            if (after == 0) {
                unreferenced.add(digest);
            }
            write(digest, added.contains(digest) ? 1 : before, after);
        }
        table.write(changes, durable);
        return unreferenced;
    }

    /** One reference is told by there being no record. */
    private void write(Digest digest, int recorded, int after) {
        if (after == recorded) {
            return;
        }
        if (after == 1) {
            changes.add(Change.remove(key(REFERENCES, digest)));
        } else {
            changes.add(new Change(
                    key(REFERENCES, digest),
                    ByteBuffer.allocate(Integer.BYTES).putInt(after).array()));
        }
    }
}
