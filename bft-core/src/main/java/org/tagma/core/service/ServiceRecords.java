package org.tagma.core.service;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.StateEntry;

/**
 * What the framework has in the state's tree beside the {@link SessionRecords}: the head, which says what the rest is,
 * and the agreed settings, an entry each.
 */
final class ServiceRecords {

    private static final int VERSION = 2;

    private static final ByteString HEAD = ByteString.copyFromUtf8("a");
    private static final ByteString OPERATORS = ByteString.copyFromUtf8("o");
    private static final ByteString FIRST_SETTING = ByteString.copyFromUtf8("g");
    private static final ByteString SETTING = ByteString.copyFromUtf8("s");

    private ServiceRecords() {}

    /**
     * The head of a state.
     *
     * @param opaque whether the user's state is outside of the tree
     * @param executions how many requests were executed
     */
    record Head(long sequence, boolean opaque, long agreedTimeMillis, long executions) {}

    /** A state, or why the tree is not one. */
    sealed interface Decoded {

        record Accepted(Head head, AgreedSettings settings) implements Decoded {}

        record Rejected(SnapshotRejection reason) implements Decoded {}
    }

    static void writeTo(Map<ByteString, Optional<ByteString>> changes, Head head) {
        changes.put(HEAD, Optional.of(SessionRecords.encode(out -> {
            out.writeUInt32NoTag(VERSION);
            out.writeUInt64NoTag(head.sequence());
            out.writeBoolNoTag(head.opaque());
            out.writeUInt64NoTag(head.agreedTimeMillis());
            out.writeUInt64NoTag(head.executions());
        })));
    }

    static void writeTo(Map<ByteString, Optional<ByteString>> changes, AgreedSettings settings) {
        write(changes, FIRST_SETTING, settings.first());
        write(changes, SETTING, settings.limits());
        changes.put(OPERATORS, Optional.of(SessionRecords.encode(out -> {
            for (int operator : settings.operators()) {
                out.writeUInt32NoTag(operator);
            }
        })));
    }

    private static void write(Map<ByteString, Optional<ByteString>> changes, ByteString prefix, ServiceLimits limits) {
        limits.byName()
                .forEach((name, value) -> changes.put(
                        prefix.concat(ByteString.copyFromUtf8(name)),
                        Optional.of(SessionRecords.encode(out -> out.writeUInt64NoTag(value)))));
    }

    static Decoded read(MerkleTree tree, long expectedSequence, boolean opaque) {
        Optional<ByteString> bytes = FrameworkState.get(tree, HEAD);
        if (bytes.isEmpty()) {
            return new Decoded.Rejected(SnapshotRejection.MALFORMED);
        }
        try {
            CodedInputStream in = bytes.get().newCodedInput();
            if (in.readUInt32() != VERSION) {
                return new Decoded.Rejected(SnapshotRejection.UNKNOWN_VERSION);
            }
            Head head = new Head(in.readUInt64(), in.readBool(), in.readUInt64(), in.readUInt64());
            if (head.sequence() != expectedSequence) {
                return new Decoded.Rejected(SnapshotRejection.WRONG_SEQUENCE);
            }
            if (head.opaque() != opaque) {
                return new Decoded.Rejected(SnapshotRejection.OTHER_KIND);
            }
            AgreedSettings settings =
                    new AgreedSettings(limits(tree, FIRST_SETTING), limits(tree, SETTING), operators(tree));
            return new Decoded.Accepted(head, settings);
        } catch (IOException | IllegalArgumentException e) {
            return new Decoded.Rejected(SnapshotRejection.MALFORMED);
        }
    }

    private static ServiceLimits limits(MerkleTree tree, ByteString prefix) throws IOException {
        Map<String, Long> values = new LinkedHashMap<>();
        for (StateEntry entry : FrameworkState.withPrefix(tree, prefix)) {
            values.put(
                    entry.key().substring(prefix.size()).toStringUtf8(),
                    entry.value().newCodedInput().readUInt64());
        }
        return ServiceLimits.of(values);
    }

    private static List<Integer> operators(MerkleTree tree) throws IOException {
        ByteString bytes = FrameworkState.get(tree, OPERATORS)
                .orElseThrow(() -> new InvalidProtocolBufferException("no operators"));
        CodedInputStream in = bytes.newCodedInput();
        List<Integer> operators = new ArrayList<>();
        while (!in.isAtEnd()) {
            operators.add(in.readUInt32());
        }
        return operators;
    }
}
