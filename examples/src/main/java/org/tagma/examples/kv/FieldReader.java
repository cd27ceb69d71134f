package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;

/** Reads what {@link FieldWriter} wrote, and nothing else. */
final class FieldReader {

    /** The bytes are not what they should be. */
    static final class MalformedException extends Exception {
        private static final long serialVersionUID = 1;

        MalformedException(String message) {
            super(message);
        }
    }

    private final ByteBuffer in;

    FieldReader(ByteString bytes) {
        this.in = bytes.asReadOnlyByteBuffer();
    }

    int tag() throws MalformedException {
        return require(1).get();
    }

    long number() throws MalformedException {
        return require(Long.BYTES).getLong();
    }

    int count() throws MalformedException {
        int count = require(Integer.BYTES).getInt();
        if (count < 0) {
            throw new MalformedException("negative count");
        }
        return count;
    }

    String text() throws MalformedException {
        int bytes = count();
        ByteBuffer utf8 = require(bytes).slice(in.position(), bytes);
        in.position(in.position() + bytes);
        try {
            // A fresh decoder reports malformed input, so that no two encodings mean the same text.
            return StandardCharsets.UTF_8.newDecoder().decode(utf8).toString();
        } catch (CharacterCodingException e) {
            throw new MalformedException("not UTF-8");
        }
    }

    void end() throws MalformedException {
        if (in.hasRemaining()) {
            throw new MalformedException("bytes left over");
        }
    }

    private ByteBuffer require(int bytes) throws MalformedException {
        if (in.remaining() < bytes) {
            throw new MalformedException("too short");
        }
        return in;
    }
}
