package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.tagma.core.Digest;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.FetchChunk;
import org.tagma.core.protocol.TransferMessage.FetchManifest;
import org.tagma.core.protocol.TransferMessage.FetchPiece;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;
import org.tagma.core.protocol.TransferMessage.PieceAnswer;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Ignored;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.FetchOutcome.Unusable;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;
import org.tagma.core.state.StateRoot;
import org.tagma.core.state.TreeAssembler;
import org.tagma.core.state.TreeAssembler.Want;

/**
 * Fetches the state of a certified checkpoint from other replicas, of which all but one may lie or be silent. A
 * deterministic state machine: it is told of answers and ticks, and says whom to ask what.
 *
 * <p>First the manifest, whose digest is certified; then the chunks, and the parts of the Merkle tree that this replica
 * does not have, spread over the sources. Everything is checked before it is kept. Who answers wrongly is banned for
 * the rest of the transfer; who does not answer is passed over after {@link TransferLimits#retryTicks} ticks, and asked
 * later than others from then on. Answers that nothing is waiting for are dropped unread, so they cost neither memory
 * nor digests.
 *
 * <p>Not thread-safe.
 */
public final class StateFetcher {

    /** Whom a question was put to when every source is banned. */
    private static final int NOBODY = -1;

    /**
     * A target is given up for a newer one if nothing has come for so many times the ticks that a question may take.
     */
    private static final int SILENT_RETRIES = 10;

    /** For so many ticks a first target is kept; see {@link #isGettingAhead}. */
    private static final long FIRST_PATIENCE_TICKS = 256;

    /** How many attempts at other states are looked into for what they have in common with the current one. */
    private static final int MAX_EARLIER = 2;

    private final TransferLimits limits;

    /** Where parts of trees go, if not into memory. */
    private final Optional<NodeStore> store;

    private final TransferSources sources = new TransferSources();

    /** Questions under way. */
    private final TreeMap<TransferPart, Asked> outstanding = new TreeMap<>();

    private Optional<Target> target = Optional.empty();

    /** Present once the manifest is here. */
    private Optional<SnapshotAssembler> assembler = Optional.empty();

    /** Checked chunks of the target before this one; until the new manifest tells which are of use again. */
    private Map<Digest, ByteString> salvaged = Map.of();

    /** All chunks below this index have been asked for. */
    private int nextIndex;

    /** Present once the manifest is here, if the state has a tree. */
    private Optional<TreeAssembler> tree = Optional.empty();

    /** Attempts at trees before the current one, the newest first; bounded by {@link #MAX_EARLIER}. */
    private List<TreeAssembler> earlier = List.of();

    /** This replica's own newest state, if that has a tree. */
    private Optional<MerkleTree> own = Optional.empty();

    private long ticks;

    /** When something of use came last. */
    private long cameAtTick;

    private long startedAtTick;

    /** For how long the current target is kept although there is a newer one. */
    private long patienceTicks = FIRST_PATIENCE_TICKS;

    private long fetchedBytes;

    /** A question for one replica. */
    public record Ask(int to, Question question) {}

    /** A certified checkpoint. */
    public record Target(long sequence, Digest stateDigest) {}

    /**
     * How far a transfer is.
     *
     * @param chunks how many chunks the state has, or -1 while the manifest is not here
     * @param missing how many of them are not here, or -1 while the manifest is not here
     * @param missingTreeBytes how many bytes of keys and values are not here, or -1 while the manifest is not here
     * @param bannedSources how many replicas were caught lying
     */
    public record Progress(Target target, int chunks, int missing, long missingTreeBytes, int bannedSources) {}

    private record Asked(int source, long atTick) {}

    /** A fetcher that is not fetching, and will do so into memory. */
    public StateFetcher(TransferLimits limits) {
        this(limits, Optional.empty());
    }

    /**
     * A fetcher that is not fetching.
     *
     * @param store where parts of trees go; what is there already, is not fetched
     */
    public StateFetcher(TransferLimits limits, Optional<NodeStore> store) {
        this.limits = limits;
        this.store = store;
    }

    /** Whether a state is being fetched. */
    public boolean isActive() {
        return target.isPresent();
    }

    /**
     * Whether to go on with the current target although there is a newer one: parts of it come in, and sources keep a
     * state as long as they are asked for it ({@link SnapshotKeeper}). Not for ever, since it may be a liar alone who
     * still has it, and gives it by drops; but each time for twice as long. So in the end there is time enough to fetch
     * it from those who do not lie, however large it is and however much of it changes.
     */
    public boolean isGettingAhead() {
        return assembler.isPresent()
                && ticks - cameAtTick <= (long) SILENT_RETRIES * limits.retryTicks()
                && !isOutOfPatience();
    }

