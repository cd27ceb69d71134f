package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;

/**
 * The result bytes of a {@link ReplyStatus#REJECTED} or {@link ReplyStatus#FAILED} reply.
 *
 * <p>Encoded as the length of the code (4 bytes, big endian), the code, then the message, both UTF-8. Immutable.
 *
 * @param code stable, for programs
 * @param message for people
 */
public record RejectionResult(String code, String message) {

    /** The code of an operation in which the state machine threw a {@link RuntimeException}. */
    public static final String STATE_MACHINE_ERROR = "state-machine-error";

    /** The code of an operation whose result was longer than {@link ReplicatedService#MAX_RESULT_BYTES}. */
    public static final String RESULT_TOO_LARGE = "result-too-large";

    /**
     * The code of an operation that was not executed since the state machine's state has become too large, and {@link
     * StateMachine#mayGrow} says that it may become larger still.
     */
    public static final String STATE_TOO_LARGE = "state-too-large";

    static OperationRejectedException stateTooLarge(long maxBytes) {
        return new OperationRejectedException(
                STATE_TOO_LARGE, "the state of the service has grown beyond its bound of " + maxBytes + " bytes");
    }

    /** What the client gets when the state machine refuses an operation. */
    public static RejectionResult of(OperationRejectedException rejection) {
        return new RejectionResult(rejection.code(), rejection.getMessage());
    }

    /**
     * What the client gets when the state machine throws. Only the class name of the exception: its message may hold
     * something that differs between replicas, such as an identity hash code, and then no f+1 replies would match.
     */
    public static RejectionResult of(RuntimeException failure) {
        return new RejectionResult(STATE_MACHINE_ERROR, failure.getClass().getName());
    }

    /** The bytes that go into a reply. */
    public ByteString encode() {
        ByteString codeBytes = ByteString.copyFromUtf8(code);
        return BigEndian.ofInt(codeBytes.size()).concat(codeBytes).concat(ByteString.copyFromUtf8(message));
    }

    /** Reads the bytes of a reply; empty if they are not such an encoding. */
    public static Optional<RejectionResult> decode(ByteString bytes) {
        if (bytes.size() < Integer.BYTES) {
            return Optional.empty();
        }
        ByteString rest = bytes.substring(Integer.BYTES);
        int codeLength = bytes.asReadOnlyByteBuffer().getInt();
        if (codeLength < 0 || codeLength > rest.size()) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    new RejectionResult(text(rest.substring(0, codeLength)), text(rest.substring(codeLength))));
        } catch (CharacterCodingException e) {
            return Optional.empty();
        }
    }

    private static String text(ByteString utf8) throws CharacterCodingException {
        return StandardCharsets.UTF_8
                .newDecoder()
                .decode(utf8.asReadOnlyByteBuffer())
                .toString();
    }
}
