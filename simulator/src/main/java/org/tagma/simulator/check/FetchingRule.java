package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;
import org.tagma.core.service.SnapshotManifest;
import org.tagma.core.service.TransferMessage.Answer;
import org.tagma.core.service.TransferMessage.ChunkAnswer;
import org.tagma.core.service.TransferMessage.FetchChunk;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.FetchPiece;
import org.tagma.core.service.TransferMessage.ManifestAnswer;
import org.tagma.core.service.TransferMessage.PieceAnswer;
import org.tagma.core.service.TransferMessage.Question;
import org.tagma.core.state.NodePath;
import org.tagma.simulator.check.PieceReading.Place;

/**
 * How a state is fetched: what is named by what was checked already, each part once, few at a time; from somebody else when no
 * answer comes or a false one, whose sender is blamed and asked no more; and without turning away from a state that comes in. What is
 * installed has nothing missing that was asked for. Not thread-safe.
 */
final class FetchingRule {

    private static final int MOST_QUESTIONS = 8;
    private static final int PATIENCE_TICKS = 2;

    /** Something that can be asked for: the manifest, a chunk, or what is at a place in the tree. */
    private record Part(int index, NodePath path) {
        static final Part MANIFEST = new Part(-1, NodePath.ROOT);
    }

    private record Asked(int source, long atTick, int maxWholeBytes) {}

    private final Complaints complaints;
    private final int self;
    private final int replicas;
    private final boolean oneSource;

    private long tick;
    private long executed;
    private long target = -1;
    /** How many states it has turned to. */
    private int targets;

    private Digest targetDigest = Digest.NULL;
    private int lastSource = -1;
    private long cameAtTick;
    private Optional<SnapshotManifest> manifest = Optional.empty();
    private final Map<Part, Asked> asked = new LinkedHashMap<>();
    private final Set<Part> got = new HashSet<>();
    private final Set<Integer> liars = new HashSet<>();

    /** Liars of states before this one: whether it has forgotten them depends on what cannot be seen from here. */
    private final Set<Integer> formerLiars = new HashSet<>();

    private final Set<Integer> blamed = new HashSet<>();

    /** What the parts that came leave out, and where that is in the wanted tree. */
    private final Map<NodePath, Place> places = new HashMap<>();

    private final Map<Digest, List<Place>> below = new HashMap<>();

    private int lies;

    /** Whether it cannot be told from here which answers it took. */
    private boolean unsure;

    FetchingRule(Complaints complaints, int self, int replicas, boolean oneSource) {
        this.complaints = complaints;
        this.self = self;
        this.replicas = replicas;
        this.oneSource = oneSource;
    }

    void begins() {
        lies = -1;
    }

    void tick() {
        tick++;
    }

    /** It has executed so far. */
    void isAt(long sequence) {
        executed = sequence;
        if (target <= executed) {
            forget();
        }
    }

    private void forget() {
        target = -1;
        formerLiars.addAll(liars);
        liars.clear();
        manifest = Optional.empty();
        asked.clear();
        got.clear();
        places.clear();
    }

    void blames(int replica) {
        blamed.add(replica);
    }

    // ---- answers ----

    void hears(int sender, Answer answer) {
        Part part = partOf(answer);
        if (unsure || answer.sequence() != target || !asked.containsKey(part) || !isSource(sender)) {
            return;
        }
        if (formerLiars.contains(sender)) {
            unsure = true;
        } else if (isTrue(part, answer)) {
            asked.remove(part);
            got.add(part);
            cameAtTick = tick;
        } else {
            liars.add(sender);
            lies = sender;
        }
    }

    private boolean isSource(int sender) {
        return oneSource || lastSource == self ? sender == lastSource : sender != self && !liars.contains(sender);
    }

    private boolean isTrue(Part part, Answer answer) {
        if (answer instanceof ManifestAnswer whole) {
            boolean good = Digest.of(whole.manifest()).equals(targetDigest);
            if (good) {
                manifest = SnapshotManifest.parse(whole.manifest());
                manifest.flatMap(SnapshotManifest::root)
                        .ifPresent(root ->
                                places.put(NodePath.ROOT, new Place(NodePath.ROOT, root.digest(), root.bytes())));
            }
            return good;
        } else if (answer instanceof ChunkAnswer chunk) {
            return Digest.of(chunk.chunk())
                    .equals(manifest.orElseThrow().chunks().get(chunk.index()));
        }
        PieceAnswer piece = (PieceAnswer) answer;
        Place place = place(piece.path());
        Optional<PieceReading.Part> read = PieceReading.of(piece.path(), piece.piece());
        boolean good = place != null
                && read.isPresent()
                && read.get().digest().equals(place.digest())
                && read.get().bytes() == place.bytes()
                && (place.bytes() > asked.get(part).maxWholeBytes
                        || read.get().missing().isEmpty());
        if (good) {
            // Another tree may have any of these nodes in the same place, and others above.
            read.get().shown().forEach(each -> below.put(each.digest(), each.missing()));
        }
        return good;
    }

    /** What is at a place in the wanted tree, as far as the parts that came tell; null if they do not. */
    private Place place(NodePath path) {
        Place known = places.get(path);
        boolean more = known == null;
        while (more) {
            more = false;
            for (Place each : new ArrayList<>(places.values())) {
                for (Place next : below.getOrDefault(each.digest(), List.of())) {
                    more |= places.putIfAbsent(next.path(), next) == null;
                }
            }
        }
        return places.get(path);
    }

