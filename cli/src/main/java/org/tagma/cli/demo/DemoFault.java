package org.tagma.cli.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.Protocols;

/** What can be done to the replica that leads. */
enum DemoFault {
    /** It lies. */
    EQUIVOCATE(
            Protocols.named("pbft"),
            "turns malicious",
            "it proposes different operations to different replicas at the same place in the order"),
    /** It stops talking. */
    SILENT(Protocols.named("pbft"), "turns malicious", "it does not say a word to the others any more"),
    /** It is slow on purpose. */
    SLOW(
            Protocols.named("pbft"),
            "turns malicious",
            "it sends everything so late that clients suffer, though never too late"),
    /** Its process is killed; under Raft it is started again later. */
    CRASH(null, "is killed", "its process ends at once, and what it had in memory is gone"),
    /** Its process stands still for a while, and knows nothing of that. */
    PAUSE(Protocols.named("raft"), "is paused", "its process stands still, and will not know how much time has passed"),
    /** No message between it and the other replicas arrives, for a while. */
    CUT(
            Protocols.named("raft"),
            "is cut off",
            "nothing passes between it and the other replicas, but clients reach it");

    private final ProtocolDefinition only;
    private final String happening;
    private final String words;

    DemoFault(ProtocolDefinition only, String happening, String words) {
        this.only = only;
        this.happening = happening;
        this.words = words;
    }

    /** What happens to the replica, as in "replica 0 turns malicious". */
    String happening() {
        return happening;
    }

    /** The same at length. */
    String inWords() {
        return words;
    }

    /** The name by which {@code tagma replica} can be told to do it, where it does it itself. */
    Optional<String> injection() {
        return switch (this) {
            case EQUIVOCATE, SILENT, SLOW, CUT -> Optional.of(label());
            case CRASH, PAUSE -> Optional.empty();
        };
    }

    /** Its name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isOf(ProtocolDefinition protocol) {
        return only == null || only == protocol;
    }

    /** All that there are under a protocol. */
    static List<DemoFault> of(ProtocolDefinition protocol) {
        return Arrays.stream(values()).filter(fault -> fault.isOf(protocol)).toList();
    }

    /** Their names. */
    static String names(ProtocolDefinition protocol) {
        return of(protocol).stream().map(DemoFault::label).collect(Collectors.joining(", "));
    }
}
