package org.tagma.core.state;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.state.Node.Inner;
import org.tagma.core.state.Node.Leaf;
import org.tagma.core.state.Node.Stub;

/**
 * An ordered map from bytes to bytes that never changes: a write gives another tree, which shares with the first what
 * they have in common. So to keep a state as it is costs nothing, and the digest of the next one costs what changed.
 *
 * <p>What it gives are the entries of the user's; beside them it has those of the framework ({@link FrameworkState}),
 * and what is digested, kept and fetched is all of them.
 *
 * <p>It is a binary Patricia tree over the bits of keys ({@link KeyBits}), each node with a digest ({@link Node}). Its
 * shape follows from the keys alone, so equal maps have equal digests, however they came about. Nothing here recurses:
 * how deep a tree is, is up to who chooses the keys.
 *
 * <p>Immutable. A tree whose {@link #root} was asked for may be shared between threads.
 */
public final class MerkleTree implements StateView {

    /** The tree without entries. */
    public static final MerkleTree EMPTY = new MerkleTree(null, NodeSource.NOWHERE);

    /** Null if there are no entries. */
    private final Node root;

    private final NodeSource source;

    /** Of what was before this batch nothing is known: the nodes come from a checkpoint there. */
    private final long knownSince;

    /** The batch that changed anything in the tree last. */
    private final long changedBy;

    MerkleTree(Node root, NodeSource source) {
        this(root, source, 0, 0);
    }

    private MerkleTree(Node root, NodeSource source, long knownSince, long changedBy) {
        this.root = root;
        this.source = source;
        this.knownSince = knownSince;
        this.changedBy = changedBy;
    }

    /**
     * A tree of which nothing is in memory yet.
     *
     * @param root its root, from a place that can be trusted
     * @param source has its nodes
     */
    public static MerkleTree stored(StateRoot root, NodeSource source) {
        Node node = root.equals(StateRoot.EMPTY)
                ? null
                : new Stub(root.digest().bytes().toByteArray(), root.bytes());
        return new MerkleTree(node, source);
    }

    /**
     * The same state, of which nothing is known but that it is so after this batch: it was fetched, or read from a
     * disk.
     */
    public MerkleTree knownSince(long batch) {
        return new MerkleTree(root, source, batch, batch);
    }

    private MerkleTree changed(Node changedRoot, long batch) {
        return new MerkleTree(changedRoot, source, knownSince, batch);
    }

    /** Since which batch a node has been in the tree, at the latest. */
    private long since(Node node) {
        return Math.max(knownSince, node.madeBy());
    }

    /** Since which batch everything has been as it is, at the latest. */
    long since() {
        return changedBy;
    }

    /**
     * Since which batch a key of the user's has had the value that it has, or has not been there, at the latest.
     * Nothing below a node has changed while the node was in the tree. So for a key that is there its leaf tells; for
     * one that is not, the deepest node below which it would be.
     */
    long since(ByteString ownKey) {
        ByteString key = KeySpace.USER.inTree(ownKey);
        long since = changedBy;
        Node node = root == null ? null : resolve(root);
        while (node instanceof Inner inner && KeyBits.agree(inner.sample(), key, inner.bit)) {
            since = since(inner);
            node = resolve(inner.child(KeyBits.bit(key, inner.bit)));
        }
        return node instanceof Leaf leaf && leaf.key.equals(key) ? since(leaf) : since;
    }

    /**
     * Since which batch the user's entries whose keys begin with this have been the same, at the latest: the deepest
     * node above all of them tells.
     */
    long sinceOfPrefix(ByteString ownPrefix) {
        ByteString prefix = KeySpace.USER.inTree(ownPrefix);
        int bits = prefix.size() * KeyBits.PER_BYTE;
        long since = changedBy;
        Node node = root == null ? null : resolve(root);
        while (node instanceof Inner inner && inner.bit <= bits && KeyBits.agree(inner.sample(), prefix, inner.bit)) {
            since = since(inner);
            node = resolve(inner.child(KeyBits.bit(prefix, inner.bit)));
        }
        return since;
    }

