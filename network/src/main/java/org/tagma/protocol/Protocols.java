package org.tagma.protocol;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** The protocols on the class path. Loaded once, at the first use; thread-safe. */
public final class Protocols {

    private static final List<ProtocolDefinition> ALL = load();

    private Protocols() {}

    private static List<ProtocolDefinition> load() {
        List<ProtocolDefinition> found = new ArrayList<>();
        ServiceLoader.load(ProtocolDefinition.class, Protocols.class.getClassLoader())
                .forEach(found::add);
        found.sort(Comparator.comparing(ProtocolDefinition::name));
        for (int i = 1; i < found.size(); i++) {
            if (found.get(i).name().equals(found.get(i - 1).name())) {
                throw new IllegalStateException(
                        "two protocols are called " + found.get(i).name());
            }
        }
        return List.copyOf(found);
    }

    /** All of them, by name. */
    public static List<ProtocolDefinition> all() {
        return ALL;
    }

    /** The one of this name, if there is one. */
    public static Optional<ProtocolDefinition> find(String name) {
        return ALL.stream().filter(each -> each.name().equals(name)).findFirst();
    }

    /**
     * The one of this name.
     *
     * @throws IllegalArgumentException if there is none, with the names of those that there are
     */
    public static ProtocolDefinition named(String name) {
        return find(name)
                .orElseThrow(() -> new IllegalArgumentException(
                        "no protocol is called " + name + "; on the class path are " + names()));
    }

    /** The one that a cluster runs unless somebody asks for another: the first that tolerates malicious replicas. */
    public static ProtocolDefinition standard() {
        return ALL.stream()
                .filter(each -> each.faultModel() == FaultModel.BYZANTINE)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("there is no protocol on the class path"));
    }

    /** The names of all, for people. */
    public static String names() {
        return ALL.stream().map(ProtocolDefinition::name).collect(Collectors.joining(" or "));
    }
}
