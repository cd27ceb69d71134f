package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.IntFunction;
import java.util.function.Supplier;
import org.tagma.simulator.faults.Misbehaviour;

/**
 * The ways of being malicious as words, so that a run can be written down: {@code equivocates}, or with a number
 * {@code silent-from:700}. A seed draws from all of them.
 */
public final class BehaviourNames {

    /** A way, and what number it takes, if it takes one. */
    private record Way(IntFunction<Misbehaviour.Factory> factory, IntDraw number) {}

    /** Draws the number of a way. */
    private interface IntDraw {
        int draw(SplittableRandom random, int replicas, int clients);
    }

    private static final int STEPS_BEFORE_CRASH = 2_000;
    private static final int MILLIS_BEFORE_SILENCE = 2_000;
    private static final int LONGEST_DELAY_MILLIS = 1_000;

    /** The way in which more than the tolerated ones break agreement together. */
    public static final String TWO_FACED = "two-faced";

    /** Ways that one may have besides. */
    private static final List<String> DRAWN_APART =
            List.of("half-truths", "forges-requests", "borrows-names", TWO_FACED);

    private static final Map<String, Way> WAYS = new LinkedHashMap<>();

    static {
        plain("equivocates", Behaviours::equivocates);
        plain("wrong-digests", Behaviours::sendsWrongDigests);
        plain("stale-messages", Behaviours::repeatsStaleMessages);
        plain("forged-view-changes", Behaviours::forgesViewChanges);
        plain("huge-numbers", Behaviours::sendsHugeNumbers);
        plain("slow", Behaviours::isSlow);
        plain("lies-to-clients", Behaviours::liesToClients);
        plain("lies-in-transfer", Behaviours::liesInStateTransfer);
        plain("silent", Behaviours::isSilent);
        plain("bad-authenticators", Behaviours::spoilsAuthenticators);
        plain("eager-votes", Behaviours::votesForEverything);
        plain("out-of-turn", Behaviours::speaksOutOfTurn);
        plain("false-checkpoints", Behaviours::makesFalseCheckpoints);
        plain("withheld-proposals", Behaviours::withholdsProposals);
        plain("wrong-times", Behaviours::liesAboutTime);
        plain("floods-requests", Behaviours::floodsRequests);
        plain("half-truths", Behaviours::tellsHalfTruths);
        plain("forges-requests", Behaviours::forgesRequests);
        plain("borrows-names", Behaviours::borrowsNames);
        plain(TWO_FACED, Behaviours::hasTwoFaces);
        numbered("censors", Behaviours::censors, (random, replicas, clients) -> random.nextInt(Math.max(1, clients)));
        numbered("isolates", Behaviours::isolates, (random, replicas, clients) -> random.nextInt(replicas));
        numbered(
                "silent-from",
                Behaviours::silentFrom,
                (random, replicas, clients) -> random.nextInt(MILLIS_BEFORE_SILENCE));
        numbered(
                "crashes-at-step",
                Behaviours::crashesAtStep,
                (random, replicas, clients) -> random.nextInt(1, STEPS_BEFORE_CRASH));
        numbered(
                "delays",
                Behaviours::delays,
                (random, replicas, clients) -> random.nextInt(1, LONGEST_DELAY_MILLIS + 1));
    }

    private BehaviourNames() {}

    private static void plain(String name, Supplier<Misbehaviour.Factory> factory) {
        WAYS.put(name, new Way(number -> factory.get(), null));
    }

    private static void numbered(String name, IntFunction<Misbehaviour.Factory> factory, IntDraw number) {
        WAYS.put(name, new Way(factory, number));
    }

    /** All names, without their numbers. */
    public static List<String> names() {
        return List.copyOf(WAYS.keySet());
    }

    /**
     * The way that a word says.
     *
     * @throws IllegalArgumentException if there is no such way
     */
    public static Misbehaviour.Factory parse(String word) {
        int colon = word.indexOf(':');
        String name = colon < 0 ? word : word.substring(0, colon);
        Way way = WAYS.get(name);
        if (way == null) {
            throw new IllegalArgumentException(
                    "no way of being malicious is called '" + name + "'; there are " + String.join(", ", names()));
        }
        if (way.number == null != colon < 0
                || (colon >= 0 && !word.substring(colon + 1).matches("\\d{1,9}"))) {
            throw new IllegalArgumentException(
                    way.number == null ? name + " takes no number" : name + " takes a number, as in " + name + ":1");
        }
        return way.factory.apply(colon < 0 ? 0 : Integer.parseInt(word.substring(colon + 1)));
    }

    /** One that a replica may have besides those that {@link #drawn} gives. */
    public static String drawnApart(SplittableRandom random) {
        return DRAWN_APART.get(random.nextInt(DRAWN_APART.size()));
    }

    /** One to three of them, for a group of so many. */
    public static List<String> drawn(SplittableRandom random, int replicas, int clients) {
        List<String> names =
                names().stream().filter(name -> !DRAWN_APART.contains(name)).toList();
        List<String> chosen = new ArrayList<>();
        int count = random.nextInt(1, 4);
        while (chosen.size() < count) {
            String name = names.get(random.nextInt(names.size()));
            IntDraw number = WAYS.get(name).number;
            String word = number == null ? name : name + ":" + number.draw(random, replicas, clients);
            if (!chosen.contains(word)) {
                chosen.add(word);
            }
        }
        return List.copyOf(chosen);
    }
}
