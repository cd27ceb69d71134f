package org.tagma.cli.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.ProtocolDefinition;

/** What can be done to the replica that leads. */
enum DemoFault {
    /** It lies. */
    EQUIVOCATE(
            FaultModel.BYZANTINE,
            "turns malicious",
            "it proposes different operations to different replicas at the same place in the order"),
    /** It stops talking. */
    SILENT(FaultModel.BYZANTINE, "turns malicious", "it does not say a word to the others any more"),
    /** It is slow on purpose. */
    SLOW(
            FaultModel.BYZANTINE,
            "turns malicious",
            "it sends everything so late that clients suffer, though never too late"),
    /** It leaves one client out. */
    CENSOR(
            FaultModel.BYZANTINE,
            "turns malicious",
            "it hears nothing of what client 0 asks for; the others are served"),
    /** It leaves one replica out. */
    DARK(FaultModel.BYZANTINE, "turns malicious", "it does not say a word to one of the others, and all to the rest"),
    /** It says too much. */
    FLOOD(FaultModel.BYZANTINE, "turns malicious", "it says to all what they have heard, 2,000 times a second"),
    /** Its process is killed; where replicas may come back it is started again later. */
    CRASH(null, "is killed", "its process ends at once, and what it had in memory is gone"),
    /** Its process stands still for a while, and knows nothing of that. */
    PAUSE(FaultModel.CRASH, "is paused", "its process stands still, and will not know how much time has passed"),
    /** No message between it and the other replicas arrives, for a while. */
    CUT(FaultModel.CRASH, "is cut off", "nothing passes between it and the other replicas, but clients reach it");

    private final FaultModel only;
    private final String happening;
    private final String words;

    DemoFault(FaultModel only, String happening, String words) {
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
            case EQUIVOCATE, SILENT, SLOW, CENSOR, DARK, FLOOD, CUT -> Optional.of(label());
            case CRASH, PAUSE -> Optional.empty();
        };
    }

    /** Whether the group has to replace the one that does it: else what it does costs nobody else much. */
    boolean mustBeReplaced() {
        return this != DARK && this != FLOOD;
    }

    /** Its name on the command line. */
    String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    boolean isOf(ProtocolDefinition protocol) {
        boolean timely = this == PAUSE || this == CUT;
        return (only == null || only == protocol.faultModel())
                && !(timely && protocol.assumptions().synchrony());
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
