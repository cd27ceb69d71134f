package org.tagma.core.service;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings that the replicated state depends on. They are in the state: replicas that begin with different ones
 * would execute alike and end up with different states, so what a cluster file says counts for the first state only.
 *
 * <p>Immutable.
 *
 * @param first the limits that the group began with
 * @param limits the limits that it has now
 * @param operators clients whose commands may change the limits; the same for as long as the cluster lives
 */
public record AgreedSettings(ServiceLimits first, ServiceLimits limits, List<Integer> operators) {

    public AgreedSettings {
        operators = List.copyOf(operators);
    }

    /** What a group begins with. */
    public static AgreedSettings first(ServiceLimits limits, List<Integer> operators) {
        return new AgreedSettings(limits, limits, operators);
    }

    /**
     * The settings with some changed.
     *
     * @throws IllegalArgumentException if there is no such setting, or the values cannot be; the message is for people
     */
    AgreedSettings with(Map<String, Long> changes) {
        Map<String, Long> values = new LinkedHashMap<>(limits.byName());
        values.putAll(changes);
        return new AgreedSettings(first, ServiceLimits.of(values), operators);
    }

    /** What one that wants to take part must begin with as well, by name: two replicas that differ must not talk. */
    public Map<String, String> firstByName() {
        Map<String, String> all = new LinkedHashMap<>();
        first.byName().forEach((name, value) -> all.put(name, value.toString()));
        all.put("operators", operators.toString());
        return all;
    }
}
