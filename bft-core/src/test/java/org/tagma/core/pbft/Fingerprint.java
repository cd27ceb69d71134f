package org.tagma.core.pbft;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.IdentityHashMap;
import java.util.Map;

/** Everything that an object of ours refers to, however deep: how much it is, and a hash of what it says. */
final class Fingerprint {

    private final Map<Object, Boolean> visited = new IdentityHashMap<>();
    private long hash = 1;

    private Fingerprint() {}

    /** How many objects it consists of: a measure of the memory that it holds. */
    static int size(Object root) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.visit(root);
        return fingerprint.visited.size();
    }

    /** A hash of all its fields, those included that its own idea of its state leaves out. */
    static long hash(Object root) {
        Fingerprint fingerprint = new Fingerprint();
        fingerprint.visit(root);
        return fingerprint.hash;
    }

    private void visit(Object value) {
        if (value == null) {
            mix(0);
        } else if (value instanceof Enum<?> constant) {
            mix(constant.name().hashCode());
        } else if (visited.put(value, true) == null || isValue(value)) {
            visitNew(value);
        }
    }

    private static boolean isValue(Object value) {
        return value instanceof Number || value instanceof Boolean || value instanceof String;
    }

    private void visitNew(Object value) {
        if (value instanceof Map<?, ?> map) {
            map.forEach((key, mapped) -> {
                visit(key);
                visit(mapped);
            });
            mix(map.size());
        } else if (value instanceof Collection<?> collection) {
            collection.forEach(this::visit);
            mix(collection.size());
        } else if (value.getClass().isArray()) {
            for (int i = 0; i < Array.getLength(value); i++) {
                visit(Array.get(value, i));
            }
        } else if (value instanceof AdaptiveTimeouts || value instanceof Presence) {
            // Late messages are meant to change timeouts although they are refused, and any message is a sign of life.
            mix(1);
        } else if (value.getClass().getName().startsWith("org.tagma.")) {
            visitFields(value);
        } else {
            mix(value.hashCode());
        }
    }

    private void visitFields(Object value) {
        for (Field field : value.getClass().getDeclaredFields()) {
            if (!Modifier.isStatic(field.getModifiers())) {
                try {
                    field.setAccessible(true);
                    visit(field.get(value));
                } catch (IllegalAccessException e) {
                    throw new IllegalStateException(e);
                }
            }
        }
    }

    private void mix(long value) {
        hash = 31 * hash + value;
    }
}
