package org.tagma.replica.storage.state;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashSet;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;

/**
 * Writes what is in memory of a tree, a few megabytes at a time, and leaves the last of it to be written together with
 * what refers to the tree. Should a crash prevent that, what was written is suspected to be needed by nobody.
 *
 * <p>Not thread-safe.
 */
final class StateWriter {

    /** A larger change is made in parts, so that it does not take the memory that the state takes. */
    private static final long PART_BYTES = 4L << 20;

    private final StatePages pages;

    /** Pages that no other page refers to so far. */
    private final Set<Digest> open = new HashSet<>();

    /** Those of them that are written, and suspected. */
    private final Set<Digest> written = new HashSet<>();

    private StateBatch batch = new StateBatch();

    StateWriter(StatePages pages) {
        this.pages = pages;
    }

    /** Returns the last of it. */
    StateBatch write(MerkleTree tree) throws IOException {
        try {
            // What is in memory is new, or was changed and changed back: then it is written once more, which does no
            // harm.
            NodePage.forEachNew(tree, digest -> false, this::add);
            written.forEach(page -> batch.removeNote(StateBatch.SUSPECT, page));
            return batch;
        } catch (UncheckedIOException e) {
            throw e.getCause();
        }
    }

    private void add(NodePage page) {
        if (batch.bytes() > PART_BYTES) {
            flush();
        }
        batch.add(page);
        pages.wasAdded(page);
        for (Digest below : page.below()) {
            open.remove(below);
            if (written.remove(below)) {
                batch.removeNote(StateBatch.SUSPECT, below);
            }
        }
        open.add(page.digest());
    }

    private void flush() {
        for (Digest page : open) {
            if (written.add(page)) {
                batch.note(StateBatch.SUSPECT, page);
            }
        }
        try {
            batch.write(pages.table(), false);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        batch = new StateBatch();
    }
}
