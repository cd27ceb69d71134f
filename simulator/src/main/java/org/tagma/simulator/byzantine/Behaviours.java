package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.tagma.simulator.byzantine.Behaviour.Use;
import org.tagma.simulator.faults.Misbehaviour;

/**
 * The ways of being malicious that a replica of one protocol has, as words, so that a run can be written down: {@code
 * equivocates}, with a number {@code silent-from:700}, and from a virtual time on {@code equivocates@5000}. Immutable.
 */
public final class Behaviours {

    private static final int STEPS_BEFORE_CRASH = 2_000;
    private static final int MILLIS_BEFORE_SILENCE = 2_000;
    private static final int LONGEST_DELAY_MILLIS = 1_000;
    private static final Pattern WORD = Pattern.compile("([a-z-]+)(?::(\\d{1,9}))?(?:@(\\d{1,9}))?");

    /** Those that have nothing to do with what a protocol says. */
    private static final List<Behaviour> OF_ALL_PROTOCOLS = List.of(
            Behaviour.of("stale-messages", StaleMessages::new),
            // To just under the patience of the others.
            Behaviour.of("slow", situation -> new Slowness(situation, situation.requestTimeoutMillis() * 9 / 10)),
            Behaviour.of("lies-to-clients", LyingReplies::new),
            Behaviour.of("lies-in-transfer", LyingTransfer::new),
            Behaviour.of("silent", situation -> new Silence(situation, 0)),
            Behaviour.of("bad-authenticators", BadAuthenticators::new),
            Behaviour.of("half-truths", HalfTruths::new).used(Use.DRAWN_BESIDES),
            Behaviour.of(
                    "censors",
                    (random, replicas, clients) -> random.nextInt(Math.max(1, clients)),
                    client -> situation -> new Censorship(client)),
            Behaviour.of(
                    "isolates",
                    (random, replicas, clients) -> random.nextInt(replicas),
                    replica -> situation -> new Isolation(situation, replica)),
            Behaviour.of(
                    "silent-from",
                    (random, replicas, clients) -> random.nextInt(MILLIS_BEFORE_SILENCE),
                    millis -> situation -> new Silence(situation, millis)),
            Behaviour.of(
                    "crashes-at-step",
                    (random, replicas, clients) -> random.nextInt(1, STEPS_BEFORE_CRASH),
                    steps -> situation -> new CrashAtStep(steps)),
            Behaviour.of(
                    "delays",
                    (random, replicas, clients) -> random.nextInt(1, LONGEST_DELAY_MILLIS + 1),
                    millis -> situation -> new Slowness(situation, millis)));

    private final List<Behaviour> all;

    /** Those of all protocols, after some of a protocol's own. */
    public Behaviours(List<Behaviour> own) {
        all = Stream.concat(own.stream(), OF_ALL_PROTOCOLS.stream()).toList();
    }

    /** All names, without their numbers. */
    public List<String> names() {
        return all.stream().map(Behaviour::name).toList();
    }

    /**
     * The way that a word says.
     *
     * @throws IllegalArgumentException if there is no such way
     */
    public Misbehaviour.Factory parse(String word) {
        Matcher matcher = WORD.matcher(word);
        String name = matcher.matches() ? matcher.group(1) : word;
        Behaviour behaviour = all.stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "no way of being malicious is called '" + name + "'; there are " + String.join(", ", names())));
        String number = matcher.group(2);
        if (behaviour.number().isPresent() != (number != null)) {
            throw new IllegalArgumentException(
                    number != null ? name + " takes no number" : name + " takes a number, as in " + name + ":1");
        }
        Misbehaviour.Factory way = behaviour.factory().apply(number == null ? 0 : Integer.parseInt(number));
        String from = matcher.group(3);
        return from == null ? way : situation -> new Later(way.create(situation), situation, Long.parseLong(from));
    }

    /** One that a replica may have besides those that {@link #drawn} gives. */
    public String drawnBesides(SplittableRandom random) {
        List<Behaviour> some = usedAs(Use.DRAWN_BESIDES);
        return some.get(random.nextInt(some.size())).name();
    }

    /** One to three of them, for a group of so many. */
    public List<String> drawn(SplittableRandom random, int replicas, int clients) {
        List<Behaviour> some = usedAs(Use.DRAWN);
        List<String> chosen = new ArrayList<>();
        int count = random.nextInt(1, 4);
        while (chosen.size() < count) {
            Behaviour behaviour = some.get(random.nextInt(some.size()));
            String word = behaviour.name()
                    + behaviour
                            .number()
                            .map(number -> ":" + number.draw(random, replicas, clients))
                            .orElse("");
            if (!chosen.contains(word)) {
                chosen.add(word);
            }
        }
        return List.copyOf(chosen);
    }

    private List<Behaviour> usedAs(Use use) {
        return all.stream().filter(each -> each.use() == use).toList();
    }
}
