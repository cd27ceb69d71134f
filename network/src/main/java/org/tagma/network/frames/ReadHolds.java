package org.tagma.network.frames;

import io.netty.channel.Channel;
import io.netty.util.AttributeKey;

/** Why a connection is not read now; it is read while nobody holds it back. For the channel's own thread. */
public final class ReadHolds {
    /** The receiver of its frames has no room. */
    static final int RECEIVER_FULL = 1;

    /** There is no room for the rest of a frame. */
    static final int NO_ROOM_FOR_FRAME = 2;

    /** Its handshake waits for its turn, or is over and the connection on its way to another thread. */
    public static final int HANDSHAKE = 4;

    private static final AttributeKey<Integer> REASONS = AttributeKey.valueOf(ReadHolds.class, "reasons");

    private ReadHolds() {}

    public static void hold(Channel channel, int reason) {
        change(channel, reasons(channel) | reason);
    }

    public static void release(Channel channel, int reason) {
        change(channel, reasons(channel) & ~reason);
    }

    static boolean isHeld(Channel channel) {
        return reasons(channel) != 0;
    }

    private static int reasons(Channel channel) {
        Integer reasons = channel.attr(REASONS).get();
        return reasons == null ? 0 : reasons;
    }

    private static void change(Channel channel, int reasons) {
        channel.attr(REASONS).set(reasons);
        channel.config().setAutoRead(reasons == 0);
    }
}
