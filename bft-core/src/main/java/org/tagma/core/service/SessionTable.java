package org.tagma.core.service;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;

/**
 * Who has had what executed: the part of the replicated state that makes requests exactly-once. It changes only by
 * executing ordered requests and is part of every checkpoint, so it is the same on all replicas at a sequence number.
 *
 * <p><b>Why nothing is ever executed twice.</b> A request is executed only if
 *
 * <ol>
 *   <li>its session is live, and its number is the next of the FIFO lane, or above the last of the unordered lane; or
 *   <li>its session was never opened, is newer than every session that its client ever opened, and its number is 1 or in
 *       the unordered lane. This opens the session.
 * </ol>
 *
 * Executing it moves its lane past its number, and lanes never move back; so while the session is live, rule 1 refuses
 * it. When the session is evicted, it still is not newer than the newest session of its client, which is remembered for
 * ever and only grows; so rule 2 refuses it, then and always. A replay, by whomever and however late, gets the cached
 * reply or a refusal. Since the table is part of the checkpoint, this holds across state transfer as well. What is kept
 * for ever is one number a client, and clients are those of the cluster file.
 *
 * <p><b>Which session is evicted.</b> When a client opens one more than it may have, the one that executed nothing for
 * the longest time goes. Only executing counts as activity: a duplicate does not, or else a malicious primary could
 * keep old sessions alive by ordering replays, and so have the client's current one evicted.
 *
 * <p>Not thread-safe.
 */
final class SessionTable {

    private final ServiceLimits limits;
    private final Map<Integer, Client> clients = new TreeMap<>();

    SessionTable(ServiceLimits limits) {
        this.limits = limits;
    }

    /** What the rules say about a request. */
    sealed interface Verdict {

        /** Execute it, and then tell {@link #executed}. */
        record Execute() implements Verdict {}

        /** Its number is used up, or can never be used: answer so, and do not execute it. */
        record Answer(ServiceReply reply) implements Verdict {}

        /** An earlier number of its session is still to come: it must be ordered again after that. */
        record Wait() implements Verdict {}
    }

    /** Judges a request, and changes nothing. */
    Verdict judge(Request request) {
        Client client = clients.get(request.session().client());
        long newest = client == null ? 0 : client.newestSession;
        Session session =
                client == null ? null : client.live.get(request.session().session());
        if (session != null) {
            return judge(request, session);
        }
        if (request.session().session() <= newest) {
            return new Verdict.Answer(ServiceReply.sessionExpired(newest, client == null ? 0 : client.highestEvicted));
        }
        return judge(request, new Session(limits.sessionPipeline()));
    }

    private static Verdict judge(Request request, Session session) {
        if (request.semantics().isFifo()) {
            if (request.number() > session.nextNumber()) {
                return new Verdict.Wait();
            }
            return request.number() == session.nextNumber()
                    ? new Verdict.Execute()
                    : new Verdict.Answer(session.cached(request.number()));
        }
        return request.number() > session.lastUnordered()
                ? new Verdict.Execute()
                : new Verdict.Answer(ServiceReply.STALE);
    }

    /** Records that a request judged {@link Verdict.Execute} was executed, opening its session if need be. */
    void executed(Request request, ServiceReply reply) {
        if (!(judge(request) instanceof Verdict.Execute)) {
            throw new IllegalStateException(request + " was executed although the session table forbids it");
        }
        Session session = clients.computeIfAbsent(request.session().client(), id -> new Client())
                .activate(request.session().session(), limits);
        if (request.semantics().isFifo()) {
            session.executedFifo(reply);
        } else {
            session.executedUnordered(request.number());
        }
    }

    /** Where each live session stands, in order of session ids. */
    List<SessionProgress> progress() {
        List<SessionProgress> all = new ArrayList<>();
        clients.forEach((id, client) -> new TreeMap<>(client.live)
                .forEach((number, session) -> all.add(new SessionProgress(
                        new SessionId(id, number), session.nextNumber(), session.lastUnordered()))));
        return all;
    }

    /** Writes the canonical encoding: clients by id, the sessions of each from the longest inactive on. */
    void writeTo(CodedOutputStream out) throws IOException {
        out.writeUInt32NoTag(clients.size());
        for (Map.Entry<Integer, Client> client : clients.entrySet()) {
            out.writeUInt32NoTag(client.getKey());
            client.getValue().writeTo(out);
        }
    }

    /**
     * Reads what {@link #writeTo} wrote.
     *
     * @throws IOException if the bytes are not such an encoding
     */
    static SessionTable readFrom(CodedInputStream in, ServiceLimits limits) throws IOException {
        SessionTable table = new SessionTable(limits);
        int count = in.readUInt32();
        int previous = -1;
        for (int i = 0; i < count; i++) {
            int id = in.readUInt32();
            if (id <= previous) {
                throw new InvalidProtocolBufferException("clients out of order");
            }
            table.clients.put(id, Client.readFrom(in, limits));
            previous = id;
        }
        if (count != table.clients.size()) {
            throw new InvalidProtocolBufferException("a negative number of clients");
        }
        return table;
    }

    private static final class Client {

        /** Newest session ever opened; kept for ever. */
        private long newestSession;

        /** Highest session ever evicted; a session that is not live and lies above it was never opened. */
        private long highestEvicted;

        /** Live sessions, the longest inactive first: a session is taken out and put back whenever it is active. */
        private final Map<Long, Session> live = new LinkedHashMap<>();

        Session activate(long number, ServiceLimits limits) {
            Session session = live.remove(number);
            if (session == null) {
                session = new Session(limits.sessionPipeline());
                newestSession = number;
                if (live.size() == limits.maxSessionsPerClient()) {
                    long longestInactive = live.keySet().iterator().next();
                    live.remove(longestInactive);
                    highestEvicted = Math.max(highestEvicted, longestInactive);
                }
            }
            live.put(number, session);
            return session;
        }

        void writeTo(CodedOutputStream out) throws IOException {
            out.writeUInt64NoTag(newestSession);
            out.writeUInt64NoTag(highestEvicted);
            out.writeUInt32NoTag(live.size());
            for (Map.Entry<Long, Session> session : live.entrySet()) {
                out.writeUInt64NoTag(session.getKey());
                session.getValue().writeTo(out);
            }
        }

        static Client readFrom(CodedInputStream in, ServiceLimits limits) throws IOException {
            Client client = new Client();
            client.newestSession = in.readUInt64();
            client.highestEvicted = in.readUInt64();
            if (client.highestEvicted < 0 || client.highestEvicted > client.newestSession) {
                throw new InvalidProtocolBufferException("an evicted session that cannot be");
            }
            int count = in.readUInt32();
            if (count < 1 || count > limits.maxSessionsPerClient()) {
                throw new InvalidProtocolBufferException("a client with " + count + " live sessions");
            }
            for (int i = 0; i < count; i++) {
                long number = in.readUInt64();
                Session session = Session.readFrom(in, limits.sessionPipeline());
                if (number < 1 || number > client.newestSession || client.live.put(number, session) != null) {
                    throw new InvalidProtocolBufferException("a session that cannot be");
                }
            }
            return client;
        }
    }
}
