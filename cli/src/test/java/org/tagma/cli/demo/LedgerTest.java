package org.tagma.cli.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The demo's checks must fail when they should. */
class LedgerTest {
    private final Ledger ledger = new Ledger(3);

    @Test
    void aStateThatHoldsWhatWasAcknowledgedIsFine() {
        increments(5, 5);
        Ledger.Put put = ledger.issuePut();
        ledger.acknowledged(put);

        assertThat(ledger.check(Optional.of("5"), Map.of(put.key(), "1"))).isEmpty();
    }

    @Test
    void aLostIncrementIsFound() {
        increments(5, 5);

        assertThat(ledger.check(Optional.of("4"), Map.of()))
                .singleElement()
                .asString()
                .contains("lost");
    }

    @Test
    void anIncrementExecutedTwiceIsFound() {
        increments(5, 5);

        assertThat(ledger.check(Optional.of("6"), Map.of()))
                .singleElement()
                .asString()
                .contains("twice");
    }

    @Test
    void anIncrementOfUnknownOutcomeMayHaveHappenedOrNot() {
        increments(5, 4);

        assertThat(ledger.check(Optional.of("4"), Map.of())).isEmpty();
        assertThat(ledger.check(Optional.of("5"), Map.of())).isEmpty();
    }

    @Test
    void aLostPutIsFound() {
        Ledger.Put put = ledger.issuePut();
        ledger.acknowledged(put);

        assertThat(ledger.check(Optional.empty(), Map.of())).hasSize(1);
        assertThat(ledger.check(Optional.empty(), Map.of(put.key(), "0"))).hasSize(1);
        assertThat(ledger.check(Optional.empty(), Map.of(put.key(), "77"))).hasSize(1);
        assertThat(ledger.check(Optional.empty(), Map.of(put.key(), "damaged"))).hasSize(1);
    }

    @Test
    void aPutOfUnknownOutcomeMayTakeEffectAfterALaterOne() {
        Ledger.Put early = ledger.issuePut();
        ledger.failed(early);
        Ledger.Put later = nextOfSameKey(early);
        ledger.acknowledged(later);

        assertThat(ledger.check(Optional.empty(), Map.of(early.key(), Long.toString(early.number()))))
                .isEmpty();
        assertThat(ledger.failures()).isEqualTo(1);
    }

    private void increments(int issued, int acknowledged) {
        for (int i = 0; i < issued; i++) {
            ledger.issueIncrement();
        }
        for (int i = 0; i < acknowledged; i++) {
            ledger.incrementAcknowledged();
        }
        for (int i = acknowledged; i < issued; i++) {
            ledger.incrementFailed();
        }
    }

    private Ledger.Put nextOfSameKey(Ledger.Put put) {
        Ledger.Put next = ledger.issuePut();
        while (!next.key().equals(put.key())) {
            next = ledger.issuePut();
        }
        return next;
    }
}
