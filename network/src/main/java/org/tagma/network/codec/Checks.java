package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.protocol.SessionId;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.RejectReason;
import org.tagma.protocol.Rejection;

/** The ranges of single values from outside. Numbers that the schema has unsigned arrive as Java's signed ones. */
public final class Checks {

    private Checks() {}

    /** A view, sequence number, query number or time. */
    public static long counter(String name, long value) throws Rejection {
        return counter(name, value, 0);
    }

    /** The same, of which the lowest is 1: a session or the number of a request. */
    public static long positive(String name, long value) throws Rejection {
        return counter(name, value, 1);
    }

    private static long counter(String name, long value, long lowest) throws Rejection {
        if (value < lowest || value > CodecLimits.MAX_COUNTER) {
            throw badValue(name + " is " + Long.toUnsignedString(value));
        }
        return value;
    }

    /** The id of a replica or client. */
    public static int id(String name, int value) throws Rejection {
        if (value < 0 || value >= CodecLimits.MAX_NODES) {
            throw badValue(name + " is " + Integer.toUnsignedString(value));
        }
        return value;
    }

    /** A session of a client. */
    public static SessionId session(int client, long session) throws Rejection {
        return new SessionId(id("client", client), positive("session", session));
    }

    /** A digest. */
    public static Digest digest(ByteString bytes) throws Rejection {
        if (bytes.size() != Digest.LENGTH) {
            throw badValue("a digest of " + bytes.size() + " bytes");
        }
        return new Digest(bytes);
    }

    /** A part without which the message means nothing. */
    public static void present(String name, boolean present) throws Rejection {
        if (!present) {
            throw badValue("no " + name);
        }
    }

    /** A count or length, or an index, that has a limit. */
    public static int atMost(String name, int value, int limit) throws Rejection {
        if (value < 0 || value > limit) {
            throw new Rejection(
                    RejectReason.OVERSIZED, name + ": " + Integer.toUnsignedString(value) + " is above " + limit);
        }
        return value;
    }

    /** Bytes whose number has a limit. */
    public static ByteString sizeAtMost(String name, ByteString bytes, int limit) throws Rejection {
        atMost(name, bytes.size(), limit);
        return bytes;
    }

    /** What is outside its range, or missing. */
    public static Rejection badValue(String detail) {
        return new Rejection(RejectReason.BAD_VALUE, detail);
    }
}
