package org.tagma.replica.trace;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Reads trace files. */
public final class TraceReader {

    private TraceReader() {}

    /**
     * Reads a trace, or merges the traces of several replicas into one: receipts are matched with sendings by the bytes
     * that were sent.
     *
     * @throws IOException if a file cannot be read
     * @throws TraceException if one is not a trace, or they do not belong together
     */
    public static Trace read(List<Path> files) throws IOException, TraceException {
        TraceBuilder builder = new TraceBuilder();
        for (Path file : files) {
            try (BufferedReader lines = Files.newBufferedReader(file)) {
                read(file.toString(), lines, builder);
            } catch (CharacterCodingException e) {
                throw new TraceException(file + " is not a trace: it is not text");
            }
        }
        return builder.build();
    }

    /**
     * Reads a trace from text.
     *
     * @param name for messages
     */
    public static Trace read(String name, BufferedReader lines) throws IOException, TraceException {
        TraceBuilder builder = new TraceBuilder();
        read(name, lines, builder);
        return builder.build();
    }

    private static void read(String name, BufferedReader lines, TraceBuilder builder)
            throws IOException, TraceException {
        TraceParser parser = new TraceParser();
        builder.beginFile(name);
        int number = 0;
        String torn = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            number++;
            try {
                TraceLine parsed = parser.parse(line);
                if (!torn.isEmpty() && !(parsed instanceof TraceLine.Header)) {
                    throw new TraceException(torn);
                }
                torn = "";
                builder.add(parsed, number);
            } catch (TraceParser.Malformed e) {
                if (number == 1 || !torn.isEmpty()) {
                    throw new TraceException(torn.isEmpty() ? name + ":" + number + ": " + e.getMessage() : torn);
                }
                // A replica that was killed leaves half a line, at the end or before the header of its next
                // incarnation.
                torn = name + ":" + number + ": " + e.getMessage();
            }
        }
        if (number == 0) {
            throw new TraceException(name + " is empty");
        }
        if (!torn.isEmpty()) {
            builder.remark(name + " ends in the middle of a line, which was left out");
        }
    }
}
