package org.tagma.network;

import io.netty.channel.Channel;
import io.netty.channel.EventLoop;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * The connections that are not read because the receiver is full. {@link #resume()} is for any thread, the rest for the
 * network thread.
 */
final class ReadGate {
    private final EventLoop eventLoop;
    private final FrameHandler handler;
    private final Set<Channel> paused = new LinkedHashSet<>();
    private final AtomicBoolean anyPaused = new AtomicBoolean();

    ReadGate(EventLoop eventLoop, FrameHandler handler) {
        this.eventLoop = eventLoop;
        this.handler = handler;
    }

    void pause(Channel channel) {
        if (!paused.add(channel)) {
            return;
        }
        channel.config().setAutoRead(false);
        anyPaused.set(true);
        // The receiver may have made room, and called resume(), between its "no" and the line above.
        if (handler.acceptsMore()) {
            resume();
        }
    }

    /** Costs one volatile read when nothing is paused. */
    void resume() {
        if (anyPaused.get() && anyPaused.compareAndSet(true, false)) {
            eventLoop.execute(this::readAgain);
        }
    }

    void forget(Channel channel) {
        paused.remove(channel);
    }

    private void readAgain() {
        List<Channel> waiting = new ArrayList<>(paused);
        paused.clear();
        for (Channel channel : waiting) {
            channel.config().setAutoRead(true);
        }
    }
}
