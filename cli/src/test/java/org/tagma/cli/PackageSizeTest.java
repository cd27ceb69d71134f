package org.tagma.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** A package is a room that one can look around in. */
class PackageSizeTest {

    private static final Path PROJECT = Path.of("..");
    private static final long MAX_FILES = 30;

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
        assertThat(sizes).hasSizeGreaterThan(30);
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
