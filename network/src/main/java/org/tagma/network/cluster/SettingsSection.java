package org.tagma.network.cluster;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;

/** One mapping of the cluster file: typed access to its keys, each error with the place where it is. */
final class SettingsSection {
    private final String file;
    private final String name;
    private final YamlNode.Mapping mapping;

    /**
     * A section that has no other keys than those given.
     *
     * @param name what it is, for messages: "the cluster file", "timeouts", "a replica"
     */
    private SettingsSection(String file, String name, YamlNode node, List<String> keys) throws ClusterFileException {
        this.file = file;
        this.name = name;
        if (!(node instanceof YamlNode.Mapping asMapping)) {
            throw new ClusterFileException(
                    file + ":" + node.line() + ": " + name + " must consist of keys and values (key: value)");
        }
        this.mapping = asMapping;
        List<String> known = keys;
        for (String key : mapping.entries().keySet()) {
            if (!known.contains(key)) {
                throw error(key, "unknown key " + key + " in " + name + "; known are " + String.join(", ", known));
            }
        }
    }

    static SettingsSection root(String file, YamlNode node, List<String> keys) throws ClusterFileException {
        return new SettingsSection(file, "the cluster file", node, keys);
    }

    /** A protocol's section, which is optional, and so is each of its keys. */
    Settings settings(String key, List<Setting> definitions, Consumer<Settings> check) throws ClusterFileException {
        Settings standard = Settings.standard(definitions);
        if (!has(key)) {
            return build(() -> checked(standard, check));
        }
        SettingsSection section = new SettingsSection(
                file, key, value(key), definitions.stream().map(Setting::name).toList());
        Settings values = standard;
        for (Setting setting : definitions) {
            if (section.has(setting.name())) {
                Settings before = values;
                Object value = section.value(setting);
                values = section.build(() -> before.with(setting.name(), value));
            }
        }
        Settings all = values;
        return section.build(() -> checked(all, check));
    }

    private static Settings checked(Settings settings, Consumer<Settings> check) {
        check.accept(settings);
        return settings;
    }

    private Object value(Setting setting) throws ClusterFileException {
        if (setting.standard() instanceof Boolean) {
            return bool(setting.name());
        }
        return setting.standard() instanceof Integer
                ? (Object) integer(setting.name())
                : integersOr(setting.name(), List.of());
    }

    /** How many entries a list has. */
    int size(String key) throws ClusterFileException {
        return value(key) instanceof YamlNode.Sequence sequence
                ? sequence.items().size()
                : 0;
    }

    /** Builds a value; a complaint of its constructor gets the line of the key it is about. */
    <T> T build(Supplier<T> constructor) throws ClusterFileException {
        try {
            return constructor.get();
        } catch (InvalidSettingException e) {
            throw error(e.key(), e.getMessage());
        }
    }

    SettingsSection section(String key, String... keys) throws ClusterFileException {
        return new SettingsSection(file, key, value(key), Arrays.asList(keys));
    }

    List<SettingsSection> sections(String key, String itemName, String... keys) throws ClusterFileException {
        if (!(value(key) instanceof YamlNode.Sequence sequence)) {
            throw error(key, key + " must be a list, each entry beginning with a dash");
        }
        List<SettingsSection> sections = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
            sections.add(new SettingsSection(file, itemName, item, Arrays.asList(keys)));
        }
        return sections;
    }

    String text(String key) throws ClusterFileException {
        if (!(value(key) instanceof YamlNode.Scalar scalar) || scalar.text().isEmpty()) {
            throw error(key, key + " must be a single value");
        }
        return scalar.text();
    }

    int integer(String key) throws ClusterFileException {
        return parse(key, text(key));
    }

    private int parse(String key, String text) throws ClusterFileException {
        try {
            return Integer.parseInt(text);
        } catch (NumberFormatException e) {
            throw error(key, key + " must be a whole number up to 2147483647, not \"" + text + "\"");
        }
    }

    boolean has(String key) {
        return mapping.entries().containsKey(key);
    }

    int integerOr(String key, int missing) throws ClusterFileException {
        return has(key) ? integer(key) : missing;
    }

    /** A list of whole numbers, in whichever of YAML's two ways it is written. */
    List<Integer> integersOr(String key, List<Integer> missing) throws ClusterFileException {
        if (!has(key)) {
            return missing;
        }
        if (!(value(key) instanceof YamlNode.Sequence sequence)) {
            throw error(key, key + " must be a list of whole numbers, such as [0, 1, 2]");
        }
        List<Integer> numbers = new ArrayList<>();
        for (YamlNode item : sequence.items()) {
            if (!(item instanceof YamlNode.Scalar scalar)) {
                throw error(key, key + " must be a list of whole numbers, such as [0, 1, 2]");
            }
            numbers.add(parse(key, scalar.text()));
        }
        return numbers;
    }

    boolean bool(String key) throws ClusterFileException {
        return switch (text(key)) {
            case "true" -> true;
            case "false" -> false;
            default -> throw error(key, key + " must be true or false, not \"" + text(key) + "\"");
        };
    }

    <E extends Enum<E>> E choice(String key, Class<E> type) throws ClusterFileException {
        String text = text(key);
        List<String> labels = new ArrayList<>();
        for (E constant : type.getEnumConstants()) {
            String label = constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
            if (label.equals(text)) {
                return constant;
            }
            labels.add(label);
        }
        throw error(key, key + " must be " + String.join(" or ", labels) + ", not \"" + text + "\"");
    }

    ByteString hex(String key, int bytes) throws ClusterFileException {
        String text = text(key);
        if (text.length() == 2 * bytes) {
            try {
                return ByteString.copyFrom(HexFormat.of().parseHex(text));
            } catch (IllegalArgumentException e) {
                // Reported below, like a wrong length.
            }
        }
        throw error(key, key + " must be " + 2 * bytes + " hexadecimal digits, not \"" + text + "\"");
    }

    private YamlNode value(String key) throws ClusterFileException {
        YamlNode value = mapping.entries().get(key);
        if (value == null) {
            throw new ClusterFileException(
                    file + ":" + mapping.line() + ": the key " + key + " is missing in " + name + "; add it");
        }
        return value;
    }

    ClusterFileException error(String key, String problem) {
        int line = mapping.keyLines().getOrDefault(key, mapping.line());
        return new ClusterFileException(file + ":" + line + ": " + problem);
    }
}
