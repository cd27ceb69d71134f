package org.tagma.simulator;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.tagma.replica.trace.Causality;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.Relation;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;
import org.tagma.replica.trace.TraceException;
import org.tagma.replica.trace.TraceReader;
import org.tagma.simulator.faults.NetworkModel;

/**
 * What a run leaves behind, if it is asked to. The reader itself checks that each vector clock follows from the
 * messages.
 */
class RunTraceTest {

    @TempDir
    private Path folder;

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void aRunOverAnArbitraryNetworkCanBeReadBack(long seed) throws Exception {
        Trace trace = read(Scenario.standard()
                .faultyClients(1)
                .network(NetworkModel.arbitrary())
                .seed(seed)
                .traced()
                .run()
                .trace());

        assertThat(kinds(trace))
                .contains(EventKind.START, EventKind.SEND, EventKind.RECEIVE, EventKind.PERSIST, EventKind.COMMIT)
                .contains(EventKind.EXECUTE, EventKind.VIEW, EventKind.CALL, EventKind.RETURN);
        assertThat(trace.processes()).containsExactly("r0", "r1", "r2", "r3", "c0", "c1", "c2", "c3");
        assertThat(trace.losses()).anyMatch(loss -> loss.why().equals("lost by the network"));
        assertThat(remarks(trace)).contains("duplicate").anyMatch(each -> each.startsWith("damaged"));
    }

    @Test
    void everyCommitFollowsTheCallThatAskedForIt() throws Exception {
        Trace trace = read(Scenario.cluster(4)
                .operations(5)
                .seed(3)
                .traced()
                .run()
                .expectAgreement()
                .trace());

        List<TraceEvent> calls = ofKind(trace, EventKind.CALL);
        List<TraceEvent> commits = ofKind(trace, EventKind.COMMIT);
        assertThat(calls).hasSize(5);
        assertThat(commits)
                .isNotEmpty()
                .allSatisfy(commit ->
                        assertThat(Causality.relation(calls.get(0), commit)).isEqualTo(Relation.BEFORE));
        TraceEvent lastReturn = ofKind(trace, EventKind.RETURN).get(4);
        List<TraceEvent> path = new Causality(trace).path(calls.get(0), lastReturn);
        assertThat(path).startsWith(calls.get(0)).endsWith(lastReturn);
    }

    @Test
    void crashesRestartsAndPausesAreInIt() throws Exception {
        Trace trace = read(Scenario.cluster(4)
                .operations(40)
                .afterOperations(5, cluster -> cluster.crash(2))
                .afterOperations(15, cluster -> cluster.restart(2))
                .afterOperations(20, cluster -> cluster.pause(1, 300))
                .seed(5)
                .traced()
                .run()
                .expectAgreement()
                .trace());

        assertThat(trace.events().stream()
                        .filter(each -> each.id().process().equals("r2"))
                        .map(TraceEvent::kind))
                .containsOnlyOnce(EventKind.CRASH)
                .containsSubsequence(EventKind.START, EventKind.CRASH, EventKind.START);
        assertThat(kinds(trace)).contains(EventKind.PAUSE, EventKind.RESUME);
        assertThat(trace.losses()).anyMatch(loss -> loss.why().equals("the receiver is down"));
    }

    @Test
    void aFileHoldsTheSameAsMemory() throws Exception {
        Path file = folder.resolve("run.trace");
        Scenario.cluster(4).operations(3).seed(9).traceTo(file).run().expectAgreement();

        assertThat(Files.readString(file))
                .isEqualTo(
                        Scenario.cluster(4).operations(3).seed(9).traced().run().trace());
    }

    private static Trace read(String text) throws IOException, TraceException {
        return TraceReader.read("the run", new BufferedReader(new StringReader(text)));
    }

    private static Set<EventKind> kinds(Trace trace) {
        return trace.events().stream().map(TraceEvent::kind).collect(Collectors.toSet());
    }

    private static Set<String> remarks(Trace trace) {
        return trace.events().stream().map(TraceEvent::remark).collect(Collectors.toSet());
    }

    private static List<TraceEvent> ofKind(Trace trace, EventKind kind) {
        return trace.events().stream().filter(each -> each.kind() == kind).toList();
    }
}
