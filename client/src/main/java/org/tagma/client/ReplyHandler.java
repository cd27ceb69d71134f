package org.tagma.client;

import com.google.protobuf.ByteString;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;

/** Hands what the replicas send to one session over to the client's thread. */
final class ReplyHandler implements FrameHandler {

    /** Replies that the client's thread has not come to yet, for all sessions together. Thread-safe. */
    static final class Backlog {

        /** From here on connections are not read: replicas that flood a client fill their own buffers. */
        static final long MAX_BYTES = 32L << 20;

        /** What a frame costs besides its bytes. */
        private static final int FRAME_OVERHEAD_BYTES = 128;

        private final AtomicLong bytes = new AtomicLong();
        private final AtomicBoolean paused = new AtomicBoolean();

        void added(ByteString frame) {
            bytes.addAndGet(frame.size() + FRAME_OVERHEAD_BYTES);
        }

        void removed(ByteString frame) {
            bytes.addAndGet(-frame.size() - FRAME_OVERHEAD_BYTES);
        }

        boolean hasRoom() {
            if (bytes.get() < MAX_BYTES) {
                return true;
            }
            paused.set(true);
            // Again: the client's thread may have made room between the two, and then not seen that someone waits for
            // it.
            return bytes.get() < MAX_BYTES;
        }

        boolean mayResume() {
            return paused.get() && bytes.get() < MAX_BYTES && paused.compareAndSet(true, false);
        }
    }

    private final long session;
    private final Inbox inbox;
    private final Backlog backlog;

    ReplyHandler(long session, Inbox inbox, Backlog backlog) {
        this.session = session;
        this.inbox = inbox;
        this.backlog = backlog;
    }

    @Override
    public Disposition onFrame(PeerId from, ByteString frame) {
        if (from instanceof PeerId.Replica replica) {
            backlog.added(frame);
            inbox.add((core, now) -> {
                backlog.removed(frame);
                core.onFrame(replica.id(), frame, now);
            });
        }
        return Disposition.KEEP;
    }

    @Override
    public void onReadComplete() {
        inbox.wake();
    }

    @Override
    public boolean acceptsMore(PeerId from) {
        return backlog.hasRoom();
    }

    @Override
    public void onPeerUp(PeerId peer) {
        inbox.add((core, now) -> core.onPeerUp(session, peer.toNodeId().id()));
        inbox.wake();
    }

    @Override
    public void onPeerDown(PeerId peer) {
        inbox.add((core, now) -> core.onPeerDown(session, peer.toNodeId().id(), now));
        inbox.wake();
    }

    @Override
    public void onRefused(PeerId peer, String reason) {
        inbox.add((core, now) -> core.onRefused(session, peer.toNodeId().id(), reason));
        inbox.wake();
    }
}