    private boolean isOutOfPatience() {
        return ticks - startedAtTick >= patienceTicks;
    }

    /** How far the current transfer is; empty if there is none. */
    public Optional<Progress> progress() {
        return target.map(current -> new Progress(
                current,
                assembler.map(SnapshotAssembler::chunkCount).orElse(-1),
                assembler.map(SnapshotAssembler::missingCount).orElse(-1),
                assembler.isEmpty() ? -1 : tree.map(TreeAssembler::missingBytes).orElse(0L),
                sources.bannedCount()));
    }

    /** How many bytes of the state were taken from others since {@link #start} from rest. */
    public long fetchedBytes() {
        return fetchedBytes;
    }

    /** This replica has a state of its own: what the wanted one has in common with it is not fetched. */
    public void have(Optional<MerkleTree> newest) {
        own = newest;
    }

    /**
     * Starts to fetch a state, or turns from the current target to a newer one: chunks that both have are kept, and
     * replicas that lied stay banned. For the current target, only replaces the sources.
     *
     * @param sequence of the checkpoint
     * @param stateDigest what its certificate says
     * @param from replicas to ask, at least one of them correct; without this replica itself
     */
    public List<Ask> start(long sequence, Digest stateDigest, Collection<Integer> from) {
        fetchedBytes = isActive() ? fetchedBytes : 0;
        Optional<Target> wanted = Optional.of(new Target(sequence, stateDigest));
        if (!wanted.equals(target)) {
            salvaged = assembler.map(SnapshotAssembler::known).orElse(salvaged);
            assembler = Optional.empty();
            earlier = Stream.concat(tree.stream(), earlier.stream())
                    .limit(MAX_EARLIER)
                    .toList();
            tree = Optional.empty();
            patienceTicks *= isActive() && isOutOfPatience() ? 2 : 1;
            startedAtTick = ticks;
            outstanding.clear();
            target = wanted;
        }
        store.ifPresent(NodeStore::beginTransfer);
        sources.set(from);
        List<Ask> asks = new ArrayList<>(askOthers());
        asks.addAll(askMore());
        return asks;
    }

    /** Gives up, and forgets everything. Also to be called if a state that was completed is not installed. */
    public void stop() {
        reset();
        store.ifPresent(NodeStore::endTransfer);
    }

    private void reset() {
        target = Optional.empty();
        patienceTicks = FIRST_PATIENCE_TICKS;
        assembler = Optional.empty();
        salvaged = Map.of();
        tree = Optional.empty();
        earlier = List.of();
        outstanding.clear();
        sources.forget();
    }

    /** Time has passed: asks somebody else what was not answered. */
    public List<Ask> onTick() {
        ticks++;
        List<Ask> asks = new ArrayList<>();
        for (Map.Entry<TransferPart, Asked> late : List.copyOf(outstanding.entrySet())) {
            if (ticks - late.getValue().atTick() >= limits.retryTicks()) {
                sources.wasSilent(late.getValue().source());
                ask(late.getKey(), sources.after(late.getValue().source()), asks);
            }
        }
        asks.addAll(askMore());
        return asks;
    }

    /**
     * Takes an answer, whoever sent it and whatever is in it.
     *
     * @param from the authenticated sender
     */
    public FetchOutcome onAnswer(int from, Answer answer) {
        if (target.isEmpty() || answer.sequence() != target.get().sequence()) {
            return new Ignored(Reason.OTHER_TARGET);
        }
        if (!sources.isUsable(from)) {
            return new Ignored(Reason.NOT_A_SOURCE);
        }
        if (!outstanding.containsKey(TransferPart.of(answer))) {
            return new Ignored(Reason.NOT_ASKED);
        }
        if (answer instanceof ManifestAnswer manifest) {
            return onManifest(from, manifest.manifest());
        }
        return answer instanceof ChunkAnswer chunk ? onChunk(from, chunk) : onPiece(from, (PieceAnswer) answer);
    }

