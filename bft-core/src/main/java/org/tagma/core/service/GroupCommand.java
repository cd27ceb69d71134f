package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Operations that the framework executes itself, in the order of all others; the state machine never sees them. They
 * begin with a reserved prefix, and go through a session like any request: so a recorded one that is sent again changes
 * nothing.
 *
 * <p>There is one: {@code settings}, alone or with changes, {@code settings sessionPipeline=128}. It answers with the
 * agreed settings, one {@code name=value} a line.
 */
public final class GroupCommand {

    /** How every such operation begins. */
    public static final ByteString PREFIX = ByteString.copyFromUtf8("\u0000tagma-group/");

    private static final String SETTINGS = "settings";
    private static final int MAX_BYTES = 4_096;

    private GroupCommand() {}

    /** Asks for the agreed settings, or changes some of them; only an operator may do that. */
    public static ByteString settings(Map<String, Long> changes) {
        StringBuilder text = new StringBuilder(SETTINGS);
        changes.forEach(
                (name, value) -> text.append(' ').append(name).append('=').append(value));
        return PREFIX.concat(ByteString.copyFromUtf8(text.toString()));
    }

    static boolean isOne(ByteString operation) {
        return operation.startsWith(PREFIX);
    }

    /**
     * What the settings are after a command.
     *
     * @param client who gives it
     * @throws OperationRejectedException if it changes nothing, because it may not or cannot be
     */
    static AgreedSettings execute(ByteString operation, int client, AgreedSettings settings)
            throws OperationRejectedException {
        if (operation.size() > MAX_BYTES) {
            throw new OperationRejectedException("bad-command", "a command has at most " + MAX_BYTES + " bytes");
        }
        String[] words = operation.substring(PREFIX.size()).toStringUtf8().split(" ", -1);
        if (!words[0].equals(SETTINGS)) {
            throw new OperationRejectedException("bad-command", "there is no command but " + SETTINGS);
        }
        if (words.length == 1) {
            return settings;
        }
        if (!settings.operators().contains(client)) {
            throw new OperationRejectedException(
                    "not-an-operator", "client " + client + " is none of the operators " + settings.operators());
        }
        Map<String, Long> changes = new LinkedHashMap<>();
        for (int word = 1; word < words.length; word++) {
            Optional<Long> value = valueIn(words[word]);
            if (value.isEmpty()) {
                throw new OperationRejectedException("bad-command", "say name=number, not " + words[word]);
            }
            changes.put(words[word].substring(0, words[word].indexOf('=')), value.get());
        }
        try {
            return settings.with(changes);
        } catch (IllegalArgumentException e) {
            throw new OperationRejectedException("bad-setting", String.valueOf(e.getMessage()));
        }
    }

    private static Optional<Long> valueIn(String word) {
        try {
            return Optional.of(Long.parseLong(word.substring(word.indexOf('=') + 1)))
                    .filter(value -> word.indexOf('=') > 0);
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The answer to every such command. */
    static ByteString describe(AgreedSettings settings) {
        StringBuilder text = new StringBuilder();
        settings.limits()
                .byName()
                .forEach((name, value) ->
                        text.append(name).append('=').append(value).append('\n'));
        return ByteString.copyFromUtf8(text.toString());
    }

    /** Reads such an answer back. */
    public static Map<String, Long> parse(ByteString answer) {
        Map<String, Long> values = new LinkedHashMap<>();
        answer.toStringUtf8()
                .lines()
                .forEach(line ->
                        valueIn(line).ifPresent(value -> values.put(line.substring(0, line.indexOf('=')), value)));
        return values;
    }
}
