package org.tagma.replica.trace;

import com.google.protobuf.ByteString;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * Processes that do things and send each other frames, at random, recorded twice: by one log that sees all, and by a
 * log of each process. It keeps, by itself and the slow way, the set of events before each event.
 */
final class RandomExchange {

    private record OnItsWay(int from, int to, ByteString frame, EventLog.Sent sent, EventId sending) {}

    private final SplittableRandom random;
    private final List<String> names;
    private final ByteArrayOutputStream wholeBytes = new ByteArrayOutputStream();
    private final EventLog whole;
    private final List<ByteArrayOutputStream> partBytes = new ArrayList<>();
    private final List<EventLog> parts = new ArrayList<>();
    private final List<OnItsWay> network = new ArrayList<>();
    /** All events in the order they happened, and for each of them those before it: the oracle. */
    final List<EventId> events = new ArrayList<>();

    final List<BitSet> pasts = new ArrayList<>();
    private final Map<EventId, Integer> numbers = new HashMap<>();
    private final int[] counts;
    private long now;

    RandomExchange(long seed, int processes, int steps) throws IOException {
        random = new SplittableRandom(seed);
        names = IntStream.range(0, processes).mapToObj(EventId::replica).toList();
        counts = new int[processes];
        whole = EventLog.ofSimulation(TraceWriter.to(wholeBytes), () -> now, names, "seed " + seed);
        for (String name : names) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            partBytes.add(bytes);
            parts.add(EventLog.ofProcess(TraceWriter.to(bytes), () -> now, name, "", failure -> {
                throw failure;
            }));
        }
        for (int step = 0; step < steps; step++) {
            now += 1 + random.nextInt(50);
            step();
        }
        whole.close();
        for (EventLog part : parts) {
            part.close();
        }
    }

    private void step() {
        int process = random.nextInt(names.size());
        switch (random.nextInt(4)) {
            case 0 -> {
                whole.happens(process, EventKind.NOTE, "something");
                parts.get(process).happens(0, EventKind.NOTE, "something");
                happened(process, -1);
            }
            case 1 -> send(process);
            default -> {
                if (!network.isEmpty()) {
                    receive();
                }
            }
        }
    }

    private void send(int process) {
        // Few different frames, so that the same bytes are often under way more than once.
        ByteString frame = ByteString.copyFromUtf8("frame " + random.nextInt(3));
        EventId sending = happened(process, -1);
        for (int to = 0; to < names.size(); to++) {
            if (to != process && random.nextInt(3) > 0 || to == (process + 1) % names.size()) {
                EventLog.Sent sent = whole.sends(process, names.get(to), frame);
                parts.get(process).sends(0, names.get(to), frame);
                network.add(new OnItsWay(process, to, frame, sent, sending));
            }
        }
    }

    /** Over each link in order, as a connection does; some are lost. */
    private void receive() {
        OnItsWay drawn = network.get(random.nextInt(network.size()));
        OnItsWay first = network.stream()
                .filter(each -> each.from() == drawn.from() && each.to() == drawn.to())
                .findFirst()
                .orElseThrow();
        network.remove(first);
        if (random.nextInt(8) == 0) {
            whole.loses(first.sent(), names.get(first.to()), "lost");
            return;
        }
        whole.receives(first.to(), first.sent(), "");
        parts.get(first.to()).receivesFrom(0, names.get(first.from()), first.frame());
        happened(first.to(), numbers.get(first.sending()));
    }

    private EventId happened(int process, int cause) {
        BitSet past = new BitSet();
        if (counts[process] > 0) {
            include(past, numbers.get(new EventId(names.get(process), counts[process])));
        }
        if (cause >= 0) {
            include(past, cause);
        }
        EventId id = new EventId(names.get(process), ++counts[process]);
        numbers.put(id, events.size());
        events.add(id);
        pasts.add(past);
        return id;
    }

    private void include(BitSet past, int number) {
        past.set(number);
        past.or(pasts.get(number));
    }

    String text() {
        return wholeBytes.toString(StandardCharsets.US_ASCII);
    }

    Trace whole() throws IOException, TraceException {
        return TraceReader.read("whole", new BufferedReader(new StringReader(text())));
    }

    Trace merged(Path folder) throws IOException, TraceException {
        List<Path> files = new ArrayList<>();
        for (int process = 0; process < names.size(); process++) {
            files.add(Files.write(
                    folder.resolve(names.get(process)), partBytes.get(process).toByteArray()));
        }
        return TraceReader.read(files);
    }
}
