package org.tagma.replica.storage.state;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodePage;

/**
 * Finds and removes the pages that no checkpoint needs any more. It begins with suspects: roots of checkpoints that
 * were released, and parts that were fetched and may not have become part of anything. A suspect is looked for in the
 * trees of all checkpoints, where there is one place only in which it can be. If it is in none it is removed, and what
 * is below it is suspected in one and the same change; so a crash loses no suspect.
 *
 * <p>Not thread-safe: guarded by {@link StatePages}.
 */
final class StateGarbage {

    /** So few that whoever waits meanwhile hardly notices. */
    private static final int PAGES_AT_A_TIME = 64;

    /** So many pages may be added until there is nothing to remove: then whoever adds some helps with that. */
    private static final int MAX_BEHIND_PAGES = 20_000;

    private final StatePages pages;

    /** The last is looked at first, so that there are never many. Each has a note in the table. */
    private final Deque<Digest> suspects = new ArrayDeque<>();

    private Collection<MerkleTree> kept = List.of();

    /** There may be parts of a state that was fetched. */
    private boolean partsMayBeThere = true;

    /** What earlier incarnations left may be parts of a state whose transfer goes on in this one. */
    private boolean settled;

    private boolean transferring;

    /** Pages that were added since there was nothing to remove. */
    private int behindPages;

    StateGarbage(StatePages pages) {
        this.pages = pages;
    }

    /** Begins with what earlier incarnations left. */
    void open(Collection<MerkleTree> trees) throws IOException {
        kept = List.copyOf(trees);
        pages.table().scan(StateBatch.SUSPECT, (key, value) -> suspects.push(StateBatch.digestOf(key)));
    }

    void pageWasAdded() {
        behindPages++;
    }

    void partWasKept() {
        partsMayBeThere = true;
    }

    void changed(Collection<MerkleTree> trees, List<Digest> gone, boolean isNew) {
        kept = List.copyOf(trees);
        gone.forEach(suspects::push);
        settled |= isNew;
    }

    void beginTransfer() throws IOException {
        while (!transferring && collect()) {
            // What is there afterwards is there as a whole.
        }
        transferring = true;
    }

    void endTransfer() {
        transferring = false;
    }

    /** Whether every page that is there is there with all below it. */
    boolean isNone() {
        return suspects.isEmpty();
    }

    boolean isWaiting() {
        return mayCollect() && (!suspects.isEmpty() || partsMayBeThere);
    }

    private boolean mayCollect() {
        return settled && !transferring;
    }

    boolean isNeeded(NodePage page) {
        return kept.stream().anyMatch(tree -> tree.refersTo(page));
    }

    /** Removes some pages if there are too many. */
    void catchUp() throws IOException {
        if (behindPages > MAX_BEHIND_PAGES) {
            behindPages = MAX_BEHIND_PAGES;
            while (behindPages > MAX_BEHIND_PAGES / 2 && collect()) {
                behindPages -= PAGES_AT_A_TIME;
            }
        }
    }

    /** Removes a few pages; returns whether there is more to do. */
    boolean collect() throws IOException {
        if (!mayCollect()) {
            return false;
        }
        StateBatch batch = new StateBatch();
        if (partsMayBeThere) {
            suspectParts(batch);
        }
        Set<Digest> fresh = new LinkedHashSet<>();
        Set<Digest> removed = new HashSet<>();
        for (int count = 0; count < PAGES_AT_A_TIME && !suspects.isEmpty(); count++) {
            Digest suspect = suspects.pop();
            if (!fresh.remove(suspect)) {
                batch.removeNote(StateBatch.SUSPECT, suspect);
            }
            Optional<NodePage> page = removed.contains(suspect) ? Optional.empty() : pages.find(suspect);
            if (page.isPresent() && remove(page.get(), batch, fresh)) {
                removed.add(suspect);
            }
        }
        fresh.forEach(suspect -> batch.note(StateBatch.SUSPECT, suspect));
        batch.write(pages.table(), false);
        if (suspects.isEmpty()) {
            behindPages = 0;
        }
        return !suspects.isEmpty();
    }

    private boolean remove(NodePage page, StateBatch batch, Set<Digest> fresh) {
        if (isNeeded(page)) {
            return false;
        }
        batch.remove(page.digest());
        pages.forget(page.digest());
        Set<Digest> needed = new HashSet<>();
        kept.forEach(tree -> needed.addAll(tree.referencesAt(page)));
        for (Digest below : page.below()) {
            if (!needed.contains(below)) {
                suspects.push(below);
                fresh.add(below);
            }
        }
        return true;
    }

    private void suspectParts(StateBatch batch) throws IOException {
        pages.table().scan(StateBatch.PART, (key, value) -> {
            Digest part = StateBatch.digestOf(key);
            batch.removeNote(StateBatch.PART, part);
            batch.note(StateBatch.SUSPECT, part);
            suspects.push(part);
        });
        partsMayBeThere = false;
    }
}
