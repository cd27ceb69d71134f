package org.tagma.core.service;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;

/** Where one session of a client stands: two lanes of numbers, and the last replies of the first lane. */
final class Session {

    private final int pipeline;

    /** The reply of FIFO number k is at (k-1) mod pipeline; as numbers come without a gap, the list fills in order. */
    private final List<ServiceReply> replies = new ArrayList<>();

    private long nextNumber = 1;
    private long lastUnordered;

    Session(int pipeline) {
        this.pipeline = pipeline;
    }

    long nextNumber() {
        return nextNumber;
    }

    long lastUnordered() {
        return lastUnordered;
    }

    /** What to answer to a FIFO number that is below the next one. */
    ServiceReply cached(long number) {
        return number >= 1 && number >= nextNumber - pipeline ? replies.get(slot(number)) : ServiceReply.EVICTED;
    }

    void executedFifo(ServiceReply reply) {
        if (replies.size() < pipeline) {
            replies.add(reply);
        } else {
            replies.set(slot(nextNumber), reply);
        }
        nextNumber++;
    }

    void executedUnordered(long number) {
        lastUnordered = number;
    }

    private int slot(long number) {
        return (int) ((number - 1) % pipeline);
    }

    /** Writes the replies oldest first; how many there are follows from the next number. */
    void writeTo(CodedOutputStream out) throws IOException {
        out.writeUInt64NoTag(nextNumber);
        out.writeUInt64NoTag(lastUnordered);
        for (long number = nextNumber - replies.size(); number < nextNumber; number++) {
            ServiceReply reply = replies.get(slot(number));
            out.writeUInt32NoTag(code(reply.status()));
            out.writeBytesNoTag(reply.result());
        }
    }

    static Session readFrom(CodedInputStream in, int pipeline) throws IOException {
        long nextNumber = in.readUInt64();
        long lastUnordered = in.readUInt64();
        if (nextNumber < 1 || lastUnordered < 0) {
            throw new InvalidProtocolBufferException("a session with negative numbers");
        }
        Session session = new Session(pipeline);
        session.nextNumber = Math.max(1, nextNumber - pipeline);
        // The list must start where the ring was cut, so that each reply comes to lie in its own slot.
        List<ServiceReply> oldestFirst = new ArrayList<>();
        for (long number = session.nextNumber; number < nextNumber; number++) {
            oldestFirst.add(new ServiceReply(status(in.readUInt32()), in.readBytes()));
        }
        session.fill(oldestFirst);
        session.lastUnordered = lastUnordered;
        return session;
    }

    private void fill(List<ServiceReply> oldestFirst) {
        int firstSlot = slot(nextNumber);
        int size = oldestFirst.size();
        for (int slot = 0; slot < size; slot++) {
            replies.add(oldestFirst.get(Math.floorMod(slot - firstSlot, size)));
        }
        nextNumber += size;
    }

    private static int code(ReplyStatus status) {
        return switch (status) {
            case OK -> 0;
            case REJECTED -> 1;
            case FAILED -> 2;
            default -> throw new IllegalStateException("a reply with status " + status + " is never cached");
        };
    }

    private static ReplyStatus status(int code) throws InvalidProtocolBufferException {
        return switch (code) {
            case 0 -> ReplyStatus.OK;
            case 1 -> ReplyStatus.REJECTED;
            case 2 -> ReplyStatus.FAILED;
            default -> throw new InvalidProtocolBufferException("no cached reply has status code " + code);
        };
    }
}