    /** What stands for all of it. Costs a few digests for each change since it was last asked for. */
    public StateRoot root() {
        return root == null ? StateRoot.EMPTY : new StateRoot(root.digest(), root.bytes());
    }

    /** How many bytes the keys and values have together. */
    public long bytes() {
        return root == null ? 0 : root.bytes();
    }

    /** Whether there are no entries. */
    public boolean isEmpty() {
        return root == null;
    }

    Node rootNode() {
        return root;
    }

    NodeSource source() {
        return source;
    }

    Node resolve(Node node) {
        return node instanceof Stub ? source.load(node.digest()).top() : node;
    }

    @Override
    public Optional<ByteString> get(ByteString key) {
        return find(KeySpace.USER, key);
    }

    /** The value of a key of one of the two spaces. */
    Optional<ByteString> find(KeySpace space, ByteString ownKey) {
        ByteString key = space.inTree(ownKey);
        if (root == null) {
            return Optional.empty();
        }
        Node node = resolve(root);
        while (node instanceof Inner inner) {
            node = resolve(inner.child(KeyBits.bit(key, inner.bit)));
        }
        Leaf leaf = (Leaf) node;
        return leaf.key.equals(key) ? Optional.of(leaf.value) : Optional.empty();
    }

    /** The tree with this key of the user's set to this value by a batch. */
    MerkleTree with(ByteString key, ByteString value, long batch) {
        return with(KeySpace.USER, key, value, batch);
    }

    /** The tree with this key set to this value by a batch. */
    MerkleTree with(KeySpace space, ByteString ownKey, ByteString value, long batch) {
        ByteString key = space.inTree(ownKey);
        Leaf added = new Leaf(key, value, batch);
        if (root == null) {
            return changed(added, batch);
        }
        Deque<Inner> path = new ArrayDeque<>();
        Leaf nearest = descend(key, path);
        int difference = KeyBits.firstDifference(key, nearest.key);
        if (difference < 0) {
            return nearest.value.equals(value) ? this : changed(rebuilt(path, key, added, batch), batch);
        }
        Node sibling = nearest;
        while (!path.isEmpty() && path.peek().bit > difference) {
            sibling = path.pop();
        }
        Inner fork = KeyBits.bit(key, difference)
                ? new Inner(difference, key, sibling, added, batch)
                : new Inner(difference, key, added, sibling, batch);
        return changed(rebuilt(path, key, fork, batch), batch);
    }

    /** The tree without this key of the user's, which a batch removes; the same one if it is not there. */
    MerkleTree without(ByteString key, long batch) {
        return without(KeySpace.USER, key, batch);
    }

    /** The tree without this key, which a batch removes; the same one if it is not there. */
    MerkleTree without(KeySpace space, ByteString ownKey, long batch) {
        ByteString key = space.inTree(ownKey);
        if (root == null) {
            return this;
        }
        Deque<Inner> path = new ArrayDeque<>();
        if (!descend(key, path).key.equals(key)) {
            return this;
        }
        if (path.isEmpty()) {
            return changed(null, batch);
        }
        Inner parent = path.pop();
        return changed(rebuilt(path, key, parent.child(!KeyBits.bit(key, parent.bit)), batch), batch);
    }

    /** The leaf that a key leads to, and the inner nodes on the way, the deepest on top. */
    private Leaf descend(ByteString key, Deque<Inner> path) {
        Node node = resolve(root);
        while (node instanceof Inner inner) {
            path.push(inner);
            node = resolve(inner.child(KeyBits.bit(key, inner.bit)));
        }
        return (Leaf) node;
    }

    private static Node rebuilt(Deque<Inner> path, ByteString key, Node changed, long batch) {
        Node node = changed;
        while (!path.isEmpty()) {
            Inner parent = path.pop();
            node = parent.with(KeyBits.bit(key, parent.bit), node, batch);
        }
        return node;
    }

