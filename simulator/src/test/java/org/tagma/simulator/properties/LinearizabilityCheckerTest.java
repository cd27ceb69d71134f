package org.tagma.simulator.properties;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.tagma.simulator.properties.History.Call;
import org.tagma.simulator.workload.RegisterOperation;
import org.tagma.simulator.workload.RegisterOperation.Kind;

class LinearizabilityCheckerTest {

    private int nextIndex;

    private Call put(String value, long from, long to, String before) {
        return call(Kind.PUT, "x", value, "", from, to, before);
    }

    private Call get(long from, long to, String value) {
        return call(Kind.GET, "x", "", "", from, to, value);
    }

    private Call call(Kind kind, String key, String argument, String expected, long from, long to, String result) {
        return new Call(new RegisterOperation(0, nextIndex++, kind, key, argument, expected), from, to, result);
    }

    private static void assertGood(Call... calls) {
        assertThat(LinearizabilityChecker.check(List.of(calls), List.of())).isEmpty();
    }

    private static void assertBad(Call... calls) {
        assertThat(LinearizabilityChecker.check(List.of(calls), List.of())).isPresent();
    }

    @Test
    void nothingIsLinearizable() {
        assertGood();
    }

    @Test
    void readSeesTheLastWrite() {
        assertGood(put("a", 0, 1, ""), get(2, 3, "a"));
    }

    @Test
    void staleReadIsFound() {
        assertBad(put("a", 0, 1, ""), get(2, 3, ""));
    }

    @Test
    void readDuringAWriteMaySeeEither() {
        assertGood(put("a", 0, 10, ""), get(2, 3, ""), get(4, 5, "a"));
    }

    @Test
    void readsDuringAWriteMustNotGoBack() {
        assertBad(put("a", 0, 10, ""), get(2, 3, "a"), get(4, 5, ""));
    }

    @Test
    void readOfAValueThatNobodyWroteIsFound() {
        assertBad(put("a", 0, 1, ""), get(2, 3, "b"));
    }

    @Test
    void concurrentWritesMayComeInAnyOrder() {
        assertGood(put("a", 0, 10, "b"), put("b", 0, 10, ""), get(11, 12, "a"));
        assertBad(put("a", 0, 10, "b"), put("b", 0, 10, "a"), get(11, 12, "a"));
    }

    @Test
    void operationExecutedTwiceIsFound() {
        assertBad(call(Kind.APPEND, "x", "a", "", 0, 1, "a"), call(Kind.APPEND, "x", "b", "", 2, 3, "aab"));
    }

    @Test
    void bothOfTwoConcurrentSwapsCannotSucceed() {
        assertBad(
                call(Kind.CAS, "x", "a", "", 0, 10, "ok"), call(Kind.CAS, "x", "b", "", 0, 10, "ok"), get(11, 12, "a"));
        assertGood(
                call(Kind.CAS, "x", "a", "", 0, 10, "ok"), call(Kind.CAS, "x", "b", "", 0, 10, "no"), get(11, 12, "a"));
    }

    @Test
    void callOfUnknownOutcomeMayTakeEffectLateOrNever() {
        assertGood(put("a", 0, History.NEVER, null), get(2, 3, ""));
        assertGood(put("a", 0, History.NEVER, null), get(2, 3, "a"));
        assertGood(put("a", 0, History.NEVER, null), get(2, 3, ""), get(4, 5, "a"));
    }

    @Test
    void callOfUnknownOutcomeTakesEffectOnceAndNotBeforeIt() {
        assertBad(put("a", 0, History.NEVER, null), put("b", 2, 3, "a"), get(4, 5, "a"));
        assertBad(get(0, 1, "a"), put("a", 2, History.NEVER, null));
    }

    @Test
    void registersAreIndependent() {
        assertGood(
                call(Kind.PUT, "x", "a", "", 0, 1, ""),
                call(Kind.GET, "y", "", "", 2, 3, ""),
                call(Kind.GET, "x", "", "", 4, 5, "a"));
    }

    /**
     * Histories made by executing at a moment between call and return are accepted; with one result changed, they are
     * not.
     */
    @Test
    void agreesWithHistoriesOfAKnownOrder() {
        Random random = new Random(5);
        for (int round = 0; round < 200; round++) {
            List<Call> history = sequential(random, 40);

            assertThat(LinearizabilityChecker.check(history, List.of())).isEmpty();

            int at = random.nextInt(history.size());
            Call call = history.get(at);
            history.set(at, new Call(call.operation(), call.calledAt(), call.returnedAt(), "never written"));
            assertThat(LinearizabilityChecker.check(history, List.of())).isPresent();
        }
    }

    /**
     * The same where nobody knows what became of some: they are thought of only where nothing else explains what was
     * seen.
     */
    @Test
    void agreesWithHistoriesOfWhichSomeOutcomesAreUnknown() {
        Random random = new Random(6);
        for (int round = 0; round < 50; round++) {
            List<Call> history = sequential(random, 300);
            for (int i = 0; i < 60; i++) {
                isUnknown(history, random.nextInt(history.size()));
            }
            assertThat(LinearizabilityChecker.check(history, List.of())).isEmpty();

            List<Call> shorter = sequential(random, 40);
            for (int i = 0; i < 6; i++) {
                isUnknown(shorter, random.nextInt(20));
            }
            Call call = shorter.get(30);
            shorter.set(30, new Call(call.operation(), call.calledAt(), call.returnedAt(), "never written"));
            assertThat(LinearizabilityChecker.check(shorter, List.of())).isPresent();
        }
    }

    /** A true order says at once that there is one; a false one says nothing. */
    @Test
    void theOrderThatIsTriedFirstMakesNoDifferenceToTheVerdict() {
        Random random = new Random(7);
        for (int round = 0; round < 50; round++) {
            List<Call> history = sequential(random, 40);
            List<RegisterOperation> order =
                    new ArrayList<>(history.stream().map(Call::operation).toList());

            assertThat(LinearizabilityChecker.check(history, order)).isEmpty();
            Collections.shuffle(order, random);
            assertThat(LinearizabilityChecker.check(history, order)).isEmpty();

            Call call = history.get(20);
            history.set(20, new Call(call.operation(), call.calledAt(), call.returnedAt(), "never written"));
            assertThat(LinearizabilityChecker.check(history, order)).isPresent();
        }
    }

    private static void isUnknown(List<Call> history, int at) {
        Call call = history.get(at);
        history.set(at, new Call(call.operation(), call.calledAt(), History.NEVER, null));
    }

    private List<Call> sequential(Random random, int length) {
        List<Call> history = new ArrayList<>();
        String value = RegisterOperation.UNSET;
        for (int i = 0; i < length; i++) {
            Kind kind = Kind.values()[random.nextInt(4)];
            RegisterOperation operation =
                    new RegisterOperation(0, i, kind, "x", "v" + random.nextInt(3), "v" + random.nextInt(3));
            RegisterOperation.Effect effect = operation.applyTo(value);
            value = effect.value();
            long moment = 100L * i;
            history.add(
                    new Call(operation, moment - random.nextInt(250), moment + random.nextInt(250), effect.result()));
        }
        return history;
    }
}
