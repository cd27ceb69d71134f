package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import org.tagma.core.Digest;
import org.tagma.core.protocol.SessionId;

/** The ranges of single values from outside. Numbers that the schema has unsigned arrive as Java's signed ones. */
final class Checks {

    private Checks() {}

    /** A view, sequence number, query number or time. */
    static long counter(String name, long value) throws Rejection {
        return counter(name, value, 0);
    }

    /** The same, of which the lowest is 1: a session or the number of a request. */
    static long positive(String name, long value) throws Rejection {
        return counter(name, value, 1);
    }

    private static long counter(String name, long value, long lowest) throws Rejection {
        if (value < lowest || value > CodecLimits.MAX_COUNTER) {
            throw badValue(name + " is " + Long.toUnsignedString(value));
        }
        return value;
    }

    /** The id of a replica or client. */
    static int id(String name, int value) throws Rejection {
        if (value < 0 || value >= CodecLimits.MAX_NODES) {
            throw badValue(name + " is " + Integer.toUnsignedString(value));
        }
        return value;
    }

    static SessionId session(int client, long session) throws Rejection {
        return new SessionId(id("client", client), positive("session", session));
    }

    static Digest digest(ByteString bytes) throws Rejection {
        if (bytes.size() != Digest.LENGTH) {
            throw badValue("a digest of " + bytes.size() + " bytes");
        }
        return new Digest(bytes);
    }

    /** A part without which the message means nothing. */
    static void present(String name, boolean present) throws Rejection {
        if (!present) {
            throw badValue("no " + name);
        }
    }

    /** A count or length, or an index, that has a limit. */
    static int atMost(String name, int value, int limit) throws Rejection {
        if (value < 0 || value > limit) {
            throw new Rejection(
                    RejectReason.OVERSIZED, name + ": " + Integer.toUnsignedString(value) + " is above " + limit);
        }
        return value;
    }

    static ByteString sizeAtMost(String name, ByteString bytes, int limit) throws Rejection {
        atMost(name, bytes.size(), limit);
        return bytes;
    }

    static Rejection badValue(String detail) {
        return new Rejection(RejectReason.BAD_VALUE, detail);
    }
}
