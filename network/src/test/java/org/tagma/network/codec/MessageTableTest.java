package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;
import org.tagma.network.wire.MessageType;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.GroupSizes;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.ReplicaContext;

/** Two protocols on one class path that want the same number are found when the table of types is made. */
class MessageTableTest {

    private record Hello() implements Message {}

    private record Bye() implements Message {}

    private record Note(long sequence) implements LogRecord {}

    private record Scrap(long sequence) implements LogRecord {}

    private record Sample(String name, List<MessageKind<?>> messages, List<RecordKind<?>> records)
            implements ProtocolDefinition {
        @Override
        public String title() {
            return name;
        }

        @Override
        public FaultModel faultModel() {
            return FaultModel.CRASH;
        }

        @Override
        public GroupSizes groupSizes() {
            return new GroupSizes(1, 0);
        }

        @Override
        public Protocol create(ReplicaContext context, Optional<NodeStore> states) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ClientPolicy clientPolicy(ClientContext context) {
            throw new UnsupportedOperationException();
        }
    }

    private static <M extends Message> MessageKind<?> message(int type, Class<M> of) {
        return new MessageKind<M>(type, of.getSimpleName(), of, Proof.MAC, message -> ByteString.EMPTY, (b, c) -> null);
    }

    private static <R extends LogRecord> RecordKind<?> note(int type, Class<R> of) {
        return new RecordKind<R>(type, of, note -> ByteString.EMPTY, (b, c) -> null);
    }

    private static void assertClash(String told, Sample... protocols) {
        assertThatIllegalStateException()
                .isThrownBy(() -> new MessageTable(List.of(protocols)))
                .withMessageContaining(told);
    }

    @Test
    void twoMessagesOfOneNumberAreRefused() {
        assertClash(
                "number 96",
                new Sample("one", List.of(message(96, Hello.class)), List.of()),
                new Sample("two", List.of(message(96, Bye.class)), List.of()));
    }

    @Test
    void aMessageThatTakesTheNumberOfWhatClientsSayIsRefused() {
        assertClash("clients", new Sample("one", List.of(message(MessageType.REPLY_VALUE, Hello.class)), List.of()));
    }

    @Test
    void aClassUnderTwoNumbersIsRefused() {
        assertClash(
                "same class",
                new Sample("one", List.of(message(96, Hello.class), message(97, Hello.class)), List.of()));
    }

    @Test
    void twoRecordsOfOneNumberAreRefused() {
        assertClash("number 97", new Sample("one", List.of(), List.of(note(97, Note.class), note(97, Scrap.class))));
    }
}
