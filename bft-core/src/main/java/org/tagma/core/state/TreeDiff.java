package org.tagma.core.state;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.tagma.core.state.Node.Inner;

/**
 * Walks two trees side by side, in the order of keys, and leaves out what both have. Not thread-safe.
 */
final class TreeDiff {

    /**
     * Nodes that only one of the trees has.
     *
     * @param gone of the first tree; null if this is about the second alone
     * @param added of the second tree; null if this is about the first alone. Both are there if, and only if, they are
     *     leaves of one key
     */
    record Step(Node gone, Node added) {}

    /** What both trees have in one place; null where one has nothing. */
    private record Pair(Node before, Node after) {}

    private final MerkleTree before;
    private final MerkleTree after;
    private final Deque<Pair> waiting = new ArrayDeque<>();
    private final Deque<Step> found = new ArrayDeque<>();

    TreeDiff(MerkleTree before, MerkleTree after) {
        this.before = before;
        this.after = after;
        push(before.rootNode(), after.rootNode());
    }

    /** The next difference; empty if there is none any more. */
    Optional<Step> next() {
        while (found.isEmpty() && !waiting.isEmpty()) {
            compare(waiting.pop());
        }
        return Optional.ofNullable(found.poll());
    }

    private void push(Node one, Node other) {
        boolean same = one == other || (one != null && other != null && one.hasDigest(other.digest()));
        if (!same) {
            waiting.push(new Pair(one, other));
        }
    }

    private void compare(Pair pair) {
        Node one = pair.before == null ? null : before.resolve(pair.before);
        Node other = pair.after == null ? null : after.resolve(pair.after);
        if (one == null || other == null) {
            alone(one, other);
            return;
        }
        int common = Math.min(bit(one), bit(other));
        int difference = KeyBits.firstDifference(one.sample(), other.sample());
        if (difference < 0 && common == Integer.MAX_VALUE) {
            found.add(new Step(one, other));
        } else if (difference >= 0 && difference < common) {
            boolean oneIsFirst = !KeyBits.bit(one.sample(), difference);
            push(oneIsFirst ? null : one, oneIsFirst ? other : null);
            push(oneIsFirst ? one : null, oneIsFirst ? null : other);
        } else {
            split(one, other, common);
        }
    }

    private void alone(Node one, Node other) {
        found.add(new Step(one, other));
        if (one instanceof Inner inner) {
            push(inner.right, null);
            push(inner.left, null);
        } else if (other instanceof Inner inner) {
            push(null, inner.right);
            push(null, inner.left);
        }
    }

    /** All keys of both agree up to this bit, where at least one of them forks. */
    private void split(Node one, Node other, int at) {
        if (bit(one) == at) {
            found.add(new Step(one, null));
        }
        if (bit(other) == at) {
            found.add(new Step(null, other));
        }
        push(side(one, at, true), side(other, at, true));
        push(side(one, at, false), side(other, at, false));
    }

    private static Node side(Node node, int at, boolean right) {
        if (bit(node) == at) {
            return ((Inner) node).child(right);
        }
        return KeyBits.bit(node.sample(), at) == right ? node : null;
    }

    /** Where a node forks; beyond every key for a leaf. */
    private static int bit(Node node) {
        return node instanceof Inner inner ? inner.bit : Integer.MAX_VALUE;
    }
}
