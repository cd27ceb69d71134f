package org.tagma.core.service;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.CodedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.tagma.core.protocol.Event.SessionProgress;
import org.tagma.core.protocol.Request;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.SessionTable.Verdict;

/** Random interleavings of a few clients' sessions, with replays and evictions. */
class SessionTablePropertyTest {

    @Provide
    Arbitrary<List<Step>> traffic() {
        return Combinators.combine(
                        Arbitraries.integers().between(0, 2),
                        Arbitraries.of(0, 0, 0, 0, 0, 0, 1, 2, -1, -1, -2, -3),
                        Arbitraries.of(0, 0, 0, 0, 0, 0, 1, 2, -1, -2, -3, -4, -9),
                        Arbitraries.of(true, true, true, false))
                .as(Step::new)
                .list()
                .ofMinSize(20)
                .ofMaxSize(200);
    }

    @Property(tries = 300)
    void aTableAgreesWithTheNaiveModel(
            @ForAll("traffic") List<Step> traffic,
            @ForAll @IntRange(min = 1, max = 3) int sessions,
            @ForAll @IntRange(min = 1, max = 4) int pipeline) {
        SessionTable table = new SessionTable(new ServiceLimits(sessions, pipeline));
        Model model = new Model(sessions, pipeline);
        for (Step step : traffic) {
            Request request = step.against(table.progress());
            Verdict verdict = table.judge(request);
            assertThat(verdict).as("verdict on %s", request).isEqualTo(model.judge(request));
            if (verdict instanceof Verdict.Execute) {
                ServiceReply reply = ServiceReply.ok(request.operation());
                table.executed(request, reply);
                model.executed(request, reply);
            }
            assertThat(table.progress()).isEqualTo(model.progress());
        }
    }

    @Property(tries = 300)
    void nothingIsExecutedTwiceAndFifoNumbersAreExecutedInOrder(
            @ForAll("traffic") List<Step> traffic, @ForAll @IntRange(min = 1, max = 3) int sessions) {
        SessionTable table = new SessionTable(new ServiceLimits(sessions, 2));
        Set<String> executed = new HashSet<>();
        Map<SessionId, Long> last = new HashMap<>();
        for (Step step : traffic) {
            Request request = step.against(table.progress());
            if (table.judge(request) instanceof Verdict.Execute) {
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

    @Property(tries = 200)
    void aTableReadBackBehavesLikeTheOneWritten(
            @ForAll("traffic") List<Step> before,
            @ForAll("traffic") List<Step> after,
            @ForAll @IntRange(min = 1, max = 3) int sessions,
            @ForAll @IntRange(min = 1, max = 4) int pipeline)
            throws IOException {
        ServiceLimits limits = new ServiceLimits(sessions, pipeline);
        SessionTable written = new SessionTable(limits);
        before.forEach(step -> offer(written, step.against(written.progress())));
        byte[] bytes = encode(written);
        SessionTable read = SessionTable.readFrom(CodedInputStream.newInstance(bytes), limits);
        assertThat(encode(read)).isEqualTo(bytes);
        for (Step step : after) {
            Request request = step.against(written.progress());
            assertThat(offer(read, request)).isEqualTo(offer(written, request));
        }
        assertThat(encode(read)).isEqualTo(encode(written));
    }

    private static Verdict offer(SessionTable table, Request request) {
        Verdict verdict = table.judge(request);
        if (verdict instanceof Verdict.Execute) {
            table.executed(request, ServiceReply.ok(request.operation()));
        }
        return verdict;
    }

    private static byte[] encode(SessionTable table) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        CodedOutputStream out = CodedOutputStream.newInstance(bytes);
        table.writeTo(out);
        out.flush();
        return bytes.toByteArray();
    }

    /** Remembers everything that ever was executed, and works each rule out from that history alone. */
    private static final class Model {

        private record Past(Request request, ServiceReply reply) {}

        private final int sessions;
        private final int pipeline;
        private final List<Past> history = new ArrayList<>();
        private final Set<SessionId> evicted = new HashSet<>();

        Model(int sessions, int pipeline) {
            this.sessions = sessions;
            this.pipeline = pipeline;
        }

        Verdict judge(Request request) {
            SessionId id = request.session();
            long newest = history.stream()
                    .filter(past -> past.request().session().client() == id.client())
                    .mapToLong(past -> past.request().session().session())
                    .max()
                    .orElse(0);
            if (!live(id.client()).contains(id) && id.session() <= newest) {
                long highestEvicted = evicted.stream()
                        .filter(other -> other.client() == id.client())
                        .mapToLong(SessionId::session)
                        .max()
                        .orElse(0);
                return new Verdict.Answer(ServiceReply.sessionExpired(newest, highestEvicted));
            }
            return request.semantics().isFifo() ? judgeFifo(request) : judgeUnordered(request);
        }

        private Verdict judgeFifo(Request request) {
            List<Past> lane = lane(request.session(), true);
            if (request.number() > lane.size()) {
                return request.number() == lane.size() + 1 ? new Verdict.Execute() : new Verdict.Wait();
            }
            boolean kept = request.number() > 0 && request.number() > lane.size() - pipeline;
            return new Verdict.Answer(
                    kept ? lane.get((int) request.number() - 1).reply() : ServiceReply.EVICTED);
        }

        private Verdict judgeUnordered(Request request) {
            return request.number() > lastUnordered(request.session())
                    ? new Verdict.Execute()
                    : new Verdict.Answer(ServiceReply.STALE);
        }

        void executed(Request request, ServiceReply reply) {
            history.add(new Past(request, reply));
            List<SessionId> live = live(request.session().client());
            if (live.size() > sessions) {
                evicted.add(live.stream()
                        .min(Comparator.comparingInt(this::lastActive))
                        .orElseThrow());
            }
        }

        List<SessionProgress> progress() {
            Map<SessionId, SessionProgress> all = new TreeMap<>();
            for (int client = 0; client <= 2; client++) {
                for (SessionId id : live(client)) {
                    all.put(id, new SessionProgress(id, lane(id, true).size() + 1, lastUnordered(id)));
                }
            }
            return List.copyOf(all.values());
        }

        private List<SessionId> live(int client) {
            return history.stream()
                    .map(past -> past.request().session())
                    .filter(id -> id.client() == client && !evicted.contains(id))
                    .distinct()
                    .toList();
        }

        private int lastActive(SessionId id) {
            int last = -1;
            for (int i = 0; i < history.size(); i++) {
                last = history.get(i).request().session().equals(id) ? i : last;
            }
            return last;
        }

        private List<Past> lane(SessionId id, boolean isFifo) {
            return history.stream()
                    .filter(past -> past.request().session().equals(id)
                            && past.request().semantics().isFifo() == isFifo)
                    .toList();
        }

        private long lastUnordered(SessionId id) {
            return lane(id, false).stream()
                    .mapToLong(past -> past.request().number())
                    .max()
                    .orElse(0);
        }
    }
}
