package org.tagma.network;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Compares the settings that two nodes must have alike: lines of {@code name=value}, as the handshake carries them. */
final class AgreedSettings {
    private static final int MAX_SHOWN_CHARACTERS = 80;

    private AgreedSettings() {}

    /** The first setting, by name, that differs, with both values; nothing differs from a text without any. */
    static Optional<String> difference(ByteString ours, ByteString theirs) {
        if (ours.isEmpty() || theirs.isEmpty() || ours.equals(theirs)) {
            return Optional.empty();
        }
        Map<String, String> here = parse(ours);
        Map<String, String> there = parse(theirs);
        TreeSet<String> names = new TreeSet<>(here.keySet());
        names.addAll(there.keySet());
        return names.stream()
                .filter(name -> !Optional.ofNullable(here.get(name)).equals(Optional.ofNullable(there.get(name))))
                .findFirst()
                .map(name -> "setting " + printable(name) + " is " + value(here, name) + " here and "
                        + value(there, name) + " there");
    }

    private static String value(Map<String, String> settings, String name) {
        return settings.containsKey(name) ? printable(settings.get(name)) : "absent";
    }

    /** What a peer sent shall not be able to paint on anybody's terminal, nor to fill a log. */
    private static String printable(String text) {
        String shown = text.length() <= MAX_SHOWN_CHARACTERS ? text : text.substring(0, MAX_SHOWN_CHARACTERS) + "...";
        return shown.replaceAll("[^\\x20-\\x7e]", "?");
    }

    private static Map<String, String> parse(ByteString text) {
        Map<String, String> settings = new TreeMap<>();
        text.toStringUtf8().lines().forEach(line -> {
            int equals = line.indexOf('=');
            settings.put(equals < 0 ? line : line.substring(0, equals), equals < 0 ? "" : line.substring(equals + 1));
        });
        return settings;
    }
}
