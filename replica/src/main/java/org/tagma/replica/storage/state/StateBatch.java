package org.tagma.replica.storage.state;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.state.NodePage;
import org.tagma.replica.storage.state.StateTable.Change;

/** Changes to a state on disk that are made together. Not thread-safe. */
public final class StateBatch {

    /** First byte of the key of a page; its digest follows. */
    private static final byte PAGE = 'n';

    /**
     * First byte of the key of a note about a page; its digest follows. It was kept for a state that is being fetched,
     * with all below it.
     */
    static final byte PART = 'p';

    /** The same: no checkpoint may need it any more, nor all of what is below it. */
    public static final byte SUSPECT = 'z';

    private static final byte[] NOTHING = {};

    private final List<Change> changes = new ArrayList<>();
    private long bytes;

    public static byte[] pageKey(Digest digest) {
        return key(PAGE, digest);
    }

    static byte[] key(byte kind, Digest digest) {
        byte[] key = new byte[1 + Digest.LENGTH];
        key[0] = kind;
        digest.bytes().copyTo(key, 1);
        return key;
    }

    /** The page that a key is about. */
    public static Digest digestOf(byte[] key) {
        return new Digest(ByteString.copyFrom(key, 1, Digest.LENGTH));
    }

    void add(NodePage page) {
        put(pageKey(page.digest()), page.encode().toByteArray());
    }

    void remove(Digest page) {
        delete(pageKey(page));
    }

    void note(byte kind, Digest page) {
        put(key(kind, page), NOTHING);
    }

    void removeNote(byte kind, Digest page) {
        delete(key(kind, page));
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

    /** Makes the changes, all or none. */
    public void write(StateTable table, boolean durable) throws IOException {
        if (!changes.isEmpty()) {
            table.write(changes, durable);
        }
    }
}
