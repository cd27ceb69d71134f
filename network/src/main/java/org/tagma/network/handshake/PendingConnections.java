package org.tagma.network.handshake;

import java.net.Inet6Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The connections of those who have not proved that they belong to the cluster. When the room is full, who has most of
 * it gives up his oldest connection for the newest: a flood from one address pushes out itself, and one from everywhere
 * pushes out those who have had longest to say who they are. Half of the room is kept for addresses of the cluster file
 * and those from which somebody was authenticated lately.
 *
 * <p>Not thread-safe.
 */
final class PendingConnections<C> {
    /** Most addresses that are remembered, the most recent ones. */
    private static final int MAX_KNOWN_SOURCES = 1_024;

    /** Whoever has one address of IPv6 has this part of it in common with all his others. */
    private static final int IPV6_PREFIX_BYTES = 8;

    private final int capacity;
    private final Map<Object, Set<C>> connections = new LinkedHashMap<>();
    private final Map<C, Object> sources = new HashMap<>();
    private final Set<Object> pinned = new LinkedHashSet<>();
    private final Set<Object> recent = new LinkedHashSet<>();

    PendingConnections(int capacity) {
        this.capacity = capacity;
    }

    /** Takes a connection in, and says which one has to go for it. */
    Optional<C> enter(@Nullable InetAddress address, C connection) {
        Object source = source(address);
        sources.put(connection, source);
        connections.computeIfAbsent(source, any -> new LinkedHashSet<>()).add(connection);
        if (sources.size() <= capacity) {
            return Optional.empty();
        }
        C oldest = greediest().iterator().next();
        leave(oldest);
        return Optional.of(oldest);
    }

    void leave(C connection) {
        Object source = sources.remove(connection);
        if (source != null) {
            connections.computeIfPresent(
                    source, (any, those) -> those.remove(connection) && those.isEmpty() ? null : those);
        }
    }

    int size() {
        return sources.size();
    }

    /** An address of the cluster file. */
    void pin(InetAddress address) {
        pinned.add(source(address));
    }

    /** Somebody was authenticated from there. */
    void remember(@Nullable InetAddress address) {
        Object source = source(address);
        recent.remove(source);
        recent.add(source);
        if (recent.size() > MAX_KNOWN_SOURCES) {
            Iterator<Object> oldest = recent.iterator();
            oldest.next();
            oldest.remove();
        }
    }

    /** The connections of the source that has most, among those not known unless these have more than their half. */
    private Set<C> greediest() {
        Set<C> ofKnown = Set.of();
        Set<C> ofOthers = Set.of();
        int known = 0;
        for (Map.Entry<Object, Set<C>> each : connections.entrySet()) {
            Set<C> those = each.getValue();
            if (pinned.contains(each.getKey()) || recent.contains(each.getKey())) {
                known += those.size();
                ofKnown = those.size() > ofKnown.size() ? those : ofKnown;
            } else {
                ofOthers = those.size() > ofOthers.size() ? those : ofOthers;
            }
        }
        return known > capacity / 2 || ofOthers.isEmpty() ? ofKnown : ofOthers;
    }

    private static Object source(@Nullable InetAddress address) {
        if (address == null) {
            return "gone before it was looked at";
        }
        return address instanceof Inet6Address ? ByteBuffer.wrap(address.getAddress(), 0, IPV6_PREFIX_BYTES) : address;
    }
}
