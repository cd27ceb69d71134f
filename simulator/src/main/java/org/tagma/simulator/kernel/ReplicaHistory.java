package org.tagma.simulator.kernel;

import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.protocol.RejectionReason;

/**
 * What a replica told its operator, in all its incarnations: what it refused and why, what it noticed, what it
 * answered. Not thread-safe.
 */
public final class ReplicaHistory {

    private final EnumMap<RejectionReason, Integer> frames = new EnumMap<>(RejectionReason.class);
    private final Map<String, Integer> messages = new HashMap<>();
    private final List<String> announcements = new ArrayList<>();
    private final List<String> evidence = new ArrayList<>();
    private final List<String> operatorAnswers = new ArrayList<>();

    /** A frame was refused before the protocol saw it. */
    public void refused(RejectionReason reason) {
        frames.merge(reason, 1, Integer::sum);
    }

    /** The protocol refused a message, for a reason that it names. */
    public void refused(String reason) {
        messages.merge(reason, 1, Integer::sum);
    }

    public void announced(String text) {
        announcements.add(text);
    }

    public void accused(int replica, String text) {
        evidence.add(replica + ": " + text);
    }

    public int timesRefused(RejectionReason reason) {
        return frames.getOrDefault(reason, 0);
    }

    public int timesRefused(String reason) {
        return messages.getOrDefault(reason, 0);
    }

    /** Oldest first, as all these lists. */
    public List<String> announcements() {
        return List.copyOf(announcements);
    }

    public List<String> evidence() {
        return List.copyOf(evidence);
    }

    /** Takes more of them. */
    public List<String> operatorAnswers() {
        return operatorAnswers;
    }
}
