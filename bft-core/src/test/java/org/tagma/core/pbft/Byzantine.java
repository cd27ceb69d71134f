package org.tagma.core.pbft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.tagma.core.Digest;
import org.tagma.core.pbft.CoreCluster.Tamper;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.Commit;
import org.tagma.core.pbft.message.PbftMessage.NewView;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.pbft.message.PbftMessage.Prepare;
import org.tagma.core.pbft.message.PbftMessage.Status;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.TransferMessage.ChunkAnswer;
import org.tagma.core.protocol.TransferMessage.ManifestAnswer;

/** The ways of malicious replicas, and of a hostile network. They combine with {@link #then}. */
final class Byzantine {

    /** Picks messages. */
    interface Which {
        boolean test(int from, int to, Message message);
    }

    /** A digest that is that of no batch. */
    static final Digest FORGED = Digest.of(ByteString.copyFromUtf8("forged"));

    private Byzantine() {}

    static Tamper honest() {
        return (from, to, message) -> List.of(message);
    }

    /** What the first makes of a message is given to the second. */
    static Tamper then(Tamper first, Tamper second) {
        return (from, to, message) -> first.apply(from, to, message).stream()
                .flatMap(said -> second.apply(from, to, said).stream())
                .toList();
    }

    static Tamper drops(Which which) {
        return (from, to, message) -> which.test(from, to, message) ? List.of() : List.of(message);
    }

    static Tamper silent() {
        return drops((from, to, message) -> true);
    }

    /** Loses every message of these types in views up to this one. */
    static Tamper loses(long upToView, List<Class<? extends Message>> types) {
        return drops((from, to, message) -> types.contains(message.getClass()) && viewOf(message) <= upToView);
    }

    /** The view a message belongs to, or -1 if it belongs to none. */
    static long viewOf(Message message) {
        if (message instanceof PrePrepare prePrepare) {
            return prePrepare.view();
        } else if (message instanceof Prepare prepare) {
            return prepare.view();
        } else if (message instanceof Commit commit) {
            return commit.view();
        } else if (message instanceof ViewChange viewChange) {
            return viewChange.view();
        } else if (message instanceof NewView newView) {
            return newView.view();
        }
        return -1;
    }

    /** Tells replica 1 one thing, and the others of the group another, consistently. */
    static Tamper equivocates() {
        return proposes((to, batch) -> to <= 1 ? batch : laterBy(1, batch));
    }

    /** Equivocates, and commits to each whatever it told it. */
    static Tamper equivocatesAndCommitsToBoth() {
        return then(equivocates(), (from, to, message) -> {
            if (message instanceof PrePrepare said) {
                Digest digest = said.batch().digest();
                return List.of(said, new Commit(said.view(), said.sequence(), digest));
            }
            return List.of(message);
        });
    }

    /** Tells every replica something else. */
    static Tamper tellsEachSomethingElse() {
        return proposes((to, batch) -> laterBy(to, batch));
    }

    interface Proposal {
        Batch to(int replica, Batch batch);
    }

    static Tamper proposes(Proposal proposal) {
        return (from, to, message) -> message instanceof PrePrepare own
                ? List.of(new PrePrepare(own.view(), own.sequence(), proposal.to(to, own.batch())))
                : List.of(message);
    }

    private static Batch laterBy(long millis, Batch batch) {
        return Batch.of(batch.timeMillis() + millis, batch.requests());
    }

    static Tamper proposesTime(LongUnaryOperator time) {
        return proposes((to, batch) -> Batch.of(time.applyAsLong(batch.timeMillis()), batch.requests()));
    }

    /** Leaves a client's requests out of everything it proposes. */
    static Tamper censors(int client) {
        return proposes((to, batch) -> Batch.of(
                batch.timeMillis(),
                batch.requests().stream()
                        .filter(request -> request.session().client() != client)
                        .toList()));
    }

    /** Orders an old request once more, in front of everything it proposes. */
    static Tamper ordersAgain(Request old) {
        return proposes((to, batch) -> {
            List<Request> requests = new ArrayList<>(List.of(old));
            requests.addAll(batch.requests());
            return Batch.of(batch.timeMillis(), requests);
        });
    }

