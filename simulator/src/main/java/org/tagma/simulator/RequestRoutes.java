package org.tagma.simulator;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import org.tagma.network.wire.SemanticsCode;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.Property;

/**
 * Holds a correct client to whom it sends a request: first to one replica that it reaches, or to all; under PBFT again to all, and
 * what it never repeats to all at once, for one that is malicious could make either vanish. Of what may be executed more than once
 * it cannot tell the first attempt from a repetition in the next session. Not thread-safe.
 */
final class RequestRoutes {

    /** Tells whom a client has a connection to. */
    @FunctionalInterface
    interface Connections {
        boolean reach(long session, int replica);
    }

    private record Route(long session, long number, SemanticsCode semantics, boolean isFirst, BitSet receivers) {
        boolean isOf(long otherSession, long otherNumber, SemanticsCode otherSemantics) {
            return session == otherSession && number == otherNumber && semantics == otherSemantics;
        }
    }

    private final int client;
    private final boolean isPbft;
    private final int replicas;
    private final Connections connections;
    private final Findings findings;
    /** What was sent since the client last came to rest; seldom more than one. */
    private final List<Route> routes = new ArrayList<>();

    RequestRoutes(int client, boolean isPbft, int replicas, Connections connections, Findings findings) {
        this.client = client;
        this.isPbft = isPbft;
        this.replicas = replicas;
        this.connections = connections;
        this.findings = findings;
    }

    /** A request leaves for a replica; {@code isFirst} if its operation was not sent before the client last came to rest. */
    void sends(long session, long number, SemanticsCode semantics, boolean isFirst, int replica) {
        for (Route route : routes) {
            if (route.isOf(session, number, semantics)) {
                route.receivers().set(replica);
                return;
            }
        }
        Route route = new Route(session, number, semantics, isFirst, new BitSet());
        route.receivers().set(replica);
        routes.add(route);
    }

    /** The client has done what it does at this moment. */
    void rests() {
        if (!routes.isEmpty()) {
            routes.forEach(this::check);
            routes.clear();
        }
    }

    private void check(Route route) {
        int receivers = route.receivers().cardinality();
        boolean once = route.semantics() == SemanticsCode.SEMANTICS_AT_MOST_ONCE;
        if (isPbft && (once || !route.isFirst()) && receivers < replicas) {
            report(route, once ? ", which it never repeats, to some only" : " again to some only");
        } else if (route.isFirst()
                && route.semantics() != SemanticsCode.SEMANTICS_AT_LEAST_ONCE
                && receivers == 1
                && replicas > 1
                && !connections.reach(route.session(), route.receivers().nextSetBit(0))) {
            report(route, " only to one that it does not reach");
        } else if (isPbft
                && route.isFirst()
                && route.semantics() == SemanticsCode.SEMANTICS_EXACTLY_ONCE
                && receivers > 1
                && (receivers < replicas || reachesAll(route))) {
            report(route, " to several at once, though it reaches the primary");
        }
    }

    private boolean reachesAll(Route route) {
        for (int replica = 0; replica < replicas; replica++) {
            if (!connections.reach(route.session(), replica)) {
                return false;
            }
        }
        return true;
    }

    private void report(Route route, String how) {
        findings.report(
                Property.DOES_WHAT_IT_MUST,
                "client " + client + " sends number " + route.number() + " of session " + route.session() + how + ": "
                        + route.receivers());
    }
}
