package org.tagma.cli.trace;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.replica.trace.Causality;
import org.tagma.replica.trace.EventKind;
import org.tagma.replica.trace.HtmlDiagram;
import org.tagma.replica.trace.Trace;
import org.tagma.replica.trace.TraceEvent;
import org.tagma.replica.trace.TraceReader;
import org.tagma.simulator.Scenario;

/** The page in a real browser, where one is installed. */
class DiagramInBrowserTest {

    private static final List<String> BROWSERS = List.of("chromium", "chromium-browser", "google-chrome");
    private static final long PATIENCE_SECONDS = 120;

    @TempDir
    private static Path folder;

    private static String browser;
    private static Trace trace;
    private static Path page;

    @BeforeAll
    static void makeAPage() throws Exception {
        Optional<String> found = installed();
        assumeTrue(found.isPresent(), "skipped: none of " + BROWSERS + " is installed");
        browser = found.get();
        Path file = folder.resolve("run.trace");
        Scenario.cluster(4).operations(5).seed(2).traceTo(file).run().expectAgreement();
        trace = TraceReader.read(List.of(file));
        StringBuilder html = new StringBuilder();
        HtmlDiagram.write(trace, html);
        page = Files.writeString(folder.resolve("run.html"), html);
    }

    @Test
    void showsWhatIsInTheTrace() throws Exception {
        assertThat(shown(""))
                .contains(String.format("%,d events", trace.events().size()))
                .contains("PRE_PREPARE", "5 processes");
    }

    @Test
    void agreesWithTheLibraryOnWhatHappenedBeforeWhat() throws Exception {
        TraceEvent call = first(EventKind.CALL);
        TraceEvent commit = first(EventKind.COMMIT);
        String dom = shown("#select=" + commit.id() + "," + call.id());

        assertThat(dom).contains(call.id() + " happened before " + commit.id());
        for (TraceEvent step : new Causality(trace).path(call, commit)) {
            assertThat(dom).contains(">" + step.id() + "</button>");
        }
        assertThat(shown("#axis=order&select=r0:1,r1:1")).contains("r0:1 and r1:1 are concurrent");
    }

    private static TraceEvent first(EventKind kind) {
        return trace.events().stream()
                .filter(each -> each.kind() == kind)
                .findFirst()
                .orElseThrow();
    }

    private static Optional<String> installed() {
        return Stream.of(System.getenv("PATH").split(":"))
                .flatMap(place -> BROWSERS.stream().map(name -> Path.of(place, name)))
                .filter(Files::isExecutable)
                .map(Path::toString)
                .findFirst();
    }

    /** The page as the browser has it after its scripts ran. */
    private static String shown(String fragment) throws IOException, InterruptedException {
        Path output = folder.resolve("dom.html");
        Process process = new ProcessBuilder(
                        browser,
                        "--headless",
                        "--no-sandbox",
                        "--disable-gpu",
                        "--disable-quic",
                        "--no-first-run",
                        "--disable-background-networking",
                        "--disable-component-update",
                        "--disable-sync",
                        "--user-data-dir=" + folder.resolve("profile"),
                        "--virtual-time-budget=3000",
                        "--dump-dom",
                        page.toUri() + fragment)
                .redirectOutput(output.toFile())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        try {
            assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
        } finally {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
        }
        String dom = Files.readString(output, StandardCharsets.UTF_8);
        // What the script made of the page, not the script.
        return dom.substring(dom.indexOf("<body>"), dom.indexOf("<script"));
    }
}
