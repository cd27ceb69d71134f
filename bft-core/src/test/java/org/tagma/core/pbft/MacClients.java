package org.tagma.core.pbft;

import com.google.protobuf.ByteString;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.tagma.core.pbft.message.PbftMessage.BatchBody;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.RequestProof;

/**
 * Clients of a {@link CoreCluster} whose requests carry MACs that are good at some replicas, and the verification that
 * finds that out. The honest among them sign when they are asked.
 */
final class MacClients {

    private static final ByteString SIGNED = ByteString.copyFromUtf8("signed");

    private final CoreCluster cluster;
    /** Requests that were sent without a signature by clients that sign if they are asked. */
    private final Map<Request, Set<Integer>> honest = new LinkedHashMap<>();

    private final int[] asksHeard;

    MacClients(CoreCluster cluster) {
        this.cluster = cluster;
        this.asksHeard = new int[cluster.nodes.size()];
        cluster.verification = this::read;
    }

    /** A request without a signature, whose MACs are good at these replicas. */
    static Request unsigned(int client, long number, String operation, Integer... goodAt) {
        Request request = CoreCluster.request(client, 1, number, operation);
        StringBuilder macs = new StringBuilder("macs");
        for (int replica : goodAt) {
            macs.append(' ').append(replica).append(' ');
        }
        return copy(request, ByteString.copyFromUtf8(macs.toString()), RequestProof.UNSIGNED);
    }

    static Request signed(Request request) {
        return copy(request, SIGNED, RequestProof.SIGNED);
    }

    private static Request copy(Request of, ByteString authenticator, RequestProof proof) {
        return Request.of(of.session(), of.number(), of.semantics(), of.operation(), of.payload(), authenticator)
                .provedBy(proof);
    }

    static RequestProof proofAt(int replica, Request request) {
        String authenticator = request.authenticator().toStringUtf8();
        if (!authenticator.startsWith("macs")) {
            return RequestProof.SIGNED;
        }
        return authenticator.contains(" " + replica + " ") ? RequestProof.UNSIGNED : RequestProof.UNCHECKED;
    }

    private Message read(int replica, Message message) {
        if (message instanceof PrePrepare proposal) {
            return new PrePrepare(proposal.view(), proposal.sequence(), read(replica, proposal.batch()));
        }
        if (message instanceof BatchBody body) {
            return new BatchBody(body.sequence(), read(replica, body.batch()));
        }
        return message;
    }

    private static Batch read(int replica, Batch batch) {
        List<Request> requests = batch.requests().stream()
                .map(request -> request.provedBy(proofAt(replica, request)))
                .toList();
        return new Batch(batch.timeMillis(), requests, batch.digest());
    }

    /** A client sends a request without a signature to one replica; it is looked at where its MAC is good. */
    void send(int replica, Request request) {
        if (proofAt(replica, request) == RequestProof.UNSIGNED && !cluster.node(replica).down) {
            cluster.submitTo(replica, request);
        }
    }

    /** The same; and it will sign when it is asked by whom it was sent to. */
    void sendHonestly(int replica, Request request) {
        honest.computeIfAbsent(request, sent -> new HashSet<>()).add(replica);
        send(replica, request);
    }

    /** Honest clients sign what they were asked to. */
    void answerAsks() {
        for (CoreNode node : cluster.nodes) {
            while (asksHeard[node.id] < node.asks.size()) {
                Action.AskSignature ask = node.asks.get(asksHeard[node.id]++);
                if (honest.getOrDefault(ask.request(), Set.of()).contains(node.id)) {
                    honest.remove(ask.request());
                    cluster.submitTo(node.id, signed(ask.request()));
                }
            }
        }
    }

    /** Honest clients repeat, signed and to all, what is not executed everywhere. */
    void repeat() {
        for (Request request : List.copyOf(honest.keySet())) {
            if (cluster.correctNodes()
                    .anyMatch(node -> !node.journal.has(request.operation().toStringUtf8()))) {
                cluster.submit(signed(request));
            }
        }
    }
}