    private FetchOutcome onManifest(int from, ByteString encoded) {
        if (!Digest.of(encoded).equals(target.orElseThrow().stateDigest())) {
            return ban(from, Reason.WRONG_MANIFEST);
        }
        // From here on the bytes are what a quorum vouched for: whatever is wrong with them is not the sender's fault.
        Optional<SnapshotManifest> parsed = SnapshotManifest.parse(encoded);
        if (parsed.isEmpty()) {
            return giveUp(new Unusable(Reason.UNREADABLE_MANIFEST, encoded.size()));
        }
        SnapshotManifest manifest = parsed.get();
        long treeBytes = manifest.root().map(StateRoot::bytes).orElse(0L);
        boolean treeTooLarge = store.isEmpty() && treeBytes > limits.maxStateBytes();
        if (manifest.totalBytes() > limits.maxStateBytes() || treeTooLarge) {
            return giveUp(new Unusable(Reason.STATE_TOO_LARGE, Math.addExact(manifest.totalBytes(), treeBytes)));
        }
        assembler = Optional.of(new SnapshotAssembler(manifest, salvaged));
        tree = manifest.root().map(root -> limits.assembler(root, own, earlier, store));
        salvaged = Map.of();
        outstanding.remove(TransferPart.MANIFEST);
        nextIndex = 0;
        return proceed();
    }

    private FetchOutcome onChunk(int from, ChunkAnswer answer) {
        if (!assembler.orElseThrow().accept(answer.index(), answer.chunk())) {
            return ban(from, Reason.WRONG_CHUNK);
        }
        fetchedBytes += answer.chunk().size();
        outstanding.remove(TransferPart.of(answer));
        return proceed();
    }

    private FetchOutcome onPiece(int from, PieceAnswer answer) {
        if (!tree.orElseThrow().accept(answer.path(), answer.piece())) {
            return ban(from, Reason.WRONG_PIECE);
        }
        fetchedBytes += answer.piece().size();
        outstanding.remove(TransferPart.of(answer));
        return proceed();
    }

    private FetchOutcome proceed() {
        cameAtTick = ticks;
        boolean complete = assembler.orElseThrow().isComplete()
                && tree.map(TreeAssembler::isComplete).orElse(true);
        if (!complete) {
            return new Accepted(askMore());
        }
        Target done = target.orElseThrow();
        Completed completed = new Completed(
                done.sequence(), done.stateDigest(), assembler.orElseThrow().assemble(), tree.map(TreeAssembler::tree));
        // The parts stay in the store until the state is saved there as a checkpoint.
        reset();
        return completed;
    }

    private FetchOutcome giveUp(Unusable state) {
        stop();
        return state;
    }

    private FetchOutcome ban(int liar, Reason reason) {
        sources.ban(liar);
        return new Banned(liar, reason, askOthers());
    }

    /** Puts the questions of those who are no longer sources to those who are. */
    private List<Ask> askOthers() {
        List<Ask> asks = new ArrayList<>();
        for (Map.Entry<TransferPart, Asked> question : List.copyOf(outstanding.entrySet())) {
            if (!sources.isUsable(question.getValue().source())) {
                ask(question.getKey(), sources.best(askedSources()), asks);
            }
        }
        return asks;
    }

    private List<Ask> askMore() {
        List<Ask> asks = new ArrayList<>();
        if (target.isPresent() && assembler.isEmpty() && !outstanding.containsKey(TransferPart.MANIFEST)) {
            ask(TransferPart.MANIFEST, sources.best(askedSources()), asks);
        }
        assembler.ifPresent(state -> {
            for (; nextIndex < state.chunkCount() && outstanding.size() < limits.maxOutstanding(); nextIndex++) {
                if (state.isMissing(nextIndex)) {
                    ask(TransferPart.chunk(nextIndex), sources.best(askedSources()), asks);
                }
            }
        });
        tree.ifPresent(state -> {
            while (outstanding.size() < limits.maxOutstanding()) {
                Optional<Want> want = state.next();
                if (want.isEmpty()) {
                    return;
                }
                ask(TransferPart.piece(want.get().path()), sources.best(askedSources()), asks);
            }
        });
        return asks;
    }

    private void ask(TransferPart part, OptionalInt source, List<Ask> asks) {
        if (source.isEmpty()) {
            // All are banned: the question stays open until the protocol names other sources.
            outstanding.putIfAbsent(part, new Asked(NOBODY, ticks));
            return;
        }
        outstanding.put(part, new Asked(source.getAsInt(), ticks));
        asks.add(new Ask(source.getAsInt(), question(part)));
    }

    private Question question(TransferPart part) {
        Target current = target.orElseThrow();
        return switch (part.kind()) {
            case MANIFEST -> new FetchManifest(current.sequence(), current.stateDigest());
            case CHUNK -> new FetchChunk(current.sequence(), current.stateDigest(), part.index());
            case PIECE ->
                new FetchPiece(
                        current.sequence(),
                        current.stateDigest(),
                        part.path(),
                        tree.orElseThrow().want(part.path()).maxWholeBytes());
        };
    }

    private List<Integer> askedSources() {
        return outstanding.values().stream().map(Asked::source).toList();
    }
}
