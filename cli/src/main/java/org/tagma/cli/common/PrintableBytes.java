package org.tagma.cli.common;

import com.google.protobuf.ByteString;
import java.util.HexFormat;

/** Bytes from elsewhere, for a terminal: as text where they are text without surprises, else in hexadecimal. */
public final class PrintableBytes {

    private PrintableBytes() {}

    /** One line, whatever the bytes are. */
    public static String of(ByteString bytes) {
        String text = bytes.toStringUtf8();
        boolean plain = bytes.isValidUtf8() && text.codePoints().noneMatch(PrintableBytes::isSurprising);
        return plain ? '"' + text + '"' : "0x" + HexFormat.of().formatHex(bytes.toByteArray());
    }

    /**
     * Control characters could rewrite the line, marks of direction could turn it around, quotes could end it early.
     */
    private static boolean isSurprising(int codePoint) {
        int type = Character.getType(codePoint);
        return codePoint == '"'
                || type == Character.CONTROL
                || type == Character.FORMAT
                || type == Character.LINE_SEPARATOR
                || type == Character.PARAGRAPH_SEPARATOR
                || type == Character.UNASSIGNED;
    }
}
