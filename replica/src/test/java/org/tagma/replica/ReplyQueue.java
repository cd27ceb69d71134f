package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;

/** What a client by hand is sent. */
final class ReplyQueue implements FrameHandler {

    private final Queue<ByteString> replies = new ConcurrentLinkedQueue<>();

    Queue<ByteString> replies() {
        return replies;
    }

    @Override
    public Disposition onFrame(PeerId from, ByteString frame) {
        replies.add(frame);
        return Disposition.KEEP;
    }

    @Override
    public void onReadComplete() {}

    @Override
    public void onPeerUp(PeerId peer) {}

    @Override
    public void onPeerDown(PeerId peer) {}
}
