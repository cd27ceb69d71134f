package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Stub;
import org.tagma.core.state.StatePiece.Missing;

/**
 * Puts a tree together from a root that can be trusted and pieces that cannot. Whatever is known here already, of an
 * earlier state or of an earlier attempt, is not asked for; nothing is kept that was not checked.
 *
 * <p>With a {@link NodeStore}, parts go there as soon as they are whole, and whatever is there counts as known: so an
 * attempt goes on after a crash where it was, and memory holds only the way from the root to what is missing.
 *
 * <p>Not thread-safe.
 */
public final class TreeAssembler {

    /** Up to how many bytes a part is asked for whole where nothing is known, at most. */
    public static final int MAX_WHOLE_BYTES = 64 * 1024;

    /** Up to how many where something is, usually: most of a larger part may be the same. */
    public static final int USUAL_DIFFERENCE_BYTES = 4 * 1024;

    /** After so many small parts that were compared, half of the counts are forgotten. */
    private static final int REMEMBERED_PARTS = 128;

    /** Where most is different, a larger part is compared every so often all the same: that may hold no longer. */
    private static final int PIECES_BETWEEN_LOOKS = 32;

    /** After so many pieces, what has become whole of the nodes above them goes to the store as well. */
    private static final int PIECES_BETWEEN_SWEEPS = 64;

    /** A piece to ask for; the size is as in {@link MerkleTree#piece}. */
    public record Want(NodePath path, int maxWholeBytes) {}

    private record Asked(Missing missing, int maxWholeBytes) {}

    private final List<MerkleTree> known;
    private final List<TreeAssembler> earlier;
    private final Optional<NodeStore> store;
    private final int wholeBytes;
    private final int differenceBytes;

    /** The tree so far, with stubs where something is missing. */
    private Node top;

    /** Not asked for yet. The last first: depth first, so that there are never many. */
    private final Deque<Missing> waiting = new ArrayDeque<>();

    private final TreeMap<NodePath, Asked> asked = new TreeMap<>();

    /** How many small parts were as in a known tree, and how many were not, lately. */
    private int same;

    private int different;
    private int piecesSinceLook;

    private long missingBytes;
    private int piecesSinceSweep;

    /** Begins one that is put together in memory. */
    public TreeAssembler(StateRoot root, Collection<MerkleTree> known, Collection<TreeAssembler> earlier) {
        this(root, known, earlier, Optional.empty(), MAX_WHOLE_BYTES, USUAL_DIFFERENCE_BYTES);
    }

    /**
     * Begins.
     *
     * @param root of the wanted tree
     * @param known whole trees that may have parts in common with it
     * @param earlier attempts at other trees, which may have parts in common with it; not used any more otherwise
     * @param store where parts are kept, if not in memory
     * @param wholeBytes up to how many bytes a part is asked for whole where nothing is known
     * @param differenceBytes up to how many where something is
     */
    public TreeAssembler(
            StateRoot root,
            Collection<MerkleTree> known,
            Collection<TreeAssembler> earlier,
            Optional<NodeStore> store,
            int wholeBytes,
            int differenceBytes) {
        this.known = List.copyOf(known);
        this.earlier = List.copyOf(earlier);
        this.store = store;
        this.wholeBytes = wholeBytes;
        this.differenceBytes = differenceBytes;
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
        asked.put(missing.path(), new Asked(missing, maxWholeBytes(missing)));
        return Optional.of(want(missing.path()));
    }

    private int maxWholeBytes(Missing missing) {
        if (missing.bytes() <= differenceBytes) {
            return differenceBytes;
        }
        boolean isKnown =
                known.stream().anyMatch(tree -> tree.find(missing.path()).isPresent());
        boolean mayBeSame = different <= same || ++piecesSinceLook >= PIECES_BETWEEN_LOOKS;
        if (!isKnown || !mayBeSame) {
            return wholeBytes;
        }
        piecesSinceLook = 0;
        return differenceBytes;
    }

    /** Whether a piece was asked for and is not here. */
    public boolean isAsked(NodePath path) {
        return asked.containsKey(path);
    }

    /** How to ask again for a piece that was asked for. */
    public Want want(NodePath path) {
        return new Want(path, asked.get(path).maxWholeBytes());
    }

