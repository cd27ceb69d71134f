package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.function.Consumer;

/**
 * Carries frames between nodes, or does not. Nodes are numbered: replicas first, clients after them.
 *
 * <p>Not thread-safe.
 */
final class SimulatedNetwork {

    /** Older frames of a link that may be replayed: what an adversary remembers. */
    private static final int REMEMBERED = 16;

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
    private final SplittableRandom random;
    private final NetworkModel late;
    private final NetworkModel early;
    private final long stabilizationMicros;
    private final List<Cut> cuts = new ArrayList<>();
    private final List<LinkCut> links = new ArrayList<>();
    private final List<ArrayDeque<ByteString>> remembered = new ArrayList<>();
    private final int nodes;
    private long sent;
    private long dropped;
    private long bytes;

    SimulatedNetwork(
            EventQueue queue, SplittableRandom random, NetworkModel model, long stabilizationMicros, int nodes) {
        this.queue = queue;
        this.random = random;
        this.late = model;
        this.early = model.beforeStabilization();
        this.stabilizationMicros = stabilizationMicros;
        this.nodes = nodes;
        for (int link = 0; link < nodes * nodes; link++) {
            remembered.add(null);
        }
    }

    /** Frames given to the network so far. */
    long sent() {
        return sent;
    }

    /** Of those, how many it lost. */
    long dropped() {
        return dropped;
    }

    /** Bytes given to the network so far. */
    long bytes() {
        return bytes;
    }

    /** For a while nothing gets from one side to the other. */
    void cut(long fromMicros, long untilMicros, Set<Integer> side) {
        cuts.add(new Cut(fromMicros, untilMicros, Set.copyOf(side)));
    }

    /** For a while nothing gets from one of two nodes to the other. */
    void cut(long fromMicros, long untilMicros, int one, int other) {
        links.add(new LinkCut(fromMicros, untilMicros, Set.of(one, other)));
    }

    /** When the last cut that has been made so far ends. */
    long healedAtMicros() {
        long healed = cuts.stream().mapToLong(Cut::untilMicros).max().orElse(0);
        return Math.max(
                healed, links.stream().mapToLong(LinkCut::untilMicros).max().orElse(0));
    }

    /** Takes a frame; hands it to the receiver once, later, or never, or more than once. */
    void send(int from, int to, ByteString frame, Consumer<ByteString> receiver) {
        sent++;
        bytes += frame.size();
        NetworkModel model = queue.nowMicros() < stabilizationMicros ? early : late;
        if (isCut(from, to) || happens(model.dropProbability())) {
            dropped++;
        } else {
            deliver(model, frame, receiver);
            if (happens(model.duplicateProbability())) {
                deliver(model, frame, receiver);
            }
        }
        if (model.replayProbability() > 0) {
            replay(model, from * nodes + to, frame, receiver);
        }
    }

    private boolean isCut(int from, int to) {
        for (Cut cut : cuts) {
            if (cut.separates(from, to, queue.nowMicros())) {
                return true;
            }
        }
        for (LinkCut cut : links) {
            if (cut.separates(from, to, queue.nowMicros())) {
                return true;
            }
        }
        return false;
    }

    private boolean happens(double probability) {
        return probability > 0 && random.nextDouble() < probability;
    }

    private void deliver(NetworkModel model, ByteString frame, Consumer<ByteString> receiver) {
        ByteString arriving = happens(model.corruptProbability()) ? damaged(frame) : frame;
        queue.after(delayMicros(model), () -> receiver.accept(arriving));
    }

    private long delayMicros(NetworkModel model) {
        long usual = random.nextLong(model.minDelayMicros(), model.maxDelayMicros() + 1);
        long delay = happens(model.slowProbability()) ? usual + random.nextLong(model.slowDelayMicros() + 1) : usual;
        // After stabilization even what was sent before it arrives within the bound.
        long arrival = queue.nowMicros() + delay;
        boolean crosses = queue.nowMicros() < stabilizationMicros && arrival > stabilizationMicros;
        return crosses ? stabilizationMicros - queue.nowMicros() + usual % late.maxDelayMicros() : delay;
    }

    private ByteString damaged(ByteString frame) {
        byte[] copy = frame.toByteArray();
        copy[random.nextInt(copy.length)] ^= (byte) (1 << random.nextInt(Byte.SIZE));
        return ByteString.copyFrom(copy);
    }

    private void replay(NetworkModel model, int link, ByteString frame, Consumer<ByteString> receiver) {
        ArrayDeque<ByteString> older = remembered.get(link);
        if (older == null) {
            older = new ArrayDeque<>();
            remembered.set(link, older);
        }
        if (!older.isEmpty() && happens(model.replayProbability())) {
            deliver(model, older.peekFirst(), receiver);
        }
        older.addLast(frame);
        if (older.size() > REMEMBERED) {
            older.removeFirst();
        }
    }
}
