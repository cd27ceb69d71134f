package org.tagma.replica.trace;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CausalityTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
    void vectorClocksSayWhatASearchThroughAllPathsSays(long seed) throws Exception {
        RandomExchange exchange = new RandomExchange(seed, 2 + (int) seed % 4, 300);
        Trace trace = exchange.whole();

        assertThat(trace.events()).hasSameSizeAs(exchange.events);
        for (int a = 0; a < exchange.events.size(); a++) {
            for (int b = 0; b < exchange.events.size(); b++) {
                Relation expected = a == b
                        ? Relation.SAME
                        : exchange.pasts.get(b).get(a)
                                ? Relation.BEFORE
                                : exchange.pasts.get(a).get(b) ? Relation.AFTER : Relation.CONCURRENT;
                assertThat(Causality.relation(
                                event(trace, exchange.events.get(a)), event(trace, exchange.events.get(b))))
                        .isEqualTo(expected);
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {11, 12, 13})
    void everyPathLeadsAlongProcessesAndMessages(long seed) throws Exception {
        Trace trace = new RandomExchange(seed, 4, 120).whole();
        Causality causality = new Causality(trace);

        for (TraceEvent a : trace.events()) {
            for (TraceEvent b : trace.events()) {
                List<TraceEvent> path = causality.path(a, b);
                if (Causality.relation(a, b) != Relation.BEFORE) {
                    assertThat(path).isEmpty();
                    continue;
                }
                assertThat(path).startsWith(a).endsWith(b);
                for (int i = 1; i < path.size(); i++) {
                    TraceEvent from = path.get(i - 1);
                    TraceEvent to = path.get(i);
                    boolean isMessage = to.cause() == from.position();
                    boolean isLater = from.process() == to.process()
                            && from.id().index() < to.id().index();
                    assertThat(isMessage || isLater)
                            .as("%s -> %s", from.id(), to.id())
                            .isTrue();
                }
                if (a.process() == b.process()) {
                    assertThat(path).hasSize(2);
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {21, 22, 23, 24, 25, 26})
    void tracesOfSingleProcessesMergeToNoMoreThanTheTruth(long seed) throws Exception {
        RandomExchange exchange = new RandomExchange(seed, 3, 250);
        Trace merged = exchange.merged(folder);

        assertThat(merged.events()).hasSameSizeAs(exchange.events);
        assertThat(merged.events()).anyMatch(each -> each.cause() >= 0);
        for (int a = 0; a < exchange.events.size(); a++) {
            for (int b = 0; b < exchange.events.size(); b++) {
                // Of equal frames some are lost, so the merge may know less, but it must never claim what is not so.
                Relation relation = Causality.relation(
                        event(merged, exchange.events.get(a)), event(merged, exchange.events.get(b)));
                if (relation == Relation.BEFORE) {
                    assertThat(exchange.pasts.get(b).get(a)).isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @ValueSource(longs = {31, 32})
    void theSameExchangeGivesTheSameBytes(long seed) throws Exception {
        assertThat(new RandomExchange(seed, 4, 200).text()).isEqualTo(new RandomExchange(seed, 4, 200).text());
    }

    private static TraceEvent event(Trace trace, EventId id) {
        return trace.event(id).orElseThrow();
    }
}