    static Tamper withholdsBodiesFrom(Integer... replicas) {
        List<Integer> deprived = Arrays.asList(replicas);
        return drops((from, to, message) ->
                deprived.contains(to) && (message instanceof PrePrepare || message instanceof BatchBody));
    }

    /** Proposes for other sequence numbers than it should. */
    static Tamper proposesAt(LongUnaryOperator sequence) {
        return (from, to, message) -> message instanceof PrePrepare own
                ? List.of(new PrePrepare(own.view(), sequence.applyAsLong(own.sequence()), own.batch()))
                : List.of(message);
    }

    static Tamper delays(CoreCluster cluster, int ticks, Which which) {
        return (from, to, message) -> {
            if (which.test(from, to, message)) {
                cluster.after(ticks, () -> cluster.inject(from, to, message));
                return List.of();
            }
            return List.of(message);
        };
    }

    /** Claims that a batch nobody knows prepared at this sequence number, in the latest view there can have been. */
    static Tamper forgesPreparedAt(long sequence) {
        return (from, to, message) -> {
            if (!(message instanceof ViewChange own)) {
                return List.of(message);
            }
            VoteInfo forged = new VoteInfo(sequence, FORGED, own.view() - 1);
            return List.of(new ViewChange(
                    own.view(),
                    own.stable(),
                    with(forged, own.prepared(), true),
                    with(forged, own.prePrepared(), false)));
        };
    }

    private static List<VoteInfo> with(VoteInfo forged, List<VoteInfo> entries, boolean onePerSequence) {
        List<VoteInfo> all = new ArrayList<>(entries);
        all.removeIf(entry -> onePerSequence && entry.sequence() == forged.sequence());
        all.add(forged);
        all.sort(Comparator.comparingLong(VoteInfo::sequence).thenComparing(VoteInfo::digest));
        return all;
    }

    static Tamper altersNewView(UnaryOperator<NewView> alteration) {
        return (from, to, message) ->
                message instanceof NewView own ? List.of(alteration.apply(own)) : List.of(message);
    }

    /** Wants to be in a view that nobody will ever reach, and says so in everything it can. */
    static Tamper claimsView(long view) {
        return (from, to, message) -> {
            if (message instanceof Status own) {
                ViewChange wanted =
                        new ViewChange(view, PbftMessage.CheckpointCertificate.GENESIS, List.of(), List.of());
                return List.of(
                        wanted,
                        new NewView(view, List.of(), List.of()),
                        new Status(view, true, own.lastCommitted(), own.stable(), own.recoveringUpTo(), true));
            } else if (message instanceof Prepare own) {
                return List.of(own, new Prepare(view, own.sequence(), own.digest()));
            } else if (message instanceof Commit own) {
                return List.of(new Commit(view, own.sequence(), own.digest()), own);
            }
            return List.of(message);
        };
    }

    /** Answers questions about the state with something else of the same size. */
    static Tamper liesInStateTransfer() {
        return (from, to, message) -> {
            if (message instanceof ManifestAnswer own) {
                return List.of(new ManifestAnswer(own.sequence(), flipped(own.manifest())));
            } else if (message instanceof ChunkAnswer own) {
                return List.of(new ChunkAnswer(own.sequence(), own.index(), flipped(own.chunk())));
            }
            return List.of(message);
        };
    }

    /** Gives the right list of chunks, and wrong chunks. */
    static Tamper liesAboutChunks() {
        return (from, to, message) -> message instanceof ChunkAnswer own
                ? List.of(new ChunkAnswer(own.sequence(), own.index(), flipped(own.chunk())))
                : List.of(message);
    }

    private static ByteString flipped(ByteString bytes) {
        byte[] copy = bytes.toByteArray();
        copy[copy.length - 1] ^= 1;
        return ByteString.copyFrom(copy);
    }

    /** Sends, instead of each message, some that differ from it in one field. */
    static Tamper mutatesFields(Random random, int copies) {
        return (from, to, message) -> {
            List<Message> all = FieldMutations.of(message, from);
            List<Message> chosen = new ArrayList<>();
            for (int i = 0; i < copies && !all.isEmpty(); i++) {
                chosen.add(all.get(random.nextInt(all.size())));
            }
            return chosen;
        };
    }
}
