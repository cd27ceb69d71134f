package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SessionTable.Handling;
import org.tagma.core.state.FrameworkState;
import org.tagma.core.state.MerkleTree;

/** Random interleavings of a few clients' sessions, with replays and evictions. */
class SessionTablePropertyTest {

    @Provide
    Arbitrary<List<Step>> traffic() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(0, 0, 0, 0, 0, 0, 1, 2, -1, -1, -2, -3),
                        Arbitraries.of(0, 0, 0, 0, 0, 0, 1, 2, -1, -2, -3, -4, -9),
                        Arbitraries.of(true, true, true, false),
                        Arbitraries.of(-1, -1, 0, 1, 2, 3))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(200);
    }

    @Provide
    Arbitrary<ServiceLimits> limits() {
        int reply = SessionTable.REPLY_OVERHEAD_BYTES;
        int session = SessionTable.SESSION_OVERHEAD_BYTES;
        return Combinators.combine(
                        Arbitraries.integers().between(1, 3),
                        Arbitraries.integers().between(1, 4),
                        Arbitraries.of(1L, 3L * reply, session + 2L * reply, 2L * session + 5L * reply, 1L << 20),
                        Arbitraries.of(0L, 1L, (long) session + reply, 3L * session + 4L * reply, 1L << 20),
                        Arbitraries.of(1L, 10L, 100L, 1_000_000L))
                .as((sessions, pipeline, perClient, more, idle) ->
                        new ServiceLimits(sessions, pipeline, perClient, perClient + more, idle));
    }

    @Property(tries = 500)
    void aTableAgreesWithTheNaiveModel(@ForAll("traffic") List<Step> traffic, @ForAll("limits") ServiceLimits limits) {
        SessionTable table = new SessionTable(limits);
        NaiveSessions model = new NaiveSessions(limits);
        long millis = 0;
        for (Step step : traffic) {
            Request request = step.against(table.progress());
            millis += step.hashCode() & 7;
            table.timeIs(millis);
            model.timeIs(millis);
            Handling verdict = table.judge(request);
            assertThat(verdict).as("verdict on %s", request).isEqualTo(model.judge(request));
            if (verdict instanceof Handling.Execute) {
                ServiceReply reply = ServiceReply.ok(request.operation());
                table.executed(request, reply);
                model.executed(request, reply);
            }
            assertThat(table.progress()).isEqualTo(model.progress());
            assertThat(table.bytes()).isEqualTo(model.bytes());
        }
    }

    @Property(tries = 300)
    void nothingIsExecutedTwiceAndFifoNumbersAreExecutedInOrder(
            @ForAll("traffic") List<Step> traffic, @ForAll("limits") ServiceLimits limits) {
        SessionTable table = new SessionTable(limits);
        long millis = 0;
        Set<String> executed = new HashSet<>();
        Map<SessionId, Long> last = new HashMap<>();
        for (Step step : traffic) {
            table.timeIs(millis += step.hashCode() & 7);
            Request request = step.against(table.progress());
            if (table.judge(request) instanceof Handling.Execute) {
                table.executed(request, ServiceReply.ok(request.operation()));
                assertThat(executed.add(request.semantics() + " " + request))
                        .as("%s is executed for the first time", request)
                        .isTrue();
                if (request.semantics().isFifo()) {
                    long previous = last.getOrDefault(request.session(), 0L);
                    assertThat(request.number()).isEqualTo(previous + 1);
                    last.put(request.session(), request.number());
                }
            }
        }
    }

    @Property(tries = 300)
    void aTableReadBackBehavesLikeTheOneWritten(
            @ForAll("traffic") List<Step> before,
            @ForAll("traffic") List<Step> after,
            @ForAll("limits") ServiceLimits limits)
            throws IOException {
        Kept written = new Kept(limits);
        for (Step step : before) {
            offer(written.table, step.against(written.table.progress()));
            if ((step.hashCode() & 15) == 0) {
                written.write();
            }
        }
        written.write();
        Kept read = new Kept(limits, written.tree, written.table.executions());
        assertThat(read.table.progress()).isEqualTo(written.table.progress());
        assertThat(read.table.bytes()).isEqualTo(written.table.bytes());
        for (Step step : after) {
            Request request = step.against(written.table.progress());
            assertThat(offer(read.table, request)).isEqualTo(offer(written.table, request));
            if ((step.hashCode() & 7) == 0) {
                read.write();
            }
        }
        read.write();
        written.write();
        assertThat(read.tree.root()).isEqualTo(written.tree.root());
    }

    /** A table with the tree that it is written to. */
    private static final class Kept {
        private MerkleTree tree = MerkleTree.EMPTY;
        private final SessionTable table;

        Kept(ServiceLimits limits) {
            table = new SessionTable(limits, key -> FrameworkState.get(tree, key), 0, 0);
        }

        Kept(ServiceLimits limits, MerkleTree tree, long executions) throws IOException {
            this.tree = tree;
            table = new SessionTable(limits, key -> FrameworkState.get(this.tree, key), executions, 0);
            SessionRecords.read(tree, table);
        }

        void write() {
            tree = FrameworkState.with(tree, table.takeChanges(), 1);
        }
    }

    private static Handling offer(SessionTable table, Request request) {
        Handling verdict = table.judge(request);
        if (verdict instanceof Handling.Execute) {
            table.executed(request, ServiceReply.ok(request.operation()));
        }
        return verdict;
    }
}
