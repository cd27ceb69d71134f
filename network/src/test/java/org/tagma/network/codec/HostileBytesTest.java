package org.tagma.network.codec;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnsafeByteOperations;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.tagma.core.NodeId;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.protocol.RejectionReason;

/** Bytes that no correct node sends become a rejection, or a message that keeps every promise; never an exception. */
class HostileBytesTest {

    static List<Message> messages() {
        return Samples.messages();
    }

    static List<LogRecord> logRecords() {
        return Samples.logRecords();
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyChangeOfOneByteGivesARejectionOrAMessageInRange(Message message) {
        forEveryMutation(MessageCodec.encodePayload(message), mutated -> {
            Decoded<Message> decoded = Samples.decode(message, mutated, FakeSignatures.ACCEPT_ALL);
            decoded.asOptional().ifPresent(HostileBytesTest::assertKeepsItsPromises);
        });
    }

    @ParameterizedTest
    @MethodSource("messages")
    void whatIsNestedIsAuthenticWhateverByteIsChanged(Message message) {
        Envelope sealed = Samples.envelope(message);
        forEveryMutation(sealed.payload(), mutated -> {
            var envelope = new Envelope(sealed.sender(), sealed.type(), mutated, sealed.authenticator());
            Samples.CODEC
                    .decode(envelope, FakeSignatures.VERIFIER)
                    .asOptional()
                    .ifPresent(DecodedWalk::assertInRangeAndAuthentic);
        });
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyTruncationGivesARejectionOrAMessageInRange(Message message) {
        ByteString payload = MessageCodec.encodePayload(message);
        for (int length = 0; length < payload.size(); length++) {
            Samples.decode(message, payload.substring(0, length), FakeSignatures.ACCEPT_ALL)
                    .asOptional()
                    .ifPresent(HostileBytesTest::assertKeepsItsPromises);
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void everyChangeOfAFrameGivesARejectionOrAnotherEnvelope(Message message) {
        Envelope sealed = Samples.envelope(message);
        ByteString frame =
                MessageCodec.envelope(sealed.sender(), sealed.type(), sealed.payload(), sealed.authenticator());
        forEveryMutation(
                frame,
                mutated -> MessageCodec.parseEnvelope(mutated).asOptional().ifPresent(opened -> {
                    DecodedWalk.assertInRange(opened);
                    assertThat(opened).isNotEqualTo(sealed);
                }));
        for (int length = 0; length < frame.size(); length++) {
            assertThat(MessageCodec.parseEnvelope(frame.substring(0, length))).isNotEqualTo(new Decoded.Ok<>(sealed));
        }
    }

    @ParameterizedTest
    @MethodSource("messages")
    void payloadTakenForAnotherTypeIsARejectionOrAMessageInRange(Message message) {
        ByteString payload = MessageCodec.encodePayload(message);
        for (Message other : messages()) {
            Samples.decode(other, payload, FakeSignatures.ACCEPT_ALL)
                    .asOptional()
                    .ifPresent(HostileBytesTest::assertKeepsItsPromises);
        }
    }

    @ParameterizedTest
    @MethodSource("logRecords")
    void everyChangeOrTruncationOfARecordGivesARejectionOrARecordInRange(LogRecord logRecord) {
        ByteString bytes = MessageCodec.encodeRecord(logRecord);
        Consumer<ByteString> check =
                changed -> MessageCodec.decodeRecord(changed).asOptional().ifPresent(DecodedWalk::assertInRange);
        forEveryMutation(bytes, check);
        IntStream.range(0, bytes.size()).forEach(length -> check.accept(bytes.substring(0, length)));
    }

    @Property(tries = 2000)
    void randomBytesNeverThrow(@ForAll @Size(max = 300) byte[] bytes, @ForAll @IntRange(min = -1, max = 300) int type) {
        ByteString random = ByteString.copyFrom(bytes);
        MessageCodec.parseEnvelope(random).asOptional().ifPresent(DecodedWalk::assertInRange);
        MessageCodec.decodeRecord(random).asOptional().ifPresent(DecodedWalk::assertInRange);
        for (NodeId sender : List.of(new NodeId.Replica(1), new NodeId.Client(1))) {
            Samples.CODEC
                    .decode(new Envelope(sender, type, random, ByteString.EMPTY), FakeSignatures.ACCEPT_ALL)
                    .asOptional()
                    .ifPresent(HostileBytesTest::assertKeepsItsPromises);
        }
    }

    @Test
    void deeplyNestedGroupsDoNotExhaustTheStack() {
        ByteString groups = UnsafeByteOperations.unsafeWrap(filled(1 << 20, (byte) 0x0b));
        for (Message message : messages()) {
            Samples.assertRejected(
                    Samples.decode(message, groups, FakeSignatures.ACCEPT_ALL), RejectionReason.MALFORMED);
        }
        Samples.assertRejected(MessageCodec.parseEnvelope(groups), RejectionReason.MALFORMED);
    }

    private static void assertKeepsItsPromises(Message message) {
        DecodedWalk.assertInRange(message);
        Decoded<Message> again =
                Samples.decode(message, MessageCodec.encodePayload(message), FakeSignatures.ACCEPT_ALL);
        if (!again.equals(new Decoded.Ok<>(message))) {
            throw new AssertionError(message + " was decoded but does not come back: " + again);
        }
    }

    /** Every other value for every byte; for large originals, those one bit away and the extremes. */
    private static void forEveryMutation(ByteString original, Consumer<ByteString> check) {
        for (int index = 0; index < original.size(); index++) {
            for (int difference = 1; difference < 256; difference++) {
                byte[] bytes = original.toByteArray();
                bytes[index] ^= (byte) difference;
                boolean extreme = bytes[index] == 0 || bytes[index] == -1 || bytes[index] == Byte.MAX_VALUE;
                if (original.size() <= 256 || Integer.bitCount(difference) == 1 || extreme) {
                    check.accept(UnsafeByteOperations.unsafeWrap(bytes));
                }
            }
        }
    }

    private static byte[] filled(int length, byte value) {
        byte[] bytes = new byte[length];
        Arrays.fill(bytes, value);
        return bytes;
    }
}