    /**
     * Takes a piece that was asked for. Returns false, and takes nothing, if it is not what a correct replica gives.
     */
    public boolean accept(NodePath path, ByteString encoded) {
        Asked question = asked.get(path);
        if (question == null) {
            throw new IllegalStateException("the piece at " + path + " was not asked for");
        }
        Missing missing = question.missing();
        Optional<StatePiece> piece = StatePiece.decode(path, encoded);
        boolean good = piece.isPresent()
                && piece.get().isAsAsked(question.maxWholeBytes())
                && piece.get().digest().equals(missing.digest())
                && piece.get().bytes() == missing.bytes();
        if (good) {
            asked.remove(path);
            take(missing, piece.get());
        }
        return good;
    }

    private void take(Missing missing, StatePiece piece) {
        List<Missing> below = piece.missing();
        fill(missing.path(), below.isEmpty() ? stored(missing.path(), piece.top()) : piece.top());
        missingBytes -= missing.bytes() - bytes(below);
        place(below);
        if (store.isPresent() && ++piecesSinceSweep >= PIECES_BETWEEN_SWEEPS) {
            piecesSinceSweep = 0;
            sweep();
        }
    }

    private static long bytes(List<Missing> places) {
        return places.stream().mapToLong(Missing::bytes).sum();
    }

    /** Fills the places from what is known, and queues the others. */
    private void place(List<Missing> places) {
        Deque<Missing> open = new ArrayDeque<>(places);
        while (!open.isEmpty()) {
            Missing place = open.poll();
            if (store.isPresent() && store.get().contains(place.digest())) {
                fill(place.path(), inStore(place.path(), place.digest(), place.bytes()));
                missingBytes -= place.bytes();
                continue;
            }
            Optional<Node> whole = whole(place);
            compared(place, whole.isPresent());
            Optional<Node> found = whole.or(() -> earlierPart(place));
            if (found.isEmpty()) {
                waiting.push(place);
                continue;
            }
            fill(place.path(), found.get());
            List<Missing> below = whole.isPresent() ? List.of() : new StatePiece(found.get(), 0).missing();
            missingBytes -= place.bytes() - bytes(below);
            open.addAll(below);
        }
    }

    private void compared(Missing place, boolean isSame) {
        if (known.isEmpty() || place.bytes() > differenceBytes) {
            return;
        }
        same += isSame ? 1 : 0;
        different += isSame ? 0 : 1;
        if (same + different >= REMEMBERED_PARTS) {
            same /= 2;
            different /= 2;
        }
    }

    /**
     * What a known tree has in a place. Its nodes need not begin a page there, so the store does not know all of them.
     */
    private Optional<Node> whole(Missing place) {
        return known.stream()
                .flatMap(tree -> tree.find(place.path()).stream())
                .filter(node -> node.hasDigest(place.digest()))
                .findFirst();
    }

    /** Puts a whole part into the store, if there is one. */
    private Node stored(NodePath path, Node part) {
        if (store.isEmpty()) {
            return part;
        }
        store.get().keep(new MerkleTree(part, store.get()));
        return inStore(path, part.digest(), part.bytes());
    }

    /** What stands for a part that is in the store: a reference, or nodes that belong onto the page above it. */
    private Node inStore(NodePath path, Digest digest, long bytes) {
        Node top = store.orElseThrow().load(digest).top();
        return path.bits() == 0 || NodePage.beginsPage(path.bits() - 1, top)
                ? new Stub(digest.bytes().toByteArray(), bytes)
                : top;
    }

    /** Puts into the store what lies between parts that are there, so that no more stays in memory than is needed. */
    private void sweep() {
        TreeSet<NodePath> missing = new TreeSet<>(asked.keySet());
        waiting.forEach(place -> missing.add(place.path()));
        Deque<Inner> open = new ArrayDeque<>();
        if (top instanceof Inner inner && !missing.isEmpty()) {
            open.push(inner);
        }
        while (!open.isEmpty()) {
            Inner inner = open.pop();
            for (boolean right : new boolean[] {false, true}) {
                if (inner.child(right) instanceof Inner child) {
                    NodePath path = inner.path(right);
                    if (path.isAboveAnyOf(missing)) {
                        open.push(child);
                    } else {
                        fill(path, stored(path, child));
                    }
                }
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
        return new MerkleTree(top, store.map(NodeSource.class::cast).orElseGet(this::sourceOfKnown));
    }

    private NodeSource sourceOfKnown() {
        return known.stream()
                .map(MerkleTree::source)
                .filter(each -> each != NodeSource.NOWHERE)
                .findFirst()
                .orElse(NodeSource.NOWHERE);
    }
}
