package org.tagma.replica.fault;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.function.LongPredicate;
import org.tagma.core.protocol.Protocol;
import org.tagma.protocol.ProtocolDefinition;

/**
 * How a replica is made to misbehave, for demonstrations and tests. A replica does so only if its process was started
 * with an explicit option; nothing that arrives over the network can switch it on.
 *
 * @param kind what it does
 * @param begins whether it begins, given how many requests were executed so far; asked until it first says yes, and for
 *     {@link Kind#CUT}, which ends when it says no again, for ever
 */
public record FaultInjection(Kind kind, LongPredicate begins) {

    /** Ways to misbehave. */
    public enum Kind {
        /** As primary, proposes different batches to different halves of the group at one sequence number. */
        EQUIVOCATE,
        /** Says nothing to other replicas. */
        SILENT,
        /** Sends everything late, yet before anyone's timeouts ends if the delay is chosen so. */
        SLOW,
        /** Hears no request of one client, client 0. */
        CENSOR,
        /** Says nothing to one of the other replicas. */
        DARK,
        /** Repeats what it said last, thousands of times a second. */
        FLOOD,
        /** Stops. */
        CRASH,
        /** Exchanges no message with the other replicas, until the reason to begin has gone. */
        CUT;

        /**
         * The kind with this name, in any case.
         *
         * @throws IllegalArgumentException if there is none; the message lists those there are
         */
        public static Kind named(String name) {
            for (Kind kind : values()) {
                if (kind.name().equalsIgnoreCase(name)) {
                    return kind;
                }
            }
            throw new IllegalArgumentException("no fault is called '" + name
                    + "'; there are equivocate, silent, slow, censor, dark, flood, crash and cut");
        }

        @Override
        public String toString() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Misbehaves from the moment a file exists; {@link Kind#CUT} as long as it does. */
    public static FaultInjection afterFile(Kind kind, Path file) {
        return new FaultInjection(kind, executed -> Files.exists(file));
    }

    /** Misbehaves once so many requests were executed here. */
    public static FaultInjection afterOperations(Kind kind, long operations) {
        return new FaultInjection(kind, executed -> executed >= operations);
    }

    /**
     * The protocol with this fault at its boundary.
     *
     * @param definition knows what a proposal is, and how to contradict it
     * @param self the replica's id
     * @param replicas n
     * @param delayMillis how late a slow replica is
     */
    public Protocol around(Protocol protocol, ProtocolDefinition definition, int self, int replicas, long delayMillis) {
        return new FaultyProtocol(protocol, definition, this, self, replicas, delayMillis);
    }
}
