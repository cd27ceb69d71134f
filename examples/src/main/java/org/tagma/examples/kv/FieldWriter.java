package org.tagma.examples.kv;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes numbers big endian and texts as their length and UTF-8 bytes. Equal fields give equal bytes. */
final class FieldWriter {

    private final ByteString.Output out = ByteString.newOutput();

    FieldWriter tag(int tag) {
        out.write(tag);
        return this;
    }

    FieldWriter number(long number) {
        return bytes(ByteBuffer.allocate(Long.BYTES).putLong(number).array());
    }

    FieldWriter count(int count) {
        return bytes(ByteBuffer.allocate(Integer.BYTES).putInt(count).array());
    }

    FieldWriter text(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        return count(utf8.length).bytes(utf8);
    }

    ByteString done() {
        return out.toByteString();
    }

    private FieldWriter bytes(byte[] bytes) {
        out.write(bytes, 0, bytes.length);
        return this;
    }
}
