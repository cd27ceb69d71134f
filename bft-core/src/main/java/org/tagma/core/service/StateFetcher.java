package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.service.FetchOutcome.Accepted;
import org.tagma.core.service.FetchOutcome.Banned;
import org.tagma.core.service.FetchOutcome.Completed;
import org.tagma.core.service.FetchOutcome.Ignored;
import org.tagma.core.service.FetchOutcome.Reason;
import org.tagma.core.service.FetchOutcome.Unusable;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.ManifestAnswer;
import org.tagma.core.service.TransferMessage.Question;

/**
 * Fetches the state of a certified checkpoint from other replicas, of which all but one may lie or be silent. A
 * deterministic state machine: it is told of answers and ticks, and says whom to ask what.
 *
 * <p>First the manifest, whose digest is certified; then the chunks, spread over the sources. Everything is checked
 * before it is kept. Who answers wrongly is banned for the rest of the transfer; who does not answer is passed over
 * after {@link TransferLimits#retryTicks} ticks, and asked later than others from then on. Answers that nothing is
 * waiting for are dropped unread, so they cost neither memory nor digests.
 *
 * <p>Not thread-safe.
 */
public final class StateFetcher {

    /** The key of the question for the manifest among those for chunks. */
    private static final int MANIFEST = -1;

    /** Whom a question was put to when every source is banned. */
    private static final int NOBODY = -1;

    private final TransferLimits limits;
    private final TransferSources sources = new TransferSources();

    /** Questions under way, by chunk index. */
    private final TreeMap<Integer, Asked> outstanding = new TreeMap<>();

    private Optional<Target> target = Optional.empty();

    /** Present once the manifest is here. */
    private Optional<SnapshotAssembler> assembler = Optional.empty();

    /** Checked chunks of the target before this one; until the new manifest tells which are of use again. */
    private Map<Digest, ByteString> salvaged = Map.of();

    /** All chunks below this index have been asked for. */
    private int nextIndex;

    private long ticks;

    /** A question for one replica. */
    public record Ask(int to, Question question) {}

    /** A certified checkpoint. */
    public record Target(long sequence, Digest stateDigest) {}

    /**
     * How far a transfer is.
     *
     * @param chunks how many chunks the state has, or -1 while the manifest is not here
     * @param missing how many of them are not here, or -1 while the manifest is not here
     * @param bannedSources how many replicas were caught lying
     */
    public record Progress(Target target, int chunks, int missing, int bannedSources) {}

    private record Asked(int source, long atTick) {}

    /** A fetcher that is not fetching. */
    public StateFetcher(TransferLimits limits) {
        this.limits = limits;
    }

    /** Whether a state is being fetched. */
    public boolean isActive() {
        return target.isPresent();
    }

    /** How far the current transfer is; empty if there is none. */
    public Optional<Progress> progress() {
        return target.map(current -> new Progress(
                current,
                assembler.map(SnapshotAssembler::chunkCount).orElse(-1),
                assembler.map(SnapshotAssembler::missingCount).orElse(-1),
                sources.bannedCount()));
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
        Optional<Target> wanted = Optional.of(new Target(sequence, stateDigest));
        if (!wanted.equals(target)) {
            salvaged = assembler.map(SnapshotAssembler::known).orElse(salvaged);
            assembler = Optional.empty();
            outstanding.clear();
            target = wanted;
        }
        sources.set(from);
        List<Ask> asks = new ArrayList<>(askOthers());
        asks.addAll(askMore());
        return asks;
    }

    /** Gives up, and forgets everything. */
    public void stop() {
        target = Optional.empty();
        assembler = Optional.empty();
        salvaged = Map.of();
        outstanding.clear();
        sources.forget();
    }

