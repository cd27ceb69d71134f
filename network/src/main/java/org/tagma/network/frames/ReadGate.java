package org.tagma.network.frames;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;

/**
 * The connections that are not read because the receiver has no room for what their peers send. {@link #resume()} is
 * for any thread, the rest for the network thread.
 */
public final class ReadGate {
    private final EventLoop eventLoop;
    private final FrameHandler handler;
    private final Map<Channel, PeerId> paused = new LinkedHashMap<>();
    private final AtomicBoolean anyPaused = new AtomicBoolean();

    public ReadGate(EventLoop eventLoop, FrameHandler handler) {
        this.eventLoop = eventLoop;
        this.handler = handler;
    }

    public void pause(Channel channel, PeerId peer) {
        if (paused.putIfAbsent(channel, peer) != null) {
            return;
        }
        ReadHolds.hold(channel, ReadHolds.RECEIVER_FULL);
        anyPaused.set(true);
        // The receiver may have made room, and called resume(), between its "no" and the line above.
        if (handler.acceptsMore(peer)) {
            resume();
        }
    }

    /** Costs one volatile read when nothing is paused. */
    public void resume() {
        if (anyPaused.get() && anyPaused.compareAndSet(true, false)) {
            eventLoop.execute(this::readAgain);
        }
    }

    public void forget(Channel channel) {
        paused.remove(channel);
    }

    private void readAgain() {
        // First, so that a resume() from now on looks again at those that are still refused here.
        anyPaused.set(!paused.isEmpty());
        Iterator<Map.Entry<Channel, PeerId>> each = paused.entrySet().iterator();
        while (each.hasNext()) {
            Map.Entry<Channel, PeerId> entry = each.next();
            if (handler.acceptsMore(entry.getValue())) {
                each.remove();
                ReadHolds.release(entry.getKey(), ReadHolds.RECEIVER_FULL);
            }
        }
    }
}
