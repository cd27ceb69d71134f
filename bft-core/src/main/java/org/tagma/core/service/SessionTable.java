package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.Session.CachedReply;

/**
 * Who has had what executed: the part of the replicated state that makes requests exactly-once. It changes only by
 * executing ordered requests and by agreed time, and is part of every checkpoint, so it is the same on all replicas at
 * a sequence number. It lies in the state's tree ({@link SessionRecords}); in memory is what decides, and the replies
 * since the last checkpoint.
 *
 * <p><b>Why nothing is ever executed twice.</b> A request is executed only if
 *
 * <ol>
 *   <li>its session is live, and its number is the next of the FIFO lane, or above the last of the unordered lane; or
 *   <li>its session was never opened, is newer than every session that its client ever opened, and its number is 1 or
 *       in the unordered lane. This opens the session.
 * </ol>
 *
 * Executing it moves its lane past its number, and lanes never move back; so while the session is live, rule 1 refuses
 * it. When the session has ended, it still is not newer than the newest session of its client, which is remembered for
 * ever and only grows; so rule 2 refuses it, then and always. A replay, by whomever and however late, gets the cached
 * reply or a refusal. Since the table is part of the checkpoint, this holds across state transfer as well. What is kept
 * for ever is two numbers a client, and clients are those of the cluster file. No rule asks whether a reply is kept, so
 * nothing of what follows can have an operation executed again.
 *
 * <p><b>Which replies go.</b> Those that their client says it has; it can only speak of numbers below that of the
 * request it says it in, which are executed when that is. Those beyond the pipeline of their session. And while what is
 * kept counts for more than a client's bytes, the oldest of that client; or for more than everybody's, the oldest of
 * the client that has most. So nobody's replies go for another's sake as long as he has no more than an equal part of
 * all bytes.
 *
 * <p><b>Which session ends.</b> When a client opens one more than it may have, or has no replies left that could go,
 * the one in which nothing was executed for the longest time; and by agreed time, every one in which nothing was
 * executed for long. Only executing counts as activity: a duplicate does not, or else a malicious primary could keep
 * old sessions alive by ordering replays, and so have the client's current one ended.
 *
 * <p>Not thread-safe.
 */
final class SessionTable {

    /** What a reply takes besides its result: objects in memory, a node of the tree. */
    static final int REPLY_OVERHEAD_BYTES = 256;

    /** What a session takes without replies. */
    static final int SESSION_OVERHEAD_BYTES = 512;

    /** Where a reply is that is not in memory: what the tree has under its key. */
    private final Function<ByteString, Optional<ByteString>> tree;

    private ServiceLimits limits;
    private final TreeMap<Integer, ClientSessions> clients = new TreeMap<>();

    /** All live sessions, the longest inactive first. */
    private final TreeMap<Long, Session> byActivity = new TreeMap<>();

    private long bytes;

    /** How many requests were executed. */
    private long executions;

    /** The agreed time. */
    private long nowMillis;

    /** Up to this execution, replies are in the tree. */
    private long written;

    /** What has changed since the tree was written. */
    private final TreeSet<Integer> changedClients = new TreeSet<>();

    private final TreeSet<SessionId> changedSessions = new TreeSet<>();
    private final Map<ByteString, Optional<ByteString>> gone = new LinkedHashMap<>();

    /** A table in which nothing was executed yet, and that is never written. */
    SessionTable(ServiceLimits limits) {
        this(limits, key -> Optional.empty(), 0, 0);
    }

    /**
     * A table.
     *
     * @param tree what the framework has in the tree, by key
     * @param executions how many there were
     */
    SessionTable(
            ServiceLimits limits, Function<ByteString, Optional<ByteString>> tree, long executions, long nowMillis) {
        this.limits = limits;
        this.tree = tree;
        this.executions = executions;
        this.written = executions;
        this.nowMillis = nowMillis;
    }

    /** What the rules say about a request. */
    sealed interface Handling {

        /** Execute it, and then tell {@link #executed}. */
        record Execute() implements Handling {}

        /** Its number is used up, or can never be used: answer so, and do not execute it. */
        record Answer(ServiceReply reply) implements Handling {}

        /** An earlier number of its session is still to come: it must be ordered again after that. */
        record Wait() implements Handling {}
    }

    ServiceLimits limits() {
        return limits;
    }

    /** From now on there are other limits. What is above them goes when something is executed next. */
    void limits(ServiceLimits agreed) {
        limits = agreed;
    }

