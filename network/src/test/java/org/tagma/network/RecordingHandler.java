package org.tagma.network;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.tagma.network.transport.FrameHandler;
import org.tagma.network.transport.PeerId;

/** Remembers all it is told, as one list of lines and one of frames. */
final class RecordingHandler implements FrameHandler {
    private final List<String> events = Collections.synchronizedList(new ArrayList<>());
    private final List<ByteString> frames = Collections.synchronizedList(new ArrayList<>());
    private final List<String> unreachable = Collections.synchronizedList(new ArrayList<>());
    private final List<String> refusals = Collections.synchronizedList(new ArrayList<>());
    private volatile boolean accepting = true;
    private final Set<PeerId> refused = ConcurrentHashMap.newKeySet();
    private volatile Predicate<ByteString> garbage = frame -> false;

    @Override
    public Disposition onFrame(PeerId from, ByteString frame) {
        frames.add(frame);
        events.add("frame " + from);
        return garbage.test(frame) ? Disposition.CLOSE : Disposition.KEEP;
    }

    @Override
    public void onReadComplete() {
        events.add("read complete");
    }

    @Override
    public void onPeerUp(PeerId peer) {
        events.add("up " + peer);
    }

    @Override
    public void onPeerDown(PeerId peer) {
        events.add("down " + peer);
    }

    @Override
    public void onPeerUnreachable(PeerId.Replica peer) {
        unreachable.add("unreachable " + peer);
    }

    @Override
    public void onRefused(PeerId peer, String reason) {
        refusals.add(reason);
    }

    List<String> refusals() {
        synchronized (refusals) {
            return List.copyOf(refusals);
        }
    }

    @Override
    public boolean acceptsMore(PeerId from) {
        return accepting && !refused.contains(from);
    }

    void accept(boolean value) {
        accepting = value;
    }

    void refuse(PeerId peer) {
        refused.add(peer);
    }

    void acceptAgain(PeerId peer) {
        refused.remove(peer);
    }

    void treatAsGarbage(Predicate<ByteString> test) {
        garbage = test;
    }

    List<String> events() {
        synchronized (events) {
            return List.copyOf(events);
        }
    }

    List<ByteString> frames() {
        synchronized (frames) {
            return List.copyOf(frames);
        }
    }

    List<String> texts() {
        return frames().stream().map(ByteString::toStringUtf8).toList();
    }

    List<String> unreachable() {
        synchronized (unreachable) {
            return List.copyOf(unreachable);
        }
    }

    int frameCount() {
        return frames.size();
    }

    boolean saw(String event) {
        return events.contains(event);
    }

    long count(String event) {
        return events().stream().filter(event::equals).count();
    }
}