    // ---- questions ----

    void asks(int to, Question question) {
        if (question.sequence() <= executed) {
            // Batches brought it there before the state did; that it need not fetch that any more, it may notice later.
            return;
        }
        if (question.sequence() != target || !digestOf(question).equals(targetDigest)) {
            turnsTo(question);
        }
        lastSource = to;
        if (liars.contains(to) && to != self) {
            complaints.of("asks replica " + to + " again for the state of which it gave a false part");
        }
        if (!unsure) {
            asks(to, partOf(question), question);
        }
    }

    private void asks(int to, Part part, Question question) {
        if (!isNamed(part)) {
            if (targets > 1) {
                // It may have had this in its store when it turned away from another state, and lost it there.
                unsure = true;
                return;
            }
            complaints.of("asks for " + question + ", of which nothing that it has tells");
        }
        if (got.contains(part)) {
            complaints.of("asks for " + question + ", which it has");
        }
        int maxWholeBytes = question instanceof FetchPiece piece ? piece.maxWholeBytes() : 0;
        Asked before = asked.put(part, new Asked(to, tick, maxWholeBytes));
        if (before != null) {
            asksAgain(question, to, before);
        }
        if (asked.size() > MOST_QUESTIONS) {
            complaints.of("has " + asked.size() + " questions under way, where " + MOST_QUESTIONS + " are allowed");
        }
    }

    private void turnsTo(Question question) {
        boolean comesIn = target > executed
                && !unsure
                && lastSource != self
                && !places.isEmpty()
                && tick - cameAtTick <= PATIENCE_TICKS;
        if (comesIn) {
            complaints.of("turns from the state at " + target + ", of which parts come in, to the one at "
                    + question.sequence());
        }
        forget();
        unsure = false;
        targets++;
        target = question.sequence();
        targetDigest = digestOf(question);
    }

    private void asksAgain(Question question, int to, Asked before) {
        // What is asked early in a tick has waited for that tick at its end.
        boolean late = tick - before.atTick >= PATIENCE_TICKS - 1;
        boolean lied = liars.contains(before.source) || formerLiars.contains(before.source);
        boolean elsewhere = to != before.source && (oneSource || before.source == self);
        if (!late && !lied && !elsewhere) {
            complaints.of(
                    "asks for " + question + " again, which it asked for " + (tick - before.atTick) + " ticks ago");
        }
    }

    private boolean isNamed(Part part) {
        if (part.equals(Part.MANIFEST)) {
            return true;
        }
        return part.index >= 0
                ? manifest.isPresent() && part.index < manifest.get().chunks().size()
                : place(part.path) != null;
    }

    // ---- ends ----

    void installs(Action.InstallState install) {
        if (install.sequence() == target && !unsure && !asked.isEmpty()) {
            complaints.of("installs the state at " + target + ", of which it misses "
                    + asked.keySet().iterator().next());
        }
        forget();
        executed = Math.max(executed, install.sequence());
    }

    void ends(Event event) {
        if (lies >= 0 && lies != self && !blamed.contains(lies)) {
            complaints.of("does not blame replica " + lies + " for a false part of a state");
        }
        if (lies >= 0 && target > executed && hasSource()) {
            asksNoLongerTheLiar();
        }
        if (event instanceof Event.TimerFired && target > executed && !unsure) {
            for (Map.Entry<Part, Asked> each : asked.entrySet()) {
                if (tick - each.getValue().atTick >= PATIENCE_TICKS && hasSource()) {
                    complaints.of("waits for " + each.getKey() + " of the state at " + target + " for more than "
                            + PATIENCE_TICKS + " ticks");
                    return;
                }
            }
            if (asked.isEmpty() && manifest.isPresent()) {
                complaints.of("asks for nothing, though the state at " + target + " is not installed");
            }
        }
    }

    /** What the liar was asked for besides, somebody else is asked for at once. */
    private void asksNoLongerTheLiar() {
        for (Map.Entry<Part, Asked> each : asked.entrySet()) {
            if (each.getValue().source == lies) {
                complaints.of("waits for " + each.getKey() + " of the state at " + target + " from replica " + lies
                        + ", which lied");
                return;
            }
        }
    }

    private boolean hasSource() {
        return formerLiars.isEmpty() && (oneSource ? liars.isEmpty() : liars.size() < replicas - 1);
    }

    private static Part partOf(Answer answer) {
        if (answer instanceof ChunkAnswer chunk) {
            return new Part(chunk.index(), NodePath.ROOT);
        }
        return answer instanceof PieceAnswer piece ? new Part(-2, piece.path()) : Part.MANIFEST;
    }

    private static Part partOf(Question question) {
        if (question instanceof FetchChunk chunk) {
            return new Part(chunk.index(), NodePath.ROOT);
        }
        return question instanceof FetchPiece piece ? new Part(-2, piece.path()) : Part.MANIFEST;
    }

    private static Digest digestOf(Question question) {
        if (question instanceof FetchPiece piece) {
            return piece.stateDigest();
        }
        return question instanceof FetchChunk chunk ? chunk.stateDigest() : ((FetchManifest) question).stateDigest();
    }
}
