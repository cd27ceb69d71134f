package org.tagma.replica.trace;

import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.Descriptor;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.Descriptors.FileDescriptor;
import com.google.protobuf.DynamicMessage;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.tagma.network.wire.Envelope;
import org.tagma.network.wire.MessageType;
import org.tagma.network.wire.RequestPayload;

/**
 * What a frame says, in a few words, for people. Nothing is verified: whoever acts on a frame must read it by the
 * codec. It goes by the schema alone, so it knows every message that the schema has.
 *
 * @param type the name of the message's type, such as PRE_PREPARE; UNREADABLE if it is none
 * @param text such as {@code view 0, sequence 12, c0/5}: {@code c0/5} is request 5 of client 0
 */
record FrameSummary(String type, String text) {

    private static final FileDescriptor SCHEMA = MessageType.getDescriptor().getFile();
    private static final FrameSummary UNREADABLE = new FrameSummary("UNREADABLE", "");
    private static final int MAX_LISTED = 4;
    private static final int MAX_QUOTED = 32;
    private static final int DIGEST_BYTES = 4;

    static FrameSummary of(ByteString frame) {
        try {
            Envelope envelope = Envelope.parseFrom(frame);
            if (envelope.getType() == MessageType.UNRECOGNIZED
                    || envelope.getType() == MessageType.MESSAGE_TYPE_UNSPECIFIED) {
                return UNREADABLE;
            }
            return new FrameSummary(envelope.getType().name(), text(envelope));
        } catch (InvalidProtocolBufferException e) {
            return UNREADABLE;
        }
    }

    private static String text(Envelope envelope) throws InvalidProtocolBufferException {
        Descriptor payloadType = SCHEMA.findMessageTypeByName(payloadName(envelope.getType()));
        if (payloadType == null) {
            return "";
        }
        Message payload = DynamicMessage.parseFrom(payloadType, envelope.getPayload());
        List<String> parts = new ArrayList<>();
        FieldDescriptor client = payloadType.findFieldByName("client");
        if (client != null) {
            Object number = payload.getField(payloadType.findFieldByName("number"));
            parts.add("c" + payload.getField(client) + "/" + number);
        }
        for (FieldDescriptor field : payloadType.getFields()) {
            boolean isNamed =
                    client != null && List.of("client", "session", "number").contains(field.getName());
            if (!isNamed) {
                describe(payload, field, parts);
            }
        }
        return String.join(", ", parts);
    }

    private static String payloadName(MessageType type) {
        StringBuilder name = new StringBuilder();
        for (String word : type.name().split("_")) {
            name.append(word.charAt(0)).append(word.substring(1).toLowerCase(Locale.ROOT));
        }
        return name.append("Payload").toString();
    }

    private static void describe(Message message, FieldDescriptor field, List<String> parts) {
        String name = field.getName().replace('_', ' ');
        if (field.isRepeated()) {
            list(message, field, name, parts);
            return;
        }
        Object value = message.getField(field);
        switch (field.getJavaType()) {
            case INT, LONG -> {
                if (!name.equals("time millis")) {
                    parts.add(name + " " + value);
                }
            }
            case BOOLEAN -> {
                if ((Boolean) value) {
                    parts.add(name);
                }
            }
            case BYTE_STRING -> bytes((ByteString) value, name, parts);
            case ENUM -> {
                String constant = ((EnumValueDescriptor) value).getName().toLowerCase(Locale.ROOT);
                parts.add(constant.replaceFirst("^(reply_status|request_kind|semantics)_", "")
                        .replace('_', ' '));
            }
            case MESSAGE -> part((Message) value, name, parts);
            default -> parts.add(name);
        }
    }

    /** Of a batch, its requests; of a certificate, what it certifies; of anything else, its numbers. */
    private static void part(Message value, String name, List<String> parts) {
        if (value.getAllFields().isEmpty()) {
            return;
        }
        FieldDescriptor sequence = value.getDescriptorForType().findFieldByName("sequence");
        if (sequence != null) {
            parts.add(name + " " + value.getField(sequence));
            return;
        }
        for (FieldDescriptor field : value.getDescriptorForType().getFields()) {
            describe(value, field, parts);
        }
    }

    private static void bytes(ByteString value, String name, List<String> parts) {
        if (value.isEmpty()) {
            return;
        }
        if (name.endsWith("digest")) {
            parts.add(name + " " + hex(value.substring(0, Math.min(DIGEST_BYTES, value.size()))));
        } else if (value.size() <= MAX_QUOTED && isPrintable(value)) {
            parts.add("'" + value.toStringUtf8() + "'");
        } else {
            parts.add(name + " of " + value.size() + " bytes");
        }
    }

    private static void list(Message message, FieldDescriptor field, String name, List<String> parts) {
        int count = message.getRepeatedFieldCount(field);
        if (count == 0) {
            return;
        }
        Descriptor element = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE ? field.getMessageType() : null;
        if (element != null
                && element.getFullName().equals(Envelope.getDescriptor().getFullName())) {
            envelopes(message, field, name, parts);
            return;
        }
        FieldDescriptor place = element == null ? null : element.findFieldByName("index");
        if (place == null && element != null) {
            place = element.findFieldByName("sequence");
        }
        if (place == null) {
            parts.add(count + " " + name);
            return;
        }
        Object first = ((Message) message.getRepeatedField(field, 0)).getField(place);
        Object last = ((Message) message.getRepeatedField(field, count - 1)).getField(place);
        parts.add(name + " " + first + (count == 1 ? "" : ".." + last));
    }

    private static void envelopes(Message message, FieldDescriptor field, String name, List<String> parts) {
        List<String> requests = new ArrayList<>();
        int count = message.getRepeatedFieldCount(field);
        for (int i = 0; i < Math.min(count, MAX_LISTED); i++) {
            requestIn((Message) message.getRepeatedField(field, i), requests);
        }
        if (requests.isEmpty()) {
            parts.add(count + " " + name);
        } else {
            parts.add(String.join(" ", requests) + (count > MAX_LISTED ? " +" + (count - MAX_LISTED) : ""));
        }
    }

    private static void requestIn(Message part, List<String> requests) {
        try {
            Envelope envelope = Envelope.parseFrom(part.toByteString());
            if (envelope.getType() == MessageType.REQUEST) {
                RequestPayload request = RequestPayload.parseFrom(envelope.getPayload());
                requests.add("c" + request.getClient() + "/" + request.getNumber());
            }
        } catch (InvalidProtocolBufferException e) {
            requests.add("an unreadable request");
        }
    }

    private static boolean isPrintable(ByteString bytes) {
        for (int i = 0; i < bytes.size(); i++) {
            if (bytes.byteAt(i) < ' ' || bytes.byteAt(i) > '~') {
                return false;
            }
        }
        return true;
    }

    static String hex(ByteString bytes) {
        StringBuilder hex = new StringBuilder();
        for (int i = 0; i < bytes.size(); i++) {
            hex.append(Character.forDigit(bytes.byteAt(i) >> 4 & 15, 16))
                    .append(Character.forDigit(bytes.byteAt(i) & 15, 16));
        }
        return hex.toString();
    }
}
