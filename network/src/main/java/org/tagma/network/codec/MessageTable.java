package org.tagma.network.codec;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;

/**
 * Which type number each message and each record has, over all protocols: the place where two that want one number are
 * found, before anything is sent or written. Immutable, thread-safe.
 */
final class MessageTable {

    private static final int TYPES = 256;

    private final MessageKind<?>[] messagesByType = new MessageKind<?>[TYPES];
    private final RecordKind<?>[] recordsByType = new RecordKind<?>[TYPES];
    private final Map<Class<?>, MessageKind<?>> messages = new HashMap<>();
    private final Map<Class<?>, RecordKind<?>> records = new HashMap<>();

    /**
     * What every protocol has, and what these have.
     *
     * @throws IllegalStateException if two messages or two records have one number or one class
     */
    MessageTable(List<ProtocolDefinition> protocols) {
        List<MessageKind<?>> allMessages = new ArrayList<>(CommonMessages.BETWEEN_REPLICAS);
        List<RecordKind<?>> allRecords = new ArrayList<>(IncarnationCodec.RECORDS);
        for (ProtocolDefinition protocol : protocols) {
            allMessages.addAll(protocol.messages());
            allRecords.addAll(protocol.records());
        }
        for (MessageKind<?> kind : allMessages) {
            if (CommonMessages.isOfClients(kind.type())) {
                throw clash("message", kind.type(), kind.name(), "what clients say");
            }
            add("message", kind.type(), kind.of(), kind, messagesByType, messages);
        }
        for (RecordKind<?> kind : allRecords) {
            add("record", kind.type(), kind.of(), kind, recordsByType, records);
        }
    }

    private static <K> void add(String what, int type, Class<?> of, K kind, K[] byType, Map<Class<?>, K> byClass) {
        if (byType[type] != null) {
            throw clash(what, type, of.getName(), byType[type].toString());
        }
        if (byClass.put(of, kind) != null) {
            throw clash(what, type, of.getName(), "the same class under another number");
        }
        byType[type] = kind;
    }

    private static IllegalStateException clash(String what, int type, String one, String other) {
        return new IllegalStateException(
                "two kinds of " + what + " want to be number " + type + ": " + one + " and " + other);
    }

    /** @throws IllegalArgumentException if there is no such message, which is a bug of the caller */
    MessageKind<?> of(Message message) {
        MessageKind<?> kind = messages.get(message.getClass());
        if (kind == null) {
            throw new IllegalArgumentException("no message type for " + message.getClass());
        }
        return kind;
    }

    /** @throws IllegalArgumentException if there is no such record, which is a bug of the caller */
    RecordKind<?> of(LogRecord logRecord) {
        RecordKind<?> kind = records.get(logRecord.getClass());
        if (kind == null) {
            throw new IllegalArgumentException("no encoding for " + logRecord.getClass());
        }
        return kind;
    }

    /** The message of a number, or null if there is none. */
    MessageKind<?> messageOf(int type) {
        return type >= 0 && type < TYPES ? messagesByType[type] : null;
    }

    /** The record of a number, or null if there is none. */
    RecordKind<?> recordOf(int type) {
        return type >= 0 && type < TYPES ? recordsByType[type] : null;
    }
}
