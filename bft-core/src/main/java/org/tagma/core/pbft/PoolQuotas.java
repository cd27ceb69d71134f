package org.tagma.core.pbft;

import java.util.TreeMap;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Request;

/**
 * Who may have how many requests waiting in a {@link RequestPool}, in number and in bytes, such that it adds up
 * over the replicas: whatever a client sends to whom, what the backups hand over and time fits what the primary
 * must take. So a full pool is no reason to be taken for faulty.
 *
 * <p>There is room for what comes from clients, in all and for each; and besides, for each other replica, an
 * equal share of a quarter of that, in all and for each client, which nobody else can fill. A backup hands over
 * no more than its share. Of whom nothing waits, one request may, however large: then what a backup handed over
 * and the primary has is that one, too.
 *
 * <p>It adds up in time, too. The primary gets to what is relayed in its turn, beside all clients; so of one client few
 * requests are on that way at once, and the next follow as those are executed. Else who asks each replica for something
 * else could have more relayed than the primary can look at within what is expected of it.
 */
final class PoolQuotas {

    /** What is kept for other replicas is this part of what is kept for clients. */
    private static final int RELAYED_PART = 4;

    /** The same of one client, in number of requests: each costs a signature to check. */
    private static final int RELAYED_PART_OF_ONE_CLIENT = 64;

    private static final int FROM_CLIENT = -1;

    /** Some requests. */
    private static final class Amount {
        int requests;
        long bytes;

        void add(Request request) {
            requests++;
            bytes += request.size();
        }

        void remove(Request request) {
            requests--;
            bytes -= request.size();
        }
    }

    /** How much there may be. */
    private record Bound(int requests, long bytes) {
        boolean hasRoom(Amount present, Request another) {
            return present.requests == 0 || fits(present, another);
        }

        boolean fits(Amount present, Request another) {
            return present.requests < requests && present.bytes + another.size() <= bytes;
        }

        Bound part(int parts) {
            return part(parts, parts);
        }

        Bound part(int partsOfRequests, int partsOfBytes) {
            return new Bound(Math.max(1, requests / partsOfRequests), bytes / partsOfBytes);
        }
    }

    /** Requests waiting here. */
    private static final class Count {
        final Amount fromClients = new Amount();
        Amount handedOver = new Amount();
        final Amount[] relayed;

        Count(int replicas) {
            relayed = new Amount[replicas];
            for (int replica = 0; replica < replicas; replica++) {
                relayed[replica] = new Amount();
            }
        }

        Amount of(int relayedBy) {
            return relayedBy == FROM_CLIENT ? fromClients : relayed[relayedBy];
        }

        boolean isEmpty() {
            int all = fromClients.requests;
            for (Amount each : relayed) {
                all += each.requests;
            }
            return all == 0;
        }
    }

    private final int replicas;
    private final Bound inAll;
    private final Bound ofOneClient;
    private final Bound relayedInAll;
    private final Bound relayedOfOneClient;
    private final TreeMap<Integer, Count> ofClients = new TreeMap<>();
    private Count all;
    private Amount pending = new Amount();
    /** Of these, requests that came before their turn. */
    private Amount early = new Amount();

    PoolQuotas(PbftConfig config) {
        this.replicas = config.quorums().replicas();
        MemoryBounds memory = config.memory();
        this.inAll = new Bound(config.maxPendingRequests(), memory.pendingBytes());
        this.ofOneClient = new Bound(config.maxPendingPerClient(), memory.pendingBytesPerClient());
        int others = Math.max(1, replicas - 1);
        this.relayedInAll = inAll.part(RELAYED_PART * others);
        this.relayedOfOneClient = ofOneClient.part(RELAYED_PART_OF_ONE_CLIENT * others, RELAYED_PART * others);
        this.all = new Count(replicas);
    }

    /** How much may wait, where no request has more bytes than this. */
    static long maxBytes(MemoryBounds memory, int replicas, long largestRequest) {
        long share = memory.pendingBytes() / RELAYED_PART / Math.max(1, replicas - 1);
        return memory.pendingBytes() + (replicas - 1) * Math.max(share, largestRequest);
    }

    int maxPending() {
        return inAll.requests();
    }

    int pending() {
        return pending.requests;
    }

    long bytes() {
        return pending.bytes;
    }

    private Count of(int client) {
        return ofClients.getOrDefault(client, new Count(replicas));
    }

    private static int client(Request request) {
        return request.session().client();
    }

    /** Whether one more request may come in, from its client or from a replica. */
    boolean hasRoom(Request request, int relayedBy) {
        boolean relayed = relayedBy != FROM_CLIENT;
        return (relayed ? relayedInAll : inAll).hasRoom(all.of(relayedBy), request)
                && (relayed ? relayedOfOneClient : ofOneClient)
                        .hasRoom(of(client(request)).of(relayedBy), request);
    }

    /**
     * What comes before its turn waits for it, for messages overtake each other. But such may never be executed,
     * so they get a part of the room only: clients that leave out numbers must not keep others out.
     */
    boolean hasRoomForEarly(Request request) {
        return inAll.part(4).fits(early, request) && ofOneClient.part(2).fits(of(client(request)).fromClients, request);
    }

    /** Whether this backup may hand over one more request, of whatever client. */
    boolean mayHandOver() {
        return all.handedOver.requests < relayedInAll.requests();
    }

    /** Whether this backup may hand over this request as well. */
    boolean mayHandOver(Request request) {
        return relayedInAll.hasRoom(all.handedOver, request)
                && relayedOfOneClient.hasRoom(of(client(request)).handedOver, request);
    }

    boolean hasHandedOver() {
        return all.handedOver.requests > 0;
    }

    void added(SessionLane.Waiting waiting) {
        pending.add(waiting.request);
        if (waiting.early) {
            early.add(waiting.request);
        }
        all.of(waiting.relayedBy).add(waiting.request);
        ofClients
                .computeIfAbsent(client(waiting.request), client -> new Count(replicas))
                .of(waiting.relayedBy)
                .add(waiting.request);
    }

    void handedOver(SessionLane.Waiting waiting) {
        all.handedOver.add(waiting.request);
        of(client(waiting.request)).handedOver.add(waiting.request);
    }

    void removed(SessionLane.Waiting waiting) {
        int client = client(waiting.request);
        Count ofClient = of(client);
        pending.remove(waiting.request);
        if (waiting.early) {
            early.remove(waiting.request);
        }
        if (waiting.isHandedOver()) {
            all.handedOver.remove(waiting.request);
            ofClient.handedOver.remove(waiting.request);
        }
        all.of(waiting.relayedBy).remove(waiting.request);
        ofClient.of(waiting.relayedBy).remove(waiting.request);
        if (ofClient.isEmpty()) {
            ofClients.remove(client);
        }
    }

    /** Nothing is handed over any more. */
    void takeBack() {
        all.handedOver = new Amount();
        ofClients.values().forEach(count -> count.handedOver = new Amount());
    }

    void clear() {
        ofClients.clear();
        all = new Count(replicas);
        pending = new Amount();
        early = new Amount();
    }
}
