package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tagma.simulator.RegisterOperation;
import org.tagma.simulator.check.History.Call;

/**
 * Decides whether a history of registers is linearizable: exactly, for each register by itself, which suffices (Herlihy
 * and Wing 1990, locality). The search is that of Wing and Gong with Lowe's memory of configurations.
 *
 * <p>A call whose outcome is unknown may take effect at any time after it, or never; since an effect after everything else
 * is seen by nobody, "never" needs no case of its own. Where there are many such calls the search may have to be given up; then
 * nothing is said of the register.
 */
public final class LinearizabilityChecker {

    /** Which calls took effect, and the register's value then. */
    private record Configuration(BitSet done, String value) {}

    /** Configurations after which a search is given up: seconds. */
    private static final int MOST_CONFIGURATIONS = 300_000;

    private LinearizabilityChecker() {}

    /** Empty if the history is linearizable; otherwise the calls on one register that are not. */
    public static Optional<String> check(List<Call> calls) {
        Map<String, List<Call>> byKey = calls.stream()
                .collect(Collectors.groupingBy(call -> call.operation().key(), TreeMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Call>> each : byKey.entrySet()) {
            if (!new Search(each.getValue()).succeeds()) {
                return Optional.of("the calls on register '" + each.getKey() + "' have no order that explains them: "
                        + describe(each.getValue()));
            }
        }
        return Optional.empty();
    }

    private static String describe(List<Call> calls) {
        return calls.stream()
                .map(call -> "[" + call.calledAt() + "," + (call.hasReturned() ? call.returnedAt() : "?") + " "
                        + call.operation() + " => " + call.result() + "]")
                .collect(Collectors.joining(" "));
    }

    /** A depth-first search for an order, with its own stack. */
    private static final class Search {

        private record Step(int call, String valueBefore) {}

        /**
         * Those that returned first, and then the others, each by when it was called: one of unknown outcome is thought to have taken
         * effect only where nothing else leads on.
         */
        private final List<Call> calls;

        private final BitSet done;
        private final Set<Configuration> seen = new HashSet<>();
        private final List<Step> taken = new ArrayList<>();
        private final int mustReturn;
        private String value = RegisterOperation.UNSET;
        private int returned;

        Search(List<Call> unsorted) {
            calls = unsorted.stream()
                    .sorted(Comparator.comparing((Call call) -> !call.hasReturned())
                            .thenComparingLong(Call::calledAt))
                    .toList();
            done = new BitSet(calls.size());
            mustReturn = (int) calls.stream().filter(Call::hasReturned).count();
        }

        boolean succeeds() {
            int from = 0;
            while (returned < mustReturn && seen.size() < MOST_CONFIGURATIONS) {
                int next = nextCandidate(from);
                if (next >= 0) {
                    take(next);
                    from = 0;
                } else if (taken.isEmpty()) {
                    return false;
                } else {
                    from = undo() + 1;
                }
            }
            return true;
        }

        /** The first call from here on that may take effect next, and leads to where the search has not been. */
        private int nextCandidate(int from) {
            long firstReturn = firstReturnOfTheRest();
            for (int i = done.nextClearBit(from); i < calls.size(); i = done.nextClearBit(i + 1)) {
                Call call = calls.get(i);
                if (call.calledAt() > firstReturn) {
                    // Nor may any that was called later; the others begin anew.
                    i = i < mustReturn ? mustReturn - 1 : calls.size() - 1;
                } else if (leadsOn(call) && seen.add(configurationAfter(i))) {
                    return i;
                }
            }
            return -1;
        }

        /** What nobody knows to have been done, and changes nothing, need not have been done. */
        private boolean leadsOn(Call call) {
            RegisterOperation.Effect effect = call.operation().applyTo(value);
            return call.hasReturned()
                    ? effect.result().equals(call.result())
                    : !effect.value().equals(value);
        }

        private Configuration configurationAfter(int i) {
            BitSet then = (BitSet) done.clone();
            then.set(i);
            return new Configuration(
                    then, calls.get(i).operation().applyTo(value).value());
        }

        /** Whatever takes effect next must have been called before this. */
        private long firstReturnOfTheRest() {
            long first = Long.MAX_VALUE;
            for (int i = done.nextClearBit(0); i < mustReturn; i = done.nextClearBit(i + 1)) {
                if (calls.get(i).calledAt() > first) {
                    break;
                }
                first = Math.min(first, calls.get(i).returnedAt());
            }
            return first;
        }

        private void take(int i) {
            Call call = calls.get(i);
            taken.add(new Step(i, value));
            value = call.operation().applyTo(value).value();
            done.set(i);
            returned += call.hasReturned() ? 1 : 0;
        }

        private int undo() {
            Step last = taken.remove(taken.size() - 1);
            value = last.valueBefore();
            done.clear(last.call());
            returned -= calls.get(last.call()).hasReturned() ? 1 : 0;
            return last.call();
        }
    }
}
