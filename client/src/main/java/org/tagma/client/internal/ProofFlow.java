package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.ClientClosedException;
import org.tagma.client.call.ClientOptions;
import org.tagma.client.call.ClientSetup;
import org.tagma.client.call.Outcome;
import org.tagma.client.call.OverloadedException;
import org.tagma.client.call.ProofVerifier;
import org.tagma.client.call.ProvenValue;
import org.tagma.client.call.RejectedException;
import org.tagma.client.call.RequestTimeoutException;
import org.tagma.core.protocol.ClientMessage.Reply;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.service.RejectionResult;
import org.tagma.core.state.StateView;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.network.codec.Decoded;

/**
 * Fetches proofs. One replica is enough, since its answer is checked and not believed; the next one is asked if it does
 * not answer in time, cannot, or answers wrongly.
 *
 * <p>Not thread-safe.
 */
public final class ProofFlow {

    /** Far above the numbers of queries, which share the session. */
    private static final long FIRST_NUMBER = 1L << 61;

    /** How a call for a proof ends. */
    public interface ProofCompletion {

        /** With a proof that was checked. */
        void succeeded(ProvenValue value);

        /** Without one. */
        void failed(BftClientException failure);
    }

    private static final class Pending {
        private final Session session;
        private final ByteString key;
        private final ProofCompletion completion;
        private final long deadlineAt;
        private int replica;
        private long retryAt;
        private String lastRefusal = "no replica answers";

        Pending(Session session, ByteString key, ProofCompletion completion, long deadlineAt) {
            this.session = session;
            this.key = key;
            this.completion = completion;
            this.deadlineAt = deadlineAt;
        }
    }

    private final ClientSetup setup;
    private final ClientOptions options;
    private final ClientWire wire;
    private final SessionBook sessions;
    private final Completions completions;
    private final Optional<Supplier<ProofVerifier>> verifiers;
    private final Map<Long, Pending> active = new TreeMap<>();
    /** Made for the first call: most clients never have anything proved. */
    private Optional<ProofVerifier> verifier = Optional.empty();

    private long nextNumber = FIRST_NUMBER;
    private long wakeAt = PendingRequest.NEVER;

    /**
     * A flow without calls.
     *
     * @param verifiers makes what checks proofs; empty for a protocol without certificates
     */
    public ProofFlow(
            ClientSetup setup,
            ClientOptions options,
            ClientWire wire,
            SessionBook sessions,
            Completions completions,
            Optional<Supplier<ProofVerifier>> verifiers) {
        this.setup = setup;
        this.options = options;
        this.wire = wire;
        this.sessions = sessions;
        this.completions = completions;
        this.verifiers = verifiers;
    }

    public void submit(ByteString key, ProofCompletion completion, long now) {
        verifier = verifier.or(() -> verifiers.map(Supplier::get));
        if (key.size() > StateView.MAX_KEY_BYTES) {
            fail(
                    completion,
                    new RejectedException("bad-key", "a key has at most " + StateView.MAX_KEY_BYTES + " bytes"));
        } else if (verifier.isEmpty()) {
            fail(
                    completion,
                    new RejectedException(
                            "no-certificate",
                            "this protocol has no certificates: its replicas trust each other, and nothing that"
                                    + " one of them says proves anything to others"));
        } else if (active.size() >= options.maxInFlight()) {
            fail(
                    completion,
                    new OverloadedException(Outcome.NOT_EXECUTED, active.size() + " proofs are being fetched already"));
        } else {
            Pending pending = new Pending(sessions.current(), key, completion, now + options.deadlineMillis());
            // Any will do, so the load is spread.
            pending.replica =
                    (int) Math.floorMod(nextNumber, (long) setup.quorums().replicas());
            ask(nextNumber++, pending, now);
        }
    }

    private void ask(long number, Pending pending, long now) {
        active.put(number, pending);
        pending.retryAt = now + options.retryMillis();
        wakeAt = Math.min(wakeAt, Math.min(pending.retryAt, pending.deadlineAt));
        BitSet receiver = new BitSet();
        receiver.set(pending.replica);
        sessions.send(
                pending.session,
                receiver,
                wire.query(pending.session.number, number, CertifiedProof.QUESTION.concat(pending.key)));
    }

    public boolean awaits(Reply reply) {
        Pending pending = active.get(reply.number());
        return pending != null
                && pending.session.number == reply.session().session()
                && pending.replica == reply.replica();
    }

    /** An authentic reply that is {@link #awaits awaited}. */
    public void onReply(Reply reply, long now) {
        Pending pending = active.get(reply.number());
        Optional<ProvenValue> proven = Optional.empty();
        if (reply.status() == ReplyStatus.OK) {
            proven = check(pending, reply.result());
        } else {
            pending.lastRefusal = RejectionResult.decode(reply.result())
                    .map(RejectionResult::message)
                    .orElse("the replicas refuse to prove it");
        }
        if (proven.isPresent()) {
            active.remove(reply.number());
            ProvenValue value = proven.get();
            completions.later(() -> pending.completion.succeeded(value));
        }
    }

    private Optional<ProvenValue> check(Pending pending, ByteString bytes) {
        if (!(CertifiedProof.decode(bytes) instanceof Decoded.Ok<CertifiedProof> decoded)) {
            pending.lastRefusal = "what replica " + pending.replica + " gives is no proof";
            return Optional.empty();
        }
        CertifiedProof proof = decoded.value();
        ProofVerifier.Result result = verifier.orElseThrow().check(proof);
        if (result instanceof ProofVerifier.Result.Proven proven
                && proof.proof().key().equals(pending.key)) {
            return Optional.of(new ProvenValue(proven.sequence(), proven.value(), proof));
        }
        pending.lastRefusal = "the proof of replica " + pending.replica + " is wrong";
        return Optional.empty();
    }

    /** When {@link #tick} has something to do, at the earliest. */
    public long wakeAt() {
        return wakeAt;
    }

    public void tick(long now) {
        wakeAt = PendingRequest.NEVER;
        for (Map.Entry<Long, Pending> entry : List.copyOf(active.entrySet())) {
            Pending pending = entry.getValue();
            if (now >= pending.deadlineAt) {
                active.remove(entry.getKey());
                fail(
                        pending.completion,
                        new RequestTimeoutException(
                                Outcome.EXECUTED,
                                "no proof within " + options.deadlineMillis() + " ms: " + pending.lastRefusal));
            } else if (now >= pending.retryAt) {
                pending.replica = (pending.replica + 1) % setup.quorums().replicas();
                ask(entry.getKey(), pending, now);
            }
            wakeAt = Math.min(wakeAt, Math.min(pending.retryAt, pending.deadlineAt));
        }
    }

    public void close() {
        active.values()
                .forEach(pending -> fail(
                        pending.completion, new ClientClosedException(Outcome.EXECUTED, "closed during the call")));
        active.clear();
    }

    private void fail(ProofCompletion completion, BftClientException failure) {
        completions.later(() -> completion.failed(failure));
    }
}
