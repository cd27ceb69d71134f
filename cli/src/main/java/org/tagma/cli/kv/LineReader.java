package org.tagma.cli.kv;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/** Lines of UTF-8 of a bounded length, that end with a newline, with or without a carriage return. Not thread-safe. */
final class LineReader {

    private final InputStream input;
    private final int maxLineBytes;

    LineReader(InputStream input, int maxLineBytes) {
        this.input = new BufferedInputStream(input);
        this.maxLineBytes = maxLineBytes;
    }

    /**
     * The next line, without its end; empty at the end of the input.
     *
     * @throws MalformedCommandException if the line is too long or is not UTF-8; the next call gives the line after it
     */
    Optional<String> next() throws IOException, MalformedCommandException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        boolean tooLong = false;
        int read = input.read();
        if (read < 0) {
            return Optional.empty();
        }
        while (read >= 0 && read != '\n') {
            if (line.size() < maxLineBytes) {
                line.write(read);
            } else {
                tooLong = true;
            }
            read = input.read();
        }
        if (tooLong) {
            throw new MalformedCommandException("the line has more than " + maxLineBytes + " bytes");
        }
        return Optional.of(decode(line.toByteArray()));
    }

    private static String decode(byte[] bytes) throws MalformedCommandException {
        int length = bytes.length > 0 && bytes[bytes.length - 1] == '\r' ? bytes.length - 1 : bytes.length;
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes, 0, length))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new MalformedCommandException("the line is not UTF-8");
        }
    }
}