    /** Time has passed: asks somebody else what was not answered. */
    public List<Ask> onTick() {
        ticks++;
        List<Ask> asks = new ArrayList<>();
        for (Map.Entry<Integer, Asked> late : List.copyOf(outstanding.entrySet())) {
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
        if (!isAsked(answer)) {
            return new Ignored(Reason.NOT_ASKED);
        }
        return answer instanceof ManifestAnswer manifest
                ? onManifest(from, manifest.manifest())
                : onChunk(from, (ChunkAnswer) answer);
    }

    private boolean isAsked(Answer answer) {
        if (answer instanceof ChunkAnswer chunk) {
            return chunk.index() >= 0 && outstanding.containsKey(chunk.index());
        }
        return outstanding.containsKey(MANIFEST);
    }

    private FetchOutcome onManifest(int from, ByteString encoded) {
        if (!Digest.of(encoded).equals(target.orElseThrow().stateDigest())) {
            return ban(from, Reason.WRONG_MANIFEST);
        }
        // From here on the bytes are what a quorum vouched for: whatever is wrong with them is not the sender's fault.
        Optional<SnapshotManifest> manifest = SnapshotManifest.parse(encoded);
        if (manifest.isEmpty()) {
            return giveUp(Reason.UNREADABLE_MANIFEST);
        }
        if (manifest.get().totalBytes() > limits.maxStateBytes()) {
            return giveUp(Reason.STATE_TOO_LARGE);
        }
        assembler = Optional.of(new SnapshotAssembler(manifest.get(), salvaged));
        salvaged = Map.of();
        outstanding.remove(MANIFEST);
        nextIndex = 0;
        return proceed();
    }

    private FetchOutcome onChunk(int from, ChunkAnswer answer) {
        if (!assembler.orElseThrow().accept(answer.index(), answer.chunk())) {
            return ban(from, Reason.WRONG_CHUNK);
        }
        outstanding.remove(answer.index());
        return proceed();
    }

    private FetchOutcome proceed() {
        if (!assembler.orElseThrow().isComplete()) {
            return new Accepted(askMore());
        }
        Target done = target.orElseThrow();
        ByteString snapshot = assembler.orElseThrow().assemble();
        stop();
        return new Completed(done.sequence(), done.stateDigest(), snapshot);
    }

    private FetchOutcome giveUp(Reason reason) {
        stop();
        return new Unusable(reason);
    }

    private FetchOutcome ban(int liar, Reason reason) {
        sources.ban(liar);
        return new Banned(liar, reason, askOthers());
    }

    /** Puts the questions of those who are no longer sources to those who are. */
    private List<Ask> askOthers() {
        List<Ask> asks = new ArrayList<>();
        for (Map.Entry<Integer, Asked> question : List.copyOf(outstanding.entrySet())) {
            if (!sources.isUsable(question.getValue().source())) {
                ask(question.getKey(), sources.best(askedSources()), asks);
            }
        }
        return asks;
    }

    private List<Ask> askMore() {
        List<Ask> asks = new ArrayList<>();
        if (target.isPresent() && assembler.isEmpty() && !outstanding.containsKey(MANIFEST)) {
            ask(MANIFEST, sources.best(askedSources()), asks);
        }
        assembler.ifPresent(state -> {
            for (; nextIndex < state.chunkCount() && outstanding.size() < limits.maxOutstanding(); nextIndex++) {
                if (state.isMissing(nextIndex)) {
                    ask(nextIndex, sources.best(askedSources()), asks);
                }
            }
        });
        return asks;
    }

    private void ask(int key, OptionalInt source, List<Ask> asks) {
        if (source.isEmpty()) {
            // All are banned: the question stays open until the protocol names other sources.
            outstanding.putIfAbsent(key, new Asked(NOBODY, ticks));
            return;
        }
        Target current = target.orElseThrow();
        outstanding.put(key, new Asked(source.getAsInt(), ticks));
        asks.add(new Ask(
                source.getAsInt(),
                key == MANIFEST
                        ? new FetchManifest(current.sequence(), current.stateDigest())
                        : new FetchChunk(current.sequence(), current.stateDigest(), key)));
    }

    private List<Integer> askedSources() {
        return outstanding.values().stream().map(Asked::source).toList();
    }
}
