package org.tagma.simulator.properties;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.tagma.simulator.properties.History.Call;
import org.tagma.simulator.workload.RegisterOperation;

/**
 * Decides whether a history of registers is linearizable: exactly, for each register by itself, which suffices (Herlihy
 * and Wing 1990, locality). The search is that of Wing and Gong with Lowe's memory of configurations.
 *
 * <p>A call whose outcome is unknown may take effect at any time after it, or never; since an effect after everything
 * else is seen by nobody, "never" needs no case of its own. Where there are many such calls the search may have to be
 * given up; then nothing is said of the register.
 */
public final class LinearizabilityChecker {

    /** Which calls took effect, and the register's value then. */
    private record Configuration(BitSet done, String value) {}

    /** Configurations after which a search is given up: seconds. */
    private static final int MOST_CONFIGURATIONS = 300_000;

    private LinearizabilityChecker() {}

    /**
     * Empty if the history is linearizable; otherwise the calls on one register that are not.
     *
     * @param executed an order that may explain it, which is tried first; whatever it is, it makes no difference to the
     *     verdict but where a search would be given up
     */
    public static Optional<String> check(List<Call> calls, List<RegisterOperation> executed) {
        Map<String, List<Call>> byKey = calls.stream()
                .collect(Collectors.groupingBy(call -> call.operation().key(), TreeMap::new, Collectors.toList()));
        for (Map.Entry<String, List<Call>> each : byKey.entrySet()) {
            if (!new Search(each.getValue()).follows(executed) && !new Search(each.getValue()).succeeds()) {
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

        /** @param isFree whether nothing else need be tried in its place */
        private record Step(int call, String valueBefore, boolean isFree) {}

        /**
         * Those that returned first, and then the others, each by when it was called: one of unknown outcome is thought
         * to have taken effect only where nothing else leads on.
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

        /** Whether this order explains all calls, with those that change nothing wherever they may be. */
        boolean follows(List<RegisterOperation> order) {
            Map<RegisterOperation, List<Integer>> places = new HashMap<>();
            for (int i = 0; i < calls.size(); i++) {
                places.computeIfAbsent(calls.get(i).operation(), none -> new ArrayList<>())
                        .add(i);
            }
            takeWhatIsFree();
            for (RegisterOperation operation : order) {
                List<Integer> its = places.getOrDefault(operation, List.of());
                long firstReturn = firstReturnOfTheRest();
                boolean found = its.isEmpty();
                for (int i = 0; !found && i < its.size(); i++) {
                    int place = its.get(i);
                    found = done.get(place) && operation.applyTo(value).value().equals(value);
                    if (!found
                            && !done.get(place)
                            && calls.get(place).calledAt() <= firstReturn
                            && isPossible(calls.get(place))) {
                        take(place, false);
                        takeWhatIsFree();
                        found = true;
                    }
                }
                if (!found) {
                    return false;
                }
            }
            return returned == mustReturn;
        }

        private void takeWhatIsFree() {
            for (int free = freeCandidate(); free >= 0; free = freeCandidate()) {
                take(free, true);
            }
        }

        private boolean isPossible(Call call) {
            return !call.hasReturned()
                    || call.operation().applyTo(value).result().equals(call.result());
        }

        boolean succeeds() {
            int from = 0;
            while (returned < mustReturn && seen.size() < MOST_CONFIGURATIONS) {
                int free = from == 0 ? freeCandidate() : -1;
                int next = free < 0 ? nextCandidate(from) : seen.add(configurationAfter(free)) ? free : -1;
                if (next >= 0) {
                    take(next, free >= 0);
                    from = 0;
                } else if (taken.isEmpty()) {
                    return false;
                } else {
                    from = undo();
                }
            }
            return true;
        }

        /**
         * One that may take effect next and changes nothing: if there is an order at all, there is one in which it is
         * next.
         */
        private int freeCandidate() {
            long firstReturn = firstReturnOfTheRest();
            for (int i = done.nextClearBit(0); i < mustReturn; i = done.nextClearBit(i + 1)) {
                Call call = calls.get(i);
                if (call.calledAt() > firstReturn) {
                    return -1;
                }
                RegisterOperation.Effect effect = call.operation().applyTo(value);
                if (effect.value().equals(value) && effect.result().equals(call.result())) {
                    return i;
                }
            }
            return -1;
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

        private void take(int i, boolean isFree) {
            Call call = calls.get(i);
            taken.add(new Step(i, value, isFree));
            value = call.operation().applyTo(value).value();
            done.set(i);
            returned += call.hasReturned() ? 1 : 0;
        }

        /** Takes the last step back; the result is the first call to be tried in its place. */
        private int undo() {
            Step last = taken.remove(taken.size() - 1);
            value = last.valueBefore();
            done.clear(last.call());
            returned -= calls.get(last.call()).hasReturned() ? 1 : 0;
            return last.isFree() ? calls.size() : last.call() + 1;
        }
    }
}
