package org.tagma.protocol;

import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The values of a protocol's settings, by name and in the order of the definition.
 *
 * <p>Immutable. Values are of the right types and in their ranges; what contradicts each other the definition finds.
 */
public final class Settings {

    private final List<Setting> definitions;
    private final Map<String, Object> values;

    private Settings(List<Setting> definitions, Map<String, Object> values) {
        this.definitions = List.copyOf(definitions);
        this.values = Collections.unmodifiableMap(values);
    }

    /** All with their standard values. */
    public static Settings standard(List<Setting> definitions) {
        Map<String, Object> values = new LinkedHashMap<>();
        definitions.forEach(each -> values.put(each.name(), each.standard()));
        return new Settings(definitions, values);
    }

    /**
     * The same with another value.
     *
     * @throws InvalidSettingException if it is out of range
     * @throws IllegalArgumentException if there is no such setting, or its values are of another type
     */
    public Settings with(String name, Object value) {
        Setting setting = definitions.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no setting is called " + name));
        Map<String, Object> changed = new LinkedHashMap<>(values);
        changed.put(name, checked(setting, value));
        return new Settings(definitions, changed);
    }

    private static Object checked(Setting setting, Object value) {
        if (setting.standard() instanceof List && value instanceof List<?> list) {
            if (new HashSet<>(list).size() < list.size()) {
                throw new InvalidSettingException(setting.name(), "must be different replicas");
            }
            return List.copyOf(list);
        }
        if (setting.standard() instanceof Integer && value instanceof Integer number) {
            InvalidSettingException.checkRange(setting.name(), number, setting.least(), setting.most());
            return number;
        }
        if (setting.standard() instanceof Boolean && value instanceof Boolean) {
            return value;
        }
        throw new IllegalArgumentException(setting.name() + " cannot be " + value);
    }

    /** What is known of each. */
    public List<Setting> definitions() {
        return definitions;
    }

    /** The value of a setting, whatever its type. */
    public Object get(String name) {
        Object value = values.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no setting is called " + name);
        }
        return value;
    }

    /** A whole number. */
    public int integer(String name) {
        return (Integer) get(name);
    }

    /** Yes or no. */
    public boolean bool(String name) {
        return (Boolean) get(name);
    }

    /** Some of the replicas. */
    public List<Integer> replicas(String name) {
        return ((List<?>) get(name)).stream().map(Integer.class::cast).toList();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Settings settings && values.equals(settings.values);
    }

    @Override
    public int hashCode() {
        return values.hashCode();
    }

    @Override
    public String toString() {
        return values.toString();
    }
}
