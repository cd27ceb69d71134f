package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.TreeDiff.Step;

/** The entries of the user's that differ between two trees, in the order of keys. Not thread-safe. */
final class ChangeIterator implements Iterator<StateChange> {

    private final TreeDiff diff;
    private Optional<StateChange> next;

    ChangeIterator(MerkleTree before, MerkleTree after) {
        this.diff = new TreeDiff(before, after);
        this.next = find();
    }

    private Optional<StateChange> find() {
        Optional<Step> step = diff.next();
        while (step.isPresent()) {
            Optional<Leaf> gone = leaf(step.get().gone());
            Optional<Leaf> added = leaf(step.get().added());
            if (gone.isPresent() || added.isPresent()) {
                ByteString key = gone.or(() -> added).orElseThrow().key;
                if (KeySpace.USER.has(key)) {
                    return Optional.of(new StateChange(
                            KeySpace.fromTree(key), gone.map(leaf -> leaf.value), added.map(leaf -> leaf.value)));
                }
            }
            step = diff.next();
        }
        return Optional.empty();
    }

    private static Optional<Leaf> leaf(Node node) {
        return node instanceof Leaf leaf ? Optional.of(leaf) : Optional.empty();
    }

    @Override
    public boolean hasNext() {
        return next.isPresent();
    }

    @Override
    public StateChange next() {
        StateChange change = next.orElseThrow(() -> new NoSuchElementException("no more changes"));
        next = find();
        return change;
    }
}