    long executions() {
        return executions;
    }

    /** What all sessions and replies that are kept count for. */
    long bytes() {
        return bytes;
    }

    /** Judges a request, and changes nothing. */
    Handling judge(Request request) {
        ClientSessions client = clients.get(request.session().client());
        long newest = client == null ? 0 : client.newestSession;
        Session session =
                client == null ? null : client.live.get(request.session().session());
        if (session != null) {
            return judge(request, session);
        }
        if (request.session().session() <= newest) {
            return new Handling.Answer(ServiceReply.sessionExpired(newest, client == null ? 0 : client.highestEnded));
        }
        return judge(request, new Session(request.session()));
    }

    private Handling judge(Request request, Session session) {
        if (request.semantics().isFifo()) {
            if (request.number() > session.nextNumber()) {
                return new Handling.Wait();
            }
            return request.number() == session.nextNumber()
                    ? new Handling.Execute()
                    : new Handling.Answer(cached(session, request.number()));
        }
        return request.number() > session.lastUnordered()
                ? new Handling.Execute()
                : new Handling.Answer(ServiceReply.STALE);
    }

    private ServiceReply cached(Session session, long number) {
        CachedReply reply = session.replies.get(number);
        if (reply == null) {
            return ServiceReply.EVICTED;
        }
        return reply.result() != null
                ? new ServiceReply(reply.status(), reply.result())
                : SessionRecords.reply(tree.apply(SessionRecords.replyKey(session.id, number))
                        .orElseThrow(() -> new IllegalStateException("a reply that is kept is not in the tree")));
    }

    /** Time has passed: sessions that were idle for too long end. */
    void timeIs(long agreedMillis) {
        nowMillis = agreedMillis;
        while (!byActivity.isEmpty()
                && nowMillis - byActivity.firstEntry().getValue().lastMillis() > limits.sessionIdleMillis()) {
            end(byActivity.firstEntry().getValue());
        }
    }

    /** Records that a request judged {@link Handling.Execute} was executed, opening its session if need be. */
    void executed(Request request, ServiceReply reply) {
        if (!(judge(request) instanceof Handling.Execute)) {
            throw new IllegalStateException(request + " was executed although the session table forbids it");
        }
        ClientSessions client = clients.computeIfAbsent(request.session().client(), id -> new ClientSessions());
        Session session = client.live.get(request.session().session());
        if (session == null) {
            session = open(client, request.session());
        }
        executions++;
        changedSessions.add(session.id);
        active(client, session);
        if (request.semantics().isFifo()) {
            dropThrough(client, session, request.acknowledged());
            long number = session.nextNumber();
            keep(client, session, CachedReply.of(executions, reply));
            dropThrough(client, session, number - limits.sessionPipeline());
        } else {
            session.executedUnordered(request.number());
        }
        shrink(client);
    }

    private Session open(ClientSessions client, SessionId id) {
        while (client.live.size() >= limits.maxSessionsPerClient()) {
            end(client.byActivity.firstEntry().getValue());
        }
        client.newestSession = id.session();
        changedClients.add(id.client());
        Session session = new Session(id);
        add(client, session);
        return session;
    }

    private void add(ClientSessions client, Session session) {
        client.live.put(session.id.session(), session);
        count(client, SESSION_OVERHEAD_BYTES);
    }

    private void active(ClientSessions client, Session session) {
        client.byActivity.remove(session.lastOrder());
        byActivity.remove(session.lastOrder());
        session.active(executions, nowMillis);
        index(client, session);
    }

    private void index(ClientSessions client, Session session) {
        client.byActivity.put(session.lastOrder(), session);
        byActivity.put(session.lastOrder(), session);
    }

    private void keep(ClientSessions client, Session session, CachedReply reply) {
        session.executedFifo(reply);
        client.byReply.put(reply.order(), session);
        count(client, reply.bytes());
    }

    private void count(ClientSessions client, long more) {
        client.bytes += more;
        bytes += more;
    }

    /** Lets go of what there is too much of. */
    private void shrink(ClientSessions active) {
        while (active.bytes > limits.replyBytesPerClient() && dropOldest(active)) {}
        while (bytes > limits.replyBytes() && dropOldest(heaviest())) {}
    }

    /** Who has most; of several the one with the lowest id. */
    private ClientSessions heaviest() {
        return clients.values().stream()
                .max(Comparator.comparingLong((ClientSessions client) -> client.bytes))
                .orElseThrow();
    }

