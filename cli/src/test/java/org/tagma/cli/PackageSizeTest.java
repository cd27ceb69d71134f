package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A package is a room that one can look around in. */
class PackageSizeTest {

    private static final Path PROJECT = Path.of("..");
    private static final long MAX_FILES = 30;

    /** Larger today: to be divided, and none to be added. */
    private static final List<String> TOO_LARGE_TODAY = List.of(
            "bft-core/src/main/java/org/tagma/core/pbft",
            "bft-core/src/main/java/org/tagma/core/raft",
            "network/src/main/java/org/tagma/network",
            "replica/src/main/java/org/tagma/replica",
            "replica/src/main/java/org/tagma/replica/storage");

    @Test
    void noPackageHasMoreFilesThanOneTakesIn() throws IOException {
        Map<String, Long> sizes = new TreeMap<>();
        try (Stream<Path> modules = Files.list(PROJECT)) {
            for (Path sources : modules.map(module -> module.resolve("src/main/java"))
                    .filter(Files::isDirectory)
                    .toList()) {
                count(sources, sizes);
            }
        }
        assertThat(sizes).hasSizeGreaterThan(TOO_LARGE_TODAY.size());
        sizes.keySet().removeAll(TOO_LARGE_TODAY);
        assertThat(sizes.entrySet()).allMatch(each -> each.getValue() <= MAX_FILES);
    }

    private static void count(Path sources, Map<String, Long> sizes) throws IOException {
        try (Stream<Path> files = Files.walk(sources)) {
            files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> !file.endsWith("package-info.java"))
                    .forEach(file ->
                            sizes.merge(PROJECT.relativize(file.getParent()).toString(), 1L, Long::sum));
        }
    }
}
