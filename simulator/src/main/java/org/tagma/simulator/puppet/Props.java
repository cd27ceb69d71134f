package org.tagma.simulator.puppet;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event.RequestOutcome;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RetrySemantics;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SnapshotManifest;

/**
 * What a puppet show is about: requests, the batches that may be proposed at a sequence number, the one of them that the group
 * commits there, and the states that follow. All of it is made when it is asked for. Not thread-safe.
 */
final class Props {

    static final int CLIENTS = 5;

    /** Now and then a request so large that bounds in bytes are met. */
    private static final int LARGE_BYTES = 300_000;

    private static final ByteString PADDING = ByteString.copyFrom(new byte[LARGE_BYTES]);

    private static final int VARIANTS = 3;
    private static final long START_MILLIS = 1_700_000_000_000L;

    private final SplittableRandom random;
    private final int maxBatchRequests;
    private final boolean hasLargeRequests;
    private final Map<SessionId, TreeMap<Long, Request>> requests = new HashMap<>();
    private final TreeMap<Long, List<Batch>> variants = new TreeMap<>();
    private final TreeMap<Long, Batch> committed = new TreeMap<>();
    private final Map<Integer, Long> proposedUpTo = new HashMap<>();
    private final Map<Long, SnapshotManifest> manifests = new HashMap<>();
    private final Map<Long, ByteString> states = new HashMap<>();

    /** The replica's wall clock. */
    long nowMillis = START_MILLIS;

    Props(SplittableRandom random, int maxBatchRequests) {
        this.random = random;
        this.maxBatchRequests = maxBatchRequests;
        this.hasLargeRequests = random.nextInt(3) == 0;
    }

    static SessionId session(int client) {
        return new SessionId(client, 1);
    }

    /** The request of a client with a number. */
    Request request(int client, long number) {
        return requests.computeIfAbsent(session(client), none -> new TreeMap<>())
                .computeIfAbsent(number, none -> make(client, number));
    }

    private Request make(int client, long number) {
        boolean large = hasLargeRequests && random.nextInt(3) == 0;
        ByteString payload = ByteString.copyFromUtf8(client + "#" + number).concat(large ? PADDING : ByteString.EMPTY);
        return Request.of(session(client), number, RetrySemantics.EXACTLY_ONCE, payload, payload, ByteString.EMPTY);
    }

    /** The batches that may be proposed at a sequence number; the first is the likeliest. */
    List<Batch> variants(long sequence) {
        return variants.computeIfAbsent(sequence, none -> {
            List<Batch> made = new ArrayList<>();
            List<Request> some = someRequests();
            for (int i = 0; i < VARIANTS; i++) {
                made.add(Batch.of(nowMillis + i, some));
            }
            return made;
        });
    }

    private List<Request> someRequests() {
        List<Request> some = new ArrayList<>();
        for (int i = random.nextInt(1 + Math.min(3, maxBatchRequests)); i > 0; i--) {
            int client = random.nextInt(CLIENTS);
            some.add(request(client, proposedUpTo.merge(client, 1L, Long::sum)));
        }
        return some;
    }

    /** What the group commits there: nearly always what is likely to be proposed. */
    Batch committed(long sequence) {
        return committed.computeIfAbsent(
                sequence,
                none -> random.nextInt(12) == 0
                        ? Batch.NULL
                        : variants(sequence).get(0));
    }

    /** The replica itself proposed this; the group may well commit it. */
    void proposed(long sequence, Batch batch) {
        List<Batch> all = new ArrayList<>(variants(sequence));
        all.set(0, batch);
        variants.put(sequence, all);
        committed.putIfAbsent(sequence, batch);
    }

    /** The group has committed this. */
    void commits(long sequence, Batch batch) {
        committed.putIfAbsent(sequence, batch);
    }

    /** The batch with a digest, or a wrong one. */
    Batch body(long sequence, Digest digest) {
        return variants(sequence).stream()
                .filter(batch -> batch.digest().equals(digest))
                .findFirst()
                .orElse(variants(sequence).get(0));
    }

    /** Something that might be voted for. */
    Digest anyDigest(long sequence) {
        int kind = random.nextInt(10);
        if (kind == 0) {
            return Digest.NULL;
        }
        return kind == 1
                ? Digest.of(ByteString.copyFromUtf8("none" + random.nextInt(3)))
                : anyBatch(sequence).digest();
    }

    Batch anyBatch(long sequence) {
        int choice = random.nextInt(6);
        return variants(sequence).get(choice < 4 ? 0 : choice - 3);
    }

    /** The state after a sequence number. */
    ByteString state(long sequence) {
        return states.computeIfAbsent(sequence, none -> {
            int chunks = random.nextInt(4) == 0 ? random.nextInt(1, 4) : 0;
            return ByteString.copyFromUtf8("state " + sequence)
                    .concat(ByteString.copyFrom(new byte[chunks * SnapshotManifest.CHUNK_BYTES]));
        });
    }

    SnapshotManifest manifest(long sequence) {
        return manifests.computeIfAbsent(sequence, none -> SnapshotManifest.of(state(sequence)));
    }

    Digest stateDigest(long sequence) {
        return manifest(sequence).digest();
    }

    /** Where the sessions stand after a sequence number, if the group executed what it commits. */
    Map<SessionId, Long> sessions(long sequence) {
        Map<SessionId, Long> next = new TreeMap<>();
        for (long each = 1; each <= sequence; each++) {
            execute(next, committed(each));
        }
        return next;
    }

    static List<SessionProgress> progress(Map<SessionId, Long> next) {
        return next.entrySet().stream()
                .map(entry -> new SessionProgress(entry.getKey(), entry.getValue(), 0))
                .toList();
    }

    /** Each number once, and in order. */
    static List<RequestOutcome> execute(Map<SessionId, Long> next, Batch batch) {
        List<RequestOutcome> outcomes = new ArrayList<>();
        for (Request request : batch.requests()) {
            long due = next.getOrDefault(request.session(), 1L);
            outcomes.add(new RequestOutcome(request, request.number() <= due));
            if (request.number() == due) {
                next.put(request.session(), due + 1);
            }
        }
        return outcomes;
    }
}