    @Override
    public Iterable<StateEntry> range(ByteString from, Optional<ByteString> before) {
        return () -> new EntryIterator(
                this,
                KeySpace.USER.inTree(from),
                key -> before.isEmpty()
                        || ByteString.unsignedLexicographicalComparator().compare(KeySpace.fromTree(key), before.get())
                                < 0);
    }

    @Override
    public Iterable<StateEntry> withPrefix(ByteString prefix) {
        return () -> entries(KeySpace.USER, prefix);
    }

    /** The entries of one of the two spaces whose keys begin with {@code prefix}, in the order of keys. */
    Iterator<StateEntry> entries(KeySpace space, ByteString prefix) {
        ByteString first = space.inTree(prefix);
        return new EntryIterator(this, first, key -> key.startsWith(first));
    }

    /** Compares the user's entries with those of an earlier state, at a cost that depends on how much differs. */
    public Iterator<StateChange> changesSince(MerkleTree earlier) {
        return new ChangeIterator(earlier, this);
    }

    /** Proves the value of a key of the user's, or that it is not there, to whoever knows the {@link #root}. */
    public StateProof prove(ByteString key) {
        return new StateProof(key, PieceCodec.encodePath(this, KeySpace.USER.inTree(key)));
    }

    /**
     * A part of the tree for somebody who will check it against its digest. All of it, if that is little enough;
     * otherwise its topmost nodes, and the digests of what lies below.
     *
     * @param path what part
     * @param maxWholeBytes how many bytes of keys and values are little enough
     * @return empty if no key is there
     */
    public Optional<ByteString> piece(NodePath path, int maxWholeBytes) {
        return find(path).map(node -> PieceCodec.encodePiece(this, path, node, maxWholeBytes));
    }

    /** The node that holds all keys of a place, if there are any. */
    Optional<Node> find(NodePath path) {
        if (root == null) {
            return Optional.empty();
        }
        Node node = resolve(root);
        while (node instanceof Inner inner && inner.bit < path.bits()) {
            node = resolve(inner.child(KeyBits.bit(path.prefix(), inner.bit)));
        }
        return path.covers(node.sample()) ? Optional.of(node) : Optional.empty();
    }

    /**
     * Whether a page of a store is one of this tree, which is read from there: not only are its nodes in this tree,
     * they are also read from that page.
     */
    public boolean refersTo(NodePage page) {
        NodePath place = page.place();
        Node reference = root;
        Node node = root == null ? null : resolve(root);
        while (node instanceof Inner inner && inner.bit < place.bits()) {
            reference = inner.child(KeyBits.bit(place.prefix(), inner.bit));
            node = resolve(reference);
        }
        return reference instanceof Stub && reference.hasDigest(page.digest());
    }

    /** The digests of pages that this tree refers to where another tree has a page: most of those below it, or none. */
    public Collection<Digest> referencesAt(NodePage page) {
        return find(page.place()).map(NodePage::below).orElse(List.of());
    }

    /** All of it as bytes, the same for equal trees. */
    public ByteString encode() {
        return root == null ? ByteString.EMPTY : PieceCodec.encodePiece(this, NodePath.ROOT, root, Long.MAX_VALUE);
    }

    /** Reads what {@link #encode} wrote; empty if the bytes are not a whole tree. Check its {@link #root}. */
    public static Optional<MerkleTree> decode(ByteString encoded) {
        if (encoded.isEmpty()) {
            return Optional.of(EMPTY);
        }
        return PieceDecoder.decode(NodePath.ROOT, encoded)
                .filter(StatePiece::isWhole)
                .map(piece -> new MerkleTree(piece.top(), NodeSource.NOWHERE));
    }

    @Override
    public String toString() {
        return "state " + root().digest().abbreviated();
    }
}
