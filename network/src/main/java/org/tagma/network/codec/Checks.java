package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.protocol.SessionId;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RejectionReason;

/** The ranges of single values from outside. Numbers that the schema has unsigned arrive as Java's signed ones. */
public final class Checks {

    private Checks() {}

    /** A view, sequence number, query number or time. */
    public static long counter(String name, long value) throws InvalidMessageException {
        return counter(name, value, 0);
    }

    /** The same, of which the lowest is 1: a session or the number of a request. */
    public static long positive(String name, long value) throws InvalidMessageException {
        return counter(name, value, 1);
    }

    private static long counter(String name, long value, long lowest) throws InvalidMessageException {
        if (value < lowest || value > CodecLimits.MAX_COUNTER) {
            throw badValue(name + " is " + Long.toUnsignedString(value));
        }
        return value;
    }

    /** The id of a replica or client. */
    public static int id(String name, int value) throws InvalidMessageException {
        if (value < 0 || value >= CodecLimits.MAX_NODES) {
            throw badValue(name + " is " + Integer.toUnsignedString(value));
        }
        return value;
    }

    /** A session of a client. */
    public static SessionId session(int client, long session) throws InvalidMessageException {
        return new SessionId(id("client", client), positive("session", session));
    }

    /** A digest. */
    public static Digest digest(ByteString bytes) throws InvalidMessageException {
        if (bytes.size() != Digest.LENGTH) {
            throw badValue("a digest of " + bytes.size() + " bytes");
        }
        return new Digest(bytes);
    }

    /** A part without which the message means nothing. */
    public static void present(String name, boolean present) throws InvalidMessageException {
        if (!present) {
            throw badValue("no " + name);
        }
    }

    /** A count or length, or an index, that has a limit. */
    public static int atMost(String name, int value, int limit) throws InvalidMessageException {
        if (value < 0 || value > limit) {
            throw new InvalidMessageException(
                    RejectionReason.OVERSIZED, name + ": " + Integer.toUnsignedString(value) + " is above " + limit);
        }
        return value;
    }

    /** Bytes whose number has a limit. */
    public static ByteString sizeAtMost(String name, ByteString bytes, int limit) throws InvalidMessageException {
        atMost(name, bytes.size(), limit);
        return bytes;
    }

    /** What is outside its range, or missing. */
    public static InvalidMessageException badValue(String detail) {
        return new InvalidMessageException(RejectionReason.BAD_VALUE, detail);
    }
}
