package org.tagma.mutation;

import java.io.ByteArrayOutputStream;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.StringWriter;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.FileObject;
import javax.tools.ForwardingJavaFileManager;
import javax.tools.JavaCompiler;
import javax.tools.JavaFileManager;
import javax.tools.JavaFileObject;
import javax.tools.SimpleJavaFileObject;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;

/** Compiles a mutant of one source file in memory, against the classes of the unchanged rest. Thread-safe. */
public final class MutantCompiler {

    /** Opened once: to open the libraries of the JDK takes longer than to compile a class. Used under its lock. */
    private static final StandardJavaFileManager FILES =
            ToolProvider.getSystemJavaCompiler().getStandardFileManager(null, null, StandardCharsets.UTF_8);

    private MutantCompiler() {}

    /**
     * The class files of the mutated source files, by binary name.
     *
     * @param neighbours one class of each module and library that the source file uses
     * @throws AssertionError if the snippet does not occur exactly once, or the mutant does not compile: the mutant is
     *     stale and must follow the code
     */
    public static Map<String, byte[]> compile(Mutant mutant, Class<?>... neighbours) {
        String classPath =
                Stream.of(neighbours).map(MutantCompiler::location).collect(Collectors.joining(File.pathSeparator));
        Map<String, byte[]> classes = new HashMap<>(compile(mutant.className(), mutate(mutant), classPath));
        mutant.second().ifPresent(other -> classes.putAll(compile(other, neighbours)));
        return classes;
    }

    /**
     * Checks that the snippet of a mutant occurs exactly once, without compiling it.
     *
     * @throws AssertionError if it does not: the mutant is stale and must follow the code
     */
    public static void checkFits(Mutant mutant) {
        mutate(mutant);
        mutant.second().ifPresent(MutantCompiler::checkFits);
    }

    private static String mutate(Mutant mutant) {
        String source;
        try {
            source = Files.readString(sources(mutant.module()).resolve(mutant.source() + ".java"));
        } catch (IOException e) {
            throw new AssertionError("mutant " + mutant.id() + " is stale: its source file is gone", e);
        }
        // Line breaks and indentation are the formatter's affair, not the mutant's.
        String normalized = oneLine(source);
        String original = oneLine(mutant.original());
        int at = normalized.indexOf(original);
        if (at < 0 || normalized.indexOf(original, at + 1) >= 0) {
            throw new AssertionError("mutant " + mutant.id() + " is stale: its snippet occurs "
                    + (at < 0 ? "nowhere" : "more than once") + " in " + mutant.source() + ": " + original);
        }
        return normalized.substring(0, at) + mutant.replacement() + normalized.substring(at + original.length());
    }

    /** Tests run in the folder of their module, beside that of the mutant. */
    private static Path sources(String module) {
        return Path.of("..", module, "src/main/java/org/tagma");
    }

    /** The code without comments to the end of a line, which would swallow the rest, and with single spaces. */
    private static String oneLine(String source) {
        return source.lines()
                .map(line -> line.strip().startsWith("//") ? "" : line)
                .collect(Collectors.joining(" "))
                .replaceAll("\\s+", " ")
                .replaceAll("\\s*\\.\\s*(?=[a-zA-Z]+\\()", ".")
                .replace("( ", "(");
    }

    private static Map<String, byte[]> compile(String className, String source, String classPath) {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        StringWriter complaints = new StringWriter();
        synchronized (FILES) {
            Output output = new Output(FILES);
            List<String> options = List.of("--release", "17", "-proc:none", "-nowarn", "-classpath", classPath);
            boolean compiled = compiler.getTask(
                            complaints, output, null, options, null, List.of(new Source(className, source)))
                    .call();
            if (!compiled) {
                throw new AssertionError("a mutant of " + className + " does not compile: " + complaints);
            }
            return output.classFiles();
        }
    }

    private static String location(Class<?> type) {
        try {
            return Path.of(type.getProtectionDomain()
                            .getCodeSource()
                            .getLocation()
                            .toURI())
                    .toString();
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    private static final class Source extends SimpleJavaFileObject {
        private final String text;

        Source(String className, String text) {
            super(URI.create("string:///" + className.replace('.', '/') + Kind.SOURCE.extension), Kind.SOURCE);
            this.text = text;
        }

        @Override
        public CharSequence getCharContent(boolean ignoreEncodingErrors) {
            return text;
        }
    }

    private static final class Output extends ForwardingJavaFileManager<StandardJavaFileManager> {
        private final Map<String, ByteArrayOutputStream> files = new HashMap<>();

        Output(StandardJavaFileManager manager) {
            super(manager);
        }

        @Override
        public JavaFileObject getJavaFileForOutput(
                JavaFileManager.Location location, String className, JavaFileObject.Kind kind, FileObject sibling) {
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            files.put(className, bytes);
            return new SimpleJavaFileObject(URI.create("mem:///" + className.replace('.', '/') + ".class"), kind) {
                @Override
                public OutputStream openOutputStream() {
                    return bytes;
                }
            };
        }

        Map<String, byte[]> classFiles() {
            Map<String, byte[]> all = new HashMap<>();
            files.forEach((name, bytes) -> all.put(name, bytes.toByteArray()));
            return all;
        }
    }
}
