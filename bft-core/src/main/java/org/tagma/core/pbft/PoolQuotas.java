package org.tagma.core.pbft;

import java.util.TreeMap;

/**
 * Who may have how many requests waiting in a {@link RequestPool}, such that it adds up over the replicas: whatever a
 * client sends to whom, what the backups hand over and time fits what the primary must take. So a full pool is no reason to
 * be taken for faulty.
 *
 * <p>There is room for what comes from clients, in all and for each; and besides, for each other replica, an equal share of
 * a quarter of that, in all and for each client, which nobody else can fill. A backup hands over no more than its share.
 */
final class PoolQuotas {

    /** What is kept for other replicas is this part of what is kept for clients. */
    private static final int RELAYED_PART = 4;

    private static final int FROM_CLIENT = -1;

    /** Requests waiting here. */
    private static final class Count {
        int fromClients;
        int handedOver;
        final int[] relayed;

        Count(int replicas) {
            relayed = new int[replicas];
        }

        boolean isEmpty() {
            int all = fromClients;
            for (int each : relayed) {
                all += each;
            }
            return all == 0;
        }
    }

    private final int replicas;
    private final int maxPending;
    private final int maxPendingPerClient;
    private final TreeMap<Integer, Count> ofClients = new TreeMap<>();
    private Count all;
    private int pending;
    /** Of these, requests that came before their turn. */
    private int early;

    PoolQuotas(PbftConfig config) {
        this.replicas = config.quorums().replicas();
        this.maxPending = config.maxPendingRequests();
        this.maxPendingPerClient = config.maxPendingPerClient();
        this.all = new Count(replicas);
    }

    int maxPending() {
        return maxPending;
    }

    int pending() {
        return pending;
    }

    private Count of(int client) {
        return ofClients.getOrDefault(client, new Count(replicas));
    }

    /** What one backup may have waiting at the primary, of all that backups may. */
    private int share(int bound) {
        return Math.max(1, bound / RELAYED_PART / (replicas - 1));
    }

    /** Whether one more request of a client may come in, from it or from a replica. */
    boolean hasRoom(int client, int relayedBy) {
        if (relayedBy == FROM_CLIENT) {
            return all.fromClients < maxPending && of(client).fromClients < maxPendingPerClient;
        }
        return all.relayed[relayedBy] < share(maxPending) && of(client).relayed[relayedBy] < share(maxPendingPerClient);
    }

    /**
     * What comes before its turn waits for it, for messages overtake each other. But such may never be executed, so they
     * get a part of the room only: clients that leave out numbers must not keep others out.
     */
    boolean hasRoomForEarly(int client) {
        return early < maxPending / 4 && of(client).fromClients < maxPendingPerClient / 2;
    }

    /** Whether this backup may hand over one more request, of whatever client. */
    boolean mayHandOver() {
        return all.handedOver < share(maxPending);
    }

    /** Whether this backup may hand over one more request of a client. */
    boolean mayHandOver(int client) {
        return mayHandOver() && of(client).handedOver < share(maxPendingPerClient);
    }

    boolean hasHandedOver() {
        return all.handedOver > 0;
    }

    void added(SessionLane.Waiting waiting) {
        pending++;
        early += waiting.early ? 1 : 0;
        count(waiting, 1);
    }

    void handedOver(SessionLane.Waiting waiting) {
        all.handedOver++;
        of(waiting.request.session().client()).handedOver++;
    }

    void removed(SessionLane.Waiting waiting) {
        int client = waiting.request.session().client();
        pending--;
        early -= waiting.early ? 1 : 0;
        if (waiting.isHandedOver()) {
            all.handedOver--;
            of(client).handedOver--;
        }
        count(waiting, -1);
        if (of(client).isEmpty()) {
            ofClients.remove(client);
        }
    }

    private void count(SessionLane.Waiting waiting, int by) {
        Count ofClient = ofClients.computeIfAbsent(waiting.request.session().client(), client -> new Count(replicas));
        if (waiting.relayedBy == FROM_CLIENT) {
            all.fromClients += by;
            ofClient.fromClients += by;
        } else {
            all.relayed[waiting.relayedBy] += by;
            ofClient.relayed[waiting.relayedBy] += by;
        }
    }

    /** Nothing is handed over any more. */
    void takeBack() {
        all.handedOver = 0;
        ofClients.values().forEach(count -> count.handedOver = 0);
    }

    void clear() {
        ofClients.clear();
        all = new Count(replicas);
        pending = 0;
        early = 0;
    }
}
