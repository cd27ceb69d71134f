package org.tagma.simulator.kernel;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;

/**
 * The connections between clients and replicas, of which each may be lost for a while, together with everything that is
 * on its way over it. As in production, what a client says meanwhile waits for the next connection, and what a replica
 * says to a client that it cannot reach is dropped. Not thread-safe.
 */
public final class ClientConnections {

    private final int replicas;
    /** How often each was lost, by client and replica. */
    private final int[] losses;
    /** For how many reasons it is not there now. */
    private final int[] away;

    private final List<ArrayDeque<Runnable>> waiting = new ArrayList<>();

    public ClientConnections(int clients, int replicas) {
        this.replicas = replicas;
        this.losses = new int[clients * replicas];
        this.away = new int[clients * replicas];
        for (int i = 0; i < losses.length; i++) {
            waiting.add(new ArrayDeque<>());
        }
    }

    private int index(int client, int replica) {
        return client * replicas + replica;
    }

    public boolean isUp(int client, int replica) {
        return away[index(client, replica)] == 0;
    }

    /** Which of those that these two have had one after the other it is. */
    public int current(int client, int replica) {
        return losses[index(client, replica)];
    }

    /** Whether the connection over which something was sent is still the same. */
    public boolean lasts(int connection, int client, int replica) {
        return losses[index(client, replica)] == connection;
    }

    /** Does this as soon as they are connected again. */
    public void whenUp(int client, int replica, Runnable action) {
        waiting.get(index(client, replica)).add(action);
    }

    public void lose(int client, int replica) {
        losses[index(client, replica)]++;
        away[index(client, replica)]++;
    }

    /** One reason for which a connection was lost is over; returns whether there is a connection then. */
    public boolean restore(int client, int replica) {
        return --away[index(client, replica)] == 0;
    }

    /** What waited for the connection goes over it. */
    public void flush(int client, int replica) {
        ArrayDeque<Runnable> actions = waiting.get(index(client, replica));
        while (!actions.isEmpty() && isUp(client, replica)) {
            actions.removeFirst().run();
        }
    }
}
