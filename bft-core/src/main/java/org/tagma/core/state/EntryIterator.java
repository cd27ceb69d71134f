package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.function.Predicate;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;

/**
 * Entries of one {@link KeySpace} in the order of keys, from a first one as long as a condition holds. Not thread-safe.
 */
final class EntryIterator implements Iterator<StateEntry> {

    private final MerkleTree tree;
    private final ByteString from;
    private final Predicate<ByteString> goesOn;

    /** What was not looked at yet, the next on top. */
    private final Deque<Node> waiting = new ArrayDeque<>();

    private StateEntry next;

    EntryIterator(MerkleTree tree, ByteString from, Predicate<ByteString> goesOn) {
        this.tree = tree;
        this.from = from;
        this.goesOn = goesOn;
        if (!tree.isEmpty()) {
            seek();
        }
        advance();
    }

    /** Puts up what is not below {@link #from}. */
    private void seek() {
        Node node = tree.resolve(tree.rootNode());
        while (node instanceof Inner inner && KeyBits.agree(inner.sample(), from, inner.bit)) {
            boolean right = KeyBits.bit(from, inner.bit);
            if (!right) {
                waiting.push(inner.right);
            }
            node = tree.resolve(inner.child(right));
        }
        int difference = KeyBits.firstDifference(node.sample(), from);
        if (difference < 0 || !KeyBits.bit(from, difference)) {
            waiting.push(node);
        }
    }

    private void advance() {
        next = null;
        while (next == null && !waiting.isEmpty()) {
            Node node = tree.resolve(waiting.pop());
            if (node instanceof Inner inner) {
                waiting.push(inner.right);
                waiting.push(inner.left);
            } else if (node instanceof Leaf leaf) {
                next = new StateEntry(leaf.key, leaf.value);
            }
        }
        if (next != null && !goesOn.test(next.key())) {
            next = null;
            waiting.clear();
        }
    }

    @Override
    public boolean hasNext() {
        return next != null;
    }

    @Override
    public StateEntry next() {
        if (next == null) {
            throw new NoSuchElementException("no more entries");
        }
        StateEntry entry = new StateEntry(KeySpace.fromTree(next.key()), next.value());
        advance();
        return entry;
    }
}
