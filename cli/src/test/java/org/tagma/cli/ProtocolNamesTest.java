package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A protocol is one place: what runs a cluster does not name any, but where this test says so. */
class ProtocolNamesTest {

    private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

    private static final Pattern COMMENTS = Pattern.compile("/\\*.*?\\*/|//[^\\n]*", Pattern.DOTALL);
    private static final Pattern NAMES = Pattern.compile("\"(pbft|raft)\"|\\.(pbft|raft)\\b|Pbft|Raft|PBFT_|RAFT_");

    /** A protocol's own packages, and what is about these two protocols: planted mistakes, and micro-benchmarks. */
    private static final Pattern HOMES =
            Pattern.compile("bft-core/.*/core/(pbft|raft)/.*|network/.*/protocol/(pbft|raft)/.*"
                    + "|simulator/.*/simulator/(pbft|raft)/.*|mutation/.*|benchmarks/.*/micro/.*");

    /** The two that the comparison of the two compares. */
    private static final Set<String> ALLOWED = Set.of("BenchCommand.java");

    @Test
    void noCodeOutsideAProtocolsPackagesNamesIt() throws IOException {
        Set<String> naming = new TreeSet<>();
        for (String module : new String[] {
            "bft-core", "crypto", "network", "replica", "client", "api", "simulator", "examples", "benchmarks", "cli"
        }) {
            try (Stream<Path> files = Files.walk(ROOT.resolve(module))) {
                files.filter(file -> file.toString().contains("/src/main/java/")
                                && file.toString().endsWith(".java"))
                        .filter(file ->
                                !HOMES.matcher(ROOT.relativize(file).toString()).matches())
                        .filter(file -> NAMES.matcher(code(file)).find())
                        .filter(file -> !ALLOWED.contains(file.getFileName().toString()))
                        .forEach(file -> naming.add(ROOT.relativize(file).toString()));
            }
        }
        assertThat(naming).isEmpty();
    }

    private static String code(Path file) {
        try {
            return COMMENTS.matcher(Files.readString(file)).replaceAll("");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
