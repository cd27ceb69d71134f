package org.tagma.network;

import com.google.protobuf.ByteString;
import io.netty.channel.Channel;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.tagma.network.frames.Outbox;
import org.tagma.network.transport.DropReason;
import org.tagma.network.transport.Framing;
import org.tagma.network.transport.PeerId;
import org.tagma.network.transport.TransportStats;

/**
 * A destination: what waits for it, and the connection it has, if it has one. A replica's link lives as long as the
 * transport and keeps a backlog while disconnected; a client session's lives as long as its connection.
 *
 * <p>{@link #send} is for any thread, everything else for the network thread.
 */
final class PeerLink {
    private final PeerId peer;
    private final Outbox outbox;
    private final long budgetBytes;
    private final long backlogBytes;
    private final TransportStats stats;
    private final AtomicBoolean dirty = new AtomicBoolean();
    private volatile @Nullable Channel channel;
    private volatile boolean retired;

    PeerLink(PeerId peer, Outbox outbox, long budgetBytes, long backlogBytes, TransportStats stats) {
        this.peer = peer;
        this.outbox = outbox;
        this.budgetBytes = budgetBytes;
        this.backlogBytes = backlogBytes;
        this.stats = stats;
    }

    PeerId peer() {
        return peer;
    }

    /** Enqueues or drops. Returns whether the link now has to be put on the list of links to flush. */
    boolean send(ByteString frame) {
        if (!outbox.offer(frame, channel == null ? backlogBytes : budgetBytes)) {
            stats.countDropped(DropReason.OVER_BUDGET);
            return false;
        }
        if (retired) {
            // Retired since the caller looked it up: nobody else would ever take this frame out again.
            outbox.clear(DropReason.NOT_CONNECTED);
            return false;
        }
        return dirty.compareAndSet(false, true);
    }

    @Nullable
    Channel channel() {
        return channel;
    }

    void attach(Channel newChannel) {
        channel = newChannel;
    }

    void detach() {
        channel = null;
    }

    boolean isRetired() {
        return retired;
    }

    /** Gives up a link for good. */
    void retire(DropReason reason) {
        retired = true;
        channel = null;
        outbox.clear(reason);
    }

    /** Writes what the connection takes without waiting; the rest goes when the connection becomes writable again. */
    void flush() {
        // First, so that a frame offered from now on puts the link on the list again.
        dirty.set(false);
        Channel target = channel;
        if (target == null || outbox.isEmpty() || !target.isWritable()) {
            return;
        }
        while (target.isWritable() && !outbox.isEmpty()) {
            write(target, outbox.take());
        }
        stats.countWrite();
        target.flush();
    }

    private void write(Channel target, Outbox.Batch batch) {
        int frames = batch.frames().size();
        long chargedBytes = batch.chargedBytes();
        long wireBytes = batch.wireBytes();
        // What is waiting for the socket is a copy: the frames themselves are not kept for it.
        target.write(Framing.encode(target.alloc(), batch.frames())).addListener(written -> {
            outbox.release(chargedBytes);
            if (written.isSuccess()) {
                stats.countOut(frames, wireBytes);
            } else {
                stats.countDropped(DropReason.CONNECTION_LOST, frames);
            }
        });
    }
}
