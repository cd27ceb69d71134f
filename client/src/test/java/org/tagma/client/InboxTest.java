package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxTest {

    private final Inbox inbox = new Inbox();

    @Test
    void inputsComeOutOnceInTheOrderTheyWentIn() {
        StringBuilder applied = new StringBuilder();
        inbox.add((core, now) -> applied.append("a"));
        inbox.add((core, now) -> applied.append("b"));

        inbox.drain().forEach(input -> input.apply(null, 0));

        assertThat(applied).hasToString("ab");
        assertThat(inbox.drain()).isEmpty();
    }

    @Test
    void nobodySleepsWhileThereAreInputs() {
        inbox.add((core, now) -> {});

        inbox.park(TimeUnit.DAYS.toNanos(1));

        assertThat(inbox.drain()).hasSize(1);
    }

    @Test
    void aSleeperIsWoken() throws InterruptedException {
        Thread sleeper = new Thread(() -> {
            while (inbox.drain().isEmpty()) {
                inbox.park(TimeUnit.DAYS.toNanos(1));
            }
        });
        sleeper.start();

        inbox.add((core, now) -> {});
        inbox.wake();

        sleeper.join();
        assertThat(inbox.drain()).isEmpty();
    }

    @Test
    void aClosedInboxTakesNothingAndLetsNobodySleep() {
        inbox.close();

        assertThat(inbox.add((core, now) -> {})).isFalse();
        inbox.park(TimeUnit.DAYS.toNanos(1));
        assertThat(inbox.drain()).isEmpty();
    }
}
