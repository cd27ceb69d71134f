package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import org.tagma.simulator.faults.FrameFaults;
import org.tagma.simulator.faults.NetworkModel;

/**
 * Carries frames between nodes, or does not. Nodes are numbered: replicas first, clients after them. What happens to a
 * frame depends on the seed, its link and how many frames went over that link before, and on nothing else: so a run
 * from which one thing was taken away has otherwise much the same luck.
 *
 * <p>Not thread-safe.
 */
public final class SimulatedNetwork {

    /** Older frames of a link that may be replayed: what an adversary remembers. */
    private static final int REMEMBERED = 16;

    private static final int MAX_GARBAGE_BYTES = 200;

    private record Cut(long fromMicros, long untilMicros, Set<Integer> side) {
        boolean separates(int a, int b, long atMicros) {
            return atMicros >= fromMicros && atMicros < untilMicros && side.contains(a) != side.contains(b);
        }
    }

    private record LinkCut(long fromMicros, long untilMicros, Set<Integer> ends) {
        boolean separates(int a, int b, long atMicros) {
            return atMicros >= fromMicros && atMicros < untilMicros && ends.contains(a) && ends.contains(b);
        }
    }

    private final EventQueue queue;
    private final long seed;
    private final FrameFaults luck = new FrameFaults();
    private final NetworkModel late;
    private final NetworkModel early;
    private final long stabilizationMicros;
    private final List<Cut> cuts = new ArrayList<>();
    private final List<LinkCut> links = new ArrayList<>();
    private final List<ArrayDeque<ByteString>> remembered = new ArrayList<>();
    private final long[] sentOverLink;
    private final int nodes;
    private long healedAtMicros;
    private long sent;
    private long dropped;
    private long bytes;

    public SimulatedNetwork(EventQueue queue, long seed, NetworkModel model, long stabilizationMicros, int nodes) {
        this.queue = queue;
        this.seed = seed;
        this.late = model;
        this.early = model.beforeStabilization();
        this.stabilizationMicros = stabilizationMicros;
        this.nodes = nodes;
        this.sentOverLink = new long[nodes * nodes];
        for (int link = 0; link < nodes * nodes; link++) {
            remembered.add(null);
        }
    }

    /** Frames given to the network so far. */
    public long sent() {
        return sent;
    }

    /** Of those, how many it lost. */
    public long dropped() {
        return dropped;
    }

    /** Bytes given to the network so far. */
    long bytes() {
        return bytes;
    }

    /** For a while nothing gets from one side to the other. A reliable network delivers it afterwards. */
    public void cut(long fromMicros, long untilMicros, Set<Integer> side) {
        healedAtMicros = Math.max(healedAtMicros, untilMicros);
        cuts.add(new Cut(fromMicros, untilMicros, Set.copyOf(side)));
    }

    /** For a while nothing gets from one of two nodes to the other. */
    public void cut(long fromMicros, long untilMicros, int one, int other) {
        healedAtMicros = Math.max(healedAtMicros, untilMicros);
        links.add(new LinkCut(fromMicros, untilMicros, Set.of(one, other)));
    }

    /** When the last cut that has been made so far ends. */
    public long healedAtMicros() {
        return healedAtMicros;
    }

    /** Takes a frame; hands it to the receiver once, later, or never, or more than once. */
    public void send(int from, int to, ByteString frame, Consumer<ByteString> receiver) {
        int link = from * nodes + to;
        luck.of(seed, link, sentOverLink[link]++);
        sent++;
        bytes += frame.size();
        NetworkModel model = queue.nowMicros() < stabilizationMicros ? early : late;
        long heldMicros = queue.nowMicros() < healedAtMicros ? untilHealedMicros(from, to) : 0;
        if ((heldMicros > 0 && !model.isReliable()) || luck.happens(model.dropProbability())) {
            dropped++;
        } else {
            deliver(model, heldMicros, frame, receiver);
            if (luck.happens(model.duplicateProbability())) {
                deliver(model, heldMicros, frame, receiver);
            }
        }
        if (model.replayProbability() > 0 || model.injectProbability() > 0) {
            interfere(model, link, frame, receiver);
        }
    }

    private long untilHealedMicros(int from, int to) {
        long held = 0;
        for (Cut cut : cuts) {
            if (cut.separates(from, to, queue.nowMicros())) {
                held = Math.max(held, cut.untilMicros - queue.nowMicros());
            }
        }
        for (LinkCut cut : links) {
            if (cut.separates(from, to, queue.nowMicros())) {
                held = Math.max(held, cut.untilMicros - queue.nowMicros());
            }
        }
        return held;
    }

    private void deliver(NetworkModel model, long heldMicros, ByteString frame, Consumer<ByteString> receiver) {
        ByteString arriving = luck.happens(model.corruptProbability()) ? damaged(frame) : frame;
        queue.after(heldMicros + delayMicros(model), () -> receiver.accept(arriving));
    }

    private long delayMicros(NetworkModel model) {
        long usual = luck.between(model.minDelayMicros(), model.maxDelayMicros());
        long delay = luck.happens(model.slowProbability()) ? usual + luck.between(0, model.slowDelayMicros()) : usual;
        // After stabilization even what was sent before it arrives within the bound.
        long arrival = queue.nowMicros() + delay;
        boolean crosses = queue.nowMicros() < stabilizationMicros && arrival > stabilizationMicros;
        return crosses ? stabilizationMicros - queue.nowMicros() + usual % late.maxDelayMicros() : delay;
    }

    private ByteString damaged(ByteString frame) {
        byte[] copy = frame.toByteArray();
        copy[luck.below(copy.length)] ^= (byte) (1 << luck.below(Byte.SIZE));
        return ByteString.copyFrom(copy);
    }

    private void interfere(NetworkModel model, int link, ByteString frame, Consumer<ByteString> receiver) {
        ArrayDeque<ByteString> older = remembered.get(link);
        if (older == null) {
            older = new ArrayDeque<>();
            remembered.set(link, older);
        }
        if (!older.isEmpty() && luck.happens(model.replayProbability())) {
            deliver(model, 0, older.peekFirst(), receiver);
        }
        if (luck.happens(model.injectProbability())) {
            deliver(model, 0, forged(frame), receiver);
        }
        older.addLast(frame);
        if (older.size() > REMEMBERED) {
            older.removeFirst();
        }
    }

    /** Somebody else's frame, or the head of this one with the tail of somebody else's, or garbage. */
    private ByteString forged(ByteString frame) {
        ArrayDeque<ByteString> others = remembered.get(luck.below(remembered.size()));
        if (others == null || others.isEmpty() || luck.below(4) == 0) {
            byte[] garbage = new byte[1 + luck.below(MAX_GARBAGE_BYTES)];
            for (int i = 0; i < garbage.length; i++) {
                garbage[i] = (byte) luck.below(1 << Byte.SIZE);
            }
            return ByteString.copyFrom(garbage);
        }
        ByteString other = others.peekLast();
        if (luck.below(2) == 0) {
            return other;
        }
        int head = luck.below(frame.size());
        return frame.substring(0, head).concat(other.substring(Math.min(head, other.size())));
    }
}