    /**
     * The oldest reply goes; if there is none, the longest inactive session, but for one. Returns whether something
     * did.
     */
    private boolean dropOldest(ClientSessions client) {
        if (!client.byReply.isEmpty()) {
            Session session = client.byReply.firstEntry().getValue();
            drop(client, session, session.replies.firstKey());
            return true;
        }
        if (client.live.size() > 1) {
            end(client.byActivity.firstEntry().getValue());
            return true;
        }
        return false;
    }

    private void dropThrough(ClientSessions client, Session session, long number) {
        while (!session.replies.isEmpty() && session.replies.firstKey() <= number) {
            drop(client, session, session.replies.firstKey());
        }
    }

    private void drop(ClientSessions client, Session session, long number) {
        CachedReply reply = session.replies.remove(number);
        client.byReply.remove(reply.order());
        count(client, -reply.bytes());
        if (reply.order() <= written) {
            gone.put(SessionRecords.replyKey(session.id, number), Optional.empty());
        }
    }

    private void end(Session session) {
        int id = session.id.client();
        ClientSessions client = clients.get(id);
        dropThrough(client, session, Long.MAX_VALUE);
        client.live.remove(session.id.session());
        client.byActivity.remove(session.lastOrder());
        byActivity.remove(session.lastOrder());
        count(client, -SESSION_OVERHEAD_BYTES);
        client.highestEnded = Math.max(client.highestEnded, session.id.session());
        changedClients.add(id);
        changedSessions.add(session.id);
    }

    /** Where each live session stands, in order of session ids. */
    List<SessionProgress> progress() {
        List<SessionProgress> all = new ArrayList<>();
        clients.values().forEach(client -> client.live.values().forEach(session -> all.add(session.progress())));
        return all;
    }

    /** What is to be changed in the tree, by key, for all of the table to be in it. It then has to be done. */
    Map<ByteString, Optional<ByteString>> takeChanges() {
        Map<ByteString, Optional<ByteString>> changes = new LinkedHashMap<>(gone);
        for (int id : changedClients) {
            ClientSessions client = clients.get(id);
            changes.put(
                    SessionRecords.clientKey(id),
                    Optional.of(SessionRecords.client(client.newestSession, client.highestEnded)));
        }
        for (SessionId id : changedSessions) {
            Session session = clients.get(id.client()).live.get(id.session());
            changes.put(
                    SessionRecords.sessionKey(id), Optional.ofNullable(session).map(SessionRecords::session));
            if (session != null) {
                writeReplies(session, changes);
            }
        }
        gone.clear();
        changedClients.clear();
        changedSessions.clear();
        written = executions;
        return changes;
    }

    private void writeReplies(Session session, Map<ByteString, Optional<ByteString>> changes) {
        for (Map.Entry<Long, CachedReply> entry :
                session.replies.descendingMap().entrySet()) {
            CachedReply reply = entry.getValue();
            if (reply.order() <= written) {
                return;
            }
            changes.put(SessionRecords.replyKey(session.id, entry.getKey()), Optional.of(SessionRecords.reply(reply)));
            entry.setValue(reply.inTree());
        }
    }

    // ---- as it is read back ----

    /** A client whose record was read. */
    void restoreClient(int id, long newestSession, long highestEnded) {
        ClientSessions client = new ClientSessions();
        client.newestSession = newestSession;
        client.highestEnded = highestEnded;
        clients.put(id, client);
    }

    /** A session that was read; returns false if there can be no such session. */
    boolean restoreSession(Session session) {
        ClientSessions client = clients.get(session.id.client());
        boolean possible = client != null
                && session.id.session() >= 1
                && session.id.session() <= client.newestSession
                && session.lastOrder() <= executions
                && !byActivity.containsKey(session.lastOrder());
        if (possible) {
            add(client, session);
            index(client, session);
        }
        return possible;
    }

    /** A reply that was read; returns false if there can be no such reply. */
    boolean restoreReply(SessionId id, long number, CachedReply reply) {
        ClientSessions client = clients.get(id.client());
        Session session = client == null ? null : client.live.get(id.session());
        boolean possible = session != null
                && number >= 1
                && number < session.nextNumber()
                && reply.order() <= session.lastOrder()
                && !client.byReply.containsKey(reply.order());
        if (possible) {
            session.replies.put(number, reply.inTree());
            client.byReply.put(reply.order(), session);
            count(client, reply.bytes());
        }
        return possible;
    }
}
