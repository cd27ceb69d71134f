package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Stub;
import org.tagma.core.state.StatePiece.Missing;

/**
 * Puts a tree together from a root that can be trusted and pieces that cannot. Whatever is known here already, of an earlier
 * state or of an earlier attempt, is not asked for; nothing is kept that was not checked.
 *
 * <p>Not thread-safe.
 */
public final class TreeAssembler {

    /** Up to how many bytes a part is asked for whole where nothing is known. */
    public static final int MAX_WHOLE_BYTES = 64 * 1024;

    /** Up to how many where something is: most of a larger part is likely to be the same. */
    private static final int DIFFERENCE_BYTES = 4 * 1024;

    /** A piece to ask for; the size is as in {@link MerkleTree#piece}. */
    public record Want(NodePath path, int maxWholeBytes) {}

    private final List<MerkleTree> known;
    private final List<TreeAssembler> earlier;

    /** The tree so far, with stubs where something is missing. */
    private Node top;

    /** Not asked for yet. The last first: depth first, so that there are never many. */
    private final Deque<Missing> waiting = new ArrayDeque<>();

    private final TreeMap<NodePath, Missing> asked = new TreeMap<>();

    private long missingBytes;

    /**
     * Begins.
     *
     * @param root of the wanted tree
     * @param known whole trees that may have parts in common with it
     * @param earlier attempts at other trees, which may have parts in common with it; not used any more otherwise
     */
    public TreeAssembler(StateRoot root, Collection<MerkleTree> known, Collection<TreeAssembler> earlier) {
        this.known = List.copyOf(known);
        this.earlier = List.copyOf(earlier);
        this.missingBytes = root.bytes();
        if (!root.equals(StateRoot.EMPTY)) {
            top = new Stub(root.digest().bytes().toByteArray(), root.bytes());
            place(List.of(new Missing(NodePath.ROOT, root.digest(), root.bytes())));
        }
    }

    /** The next piece to ask somebody for; empty if all that is missing was asked for. */
    public Optional<Want> next() {
        if (waiting.isEmpty()) {
            return Optional.empty();
        }
        Missing missing = waiting.pop();
        asked.put(missing.path(), missing);
        return Optional.of(want(missing.path()));
    }

    /** Whether a piece was asked for and is not here. */
    public boolean isAsked(NodePath path) {
        return asked.containsKey(path);
    }

    /** How to ask again for a piece. */
    public Want want(NodePath path) {
        boolean differs = known.stream().anyMatch(tree -> tree.find(path).isPresent());
        return new Want(path, differs ? DIFFERENCE_BYTES : MAX_WHOLE_BYTES);
    }

    /** Takes a piece that was asked for. Returns false, and takes nothing, if it is not what a correct replica gives. */
    public boolean accept(NodePath path, ByteString encoded) {
        Missing missing = asked.get(path);
        if (missing == null) {
            throw new IllegalStateException("the piece at " + path + " was not asked for");
        }
        Optional<StatePiece> piece = StatePiece.decode(path, encoded);
        boolean good = piece.isPresent()
                && piece.get().isAsAsked(want(path).maxWholeBytes())
                && piece.get().digest().equals(missing.digest())
                && piece.get().bytes() == missing.bytes();
        if (good) {
            asked.remove(path);
            take(missing, piece.get());
        }
        return good;
    }

    private void take(Missing missing, StatePiece piece) {
        fill(missing.path(), piece.top());
        List<Missing> below = piece.missing();
        missingBytes -=
                missing.bytes() - below.stream().mapToLong(Missing::bytes).sum();
        place(below);
    }

    /** Fills the places from what is known, and queues the others. */
    private void place(List<Missing> places) {
        Deque<Missing> open = new ArrayDeque<>(places);
        while (!open.isEmpty()) {
            Missing place = open.poll();
            Optional<Node> whole = known.stream()
                    .flatMap(tree -> tree.find(place.path()).stream())
                    .filter(node -> node.hasDigest(place.digest()))
                    .findFirst();
            Optional<Node> part = whole.isPresent() ? Optional.empty() : earlierPart(place);
            if (whole.isPresent()) {
                fill(place.path(), whole.get());
                missingBytes -= place.bytes();
            } else if (part.isPresent()) {
                fill(place.path(), part.get());
                List<Missing> below = new StatePiece(part.get(), 0).missing();
                missingBytes -=
                        place.bytes() - below.stream().mapToLong(Missing::bytes).sum();
                open.addAll(below);
            } else {
                waiting.push(place);
            }
        }
    }

    private Optional<Node> earlierPart(Missing place) {
        return earlier.stream()
                .flatMap(attempt -> attempt.find(place.path()).stream())
                .filter(node -> node.hasDigest(place.digest()))
                .findFirst();
    }

    /** What is at a place, if it is here. */
    private Optional<Node> find(NodePath path) {
        Node at = top;
        while (at instanceof Inner inner && inner.bit < path.bits()) {
            at = inner.child(KeyBits.bit(path.prefix(), inner.bit));
        }
        boolean here = at != null && !(at instanceof Stub) && path.covers(at.sample());
        return here ? Optional.of(at) : Optional.empty();
    }

    /** Puts a node, whose digest was checked, in the place of its stub. */
    private void fill(NodePath path, Node node) {
        Deque<Inner> way = new ArrayDeque<>();
        Node at = top;
        while (at instanceof Inner inner && inner.bit < path.bits()) {
            way.push(inner);
            at = inner.child(KeyBits.bit(path.prefix(), inner.bit));
        }
        Node filled = node;
        while (!way.isEmpty()) {
            Inner parent = way.pop();
            filled = parent.filled(KeyBits.bit(path.prefix(), parent.bit), filled);
        }
        top = filled;
    }

    /** Whether nothing is missing. */
    public boolean isComplete() {
        return waiting.isEmpty() && asked.isEmpty();
    }

    /** How many bytes of keys and values are not here. */
    public long missingBytes() {
        return missingBytes;
    }

    /** The tree, when it is complete. */
    public MerkleTree tree() {
        if (!isComplete()) {
            throw new IllegalStateException(missingBytes + " bytes are missing");
        }
        NodeSource source = known.stream()
                .map(MerkleTree::source)
                .filter(each -> each != NodeSource.NOWHERE)
                .findFirst()
                .orElse(NodeSource.NOWHERE);
        return new MerkleTree(top, source);
    }
}
