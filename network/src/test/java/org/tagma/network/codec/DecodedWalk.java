package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.util.Arrays;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Request;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.CodecLimits;

/** Goes through everything in a decoded message or record and asserts what decoding promises of it. */
final class DecodedWalk {

    private static final ClassValue<List<Method>> ACCESSORS = new ClassValue<>() {
        @Override
        protected List<Method> computeValue(Class<?> type) {
            return Arrays.stream(type.getRecordComponents())
                    .map(RecordComponent::getAccessor)
                    .toList();
        }
    };

    private final boolean authentic;

    private DecodedWalk(boolean authentic) {
        this.authentic = authentic;
    }

    /** Every number is in its range. */
    static void assertInRange(Object decoded) {
        new DecodedWalk(false).visit(decoded);
    }

    /** Every number is in its range, and everything that claims to be authenticated is. */
    static void assertInRangeAndAuthentic(Object decoded) {
        new DecodedWalk(true).visit(decoded);
    }

    // Plain comparisons and not assertThat: the walk is done for every mutation of every byte.
    private void visit(Object value) {
        if (value instanceof Long number) {
            check(number >= 0 && number <= CodecLimits.MAX_COUNTER, "a counter out of range", number);
        } else if (value instanceof Integer number) {
            // -1 stands for nobody.
            check(number >= -1 && number < CodecLimits.MAX_NODES, "an id or index out of range", number);
        } else if (value instanceof List<?> list) {
            check(list.size() <= Samples.MAX_PRE_PREPARED_ENTRIES, "too long a list", list.size());
            list.forEach(this::visit);
        } else if (value instanceof Record composite) {
            visitParts(composite);
        } else {
            boolean harmless = value instanceof Boolean
                    || value instanceof Enum
                    || value instanceof ByteString
                    || value instanceof Digest;
            check(harmless, "a value the walk does not know", value);
        }
    }

    private void visitParts(Record composite) {
        if (authentic && composite instanceof Request request) {
            NodeId client = new NodeId.Client(request.session().client());
            checkSigned(client, MessageType.REQUEST_VALUE, request.payload(), request.authenticator());
        }
        if (authentic && composite instanceof Authenticated<?> message) {
            NodeId replica = new NodeId.Replica(message.sender());
            checkSigned(replica, MessageCodec.type(message.message()), message.payload(), message.authenticator());
        }
        for (Method accessor : ACCESSORS.get(composite.getClass())) {
            try {
                visit(accessor.invoke(composite));
            } catch (ReflectiveOperationException e) {
                throw new LinkageError(accessor.getName(), e);
            }
        }
    }

    private static void checkSigned(NodeId sender, int type, ByteString payload, ByteString authenticator) {
        check(authenticator.equals(FakeSignatures.sign(sender, type, payload)), "a forgery", sender);
    }

    private static void check(boolean holds, String what, Object value) {
        if (!holds) {
            throw new AssertionError(what + ": " + value);
        }
    }
}
