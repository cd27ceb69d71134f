package org.tagma.cli.kv;

import java.util.ArrayList;
import java.util.List;

/**
 * Splits a line into words. Words are separated by spaces and tabs. A word in double quotes may hold spaces, may be
 * empty, and is read as JSON reads a string: with the escapes {@code \" \\ \/ \b \f \n \r \t} and
 * {@code \}{@code uXXXX}. So all text that Unicode has can be said in one line.
 */
final class CommandWords {
    private static final int HEXADECIMAL = 16;
    private static final int UNICODE_ESCAPE_DIGITS = 4;

    private final String line;
    private int position;

    private CommandWords(String line) {
        this.line = line;
    }

    /** @throws MalformedCommandException if a quote is not closed, or an escape is none */
    static List<String> split(String line) throws MalformedCommandException {
        CommandWords words = new CommandWords(line);
        List<String> found = new ArrayList<>();
        words.skipBlanks();
        while (!words.atEnd()) {
            found.add(words.peek() == '"' ? words.quoted() : words.plain());
            words.skipBlanks();
        }
        return found;
    }

    private boolean atEnd() {
        return position == line.length();
    }

    private char peek() {
        return line.charAt(position);
    }

    private static boolean isBlank(char c) {
        return c == ' ' || c == '\t';
    }

    private void skipBlanks() {
        while (!atEnd() && isBlank(peek())) {
            position++;
        }
    }

    private String plain() throws MalformedCommandException {
        int begin = position;
        while (!atEnd() && !isBlank(peek())) {
            if (peek() == '"') {
                throw new MalformedCommandException("a quote in the middle of the word at character " + (begin + 1)
                        + "; put the whole word in quotes and write \\\" for a quote");
            }
            position++;
        }
        return line.substring(begin, position);
    }

    private String quoted() throws MalformedCommandException {
        int begin = position++;
        StringBuilder word = new StringBuilder();
        while (!atEnd()) {
            char c = line.charAt(position++);
            if (c == '"') {
                if (!atEnd() && !isBlank(peek())) {
                    throw new MalformedCommandException(
                            "no space after the closing quote at character " + position + "; write \\\" for a quote");
                }
                return requireText(word.toString());
            }
            word.append(c == '\\' ? escape() : c);
        }
        throw new MalformedCommandException("the quote at character " + (begin + 1) + " is never closed");
    }

    private char escape() throws MalformedCommandException {
        if (atEnd()) {
            throw new MalformedCommandException("the line ends with a backslash inside quotes");
        }
        char c = line.charAt(position++);
        return switch (c) {
            case '"', '\\', '/' -> c;
            case 'b' -> '\b';
            case 'f' -> '\f';
            case 'n' -> '\n';
            case 'r' -> '\r';
            case 't' -> '\t';
            case 'u' -> unicode();
            default ->
                throw new MalformedCommandException("unknown escape \\" + c + " at character " + (position - 1)
                        + "; there are \\\" \\\\ \\/ \\b \\f \\n \\r \\t and \\uXXXX");
        };
    }

    private char unicode() throws MalformedCommandException {
        int end = position + UNICODE_ESCAPE_DIGITS;
        String digits = line.substring(position, Math.min(end, line.length()));
        if (digits.length() < UNICODE_ESCAPE_DIGITS
                || !digits.chars().allMatch(digit -> Character.digit(digit, HEXADECIMAL) >= 0 && digit < 128)) {
            throw new MalformedCommandException(
                    "\\u at character " + (position - 1) + " needs four hexadecimal digits");
        }
        position = end;
        return (char) Integer.parseInt(digits, HEXADECIMAL);
    }

    /** Half a surrogate pair is no text: it has no UTF-8, and would silently become a question mark. */
    private static String requireText(String word) throws MalformedCommandException {
        for (int i = 0; i < word.length(); i++) {
            if (Character.isHighSurrogate(word.charAt(i))
                    && i + 1 < word.length()
                    && Character.isLowSurrogate(word.charAt(i + 1))) {
                i++;
            } else if (Character.isSurrogate(word.charAt(i))) {
                throw new MalformedCommandException("half of a surrogate pair is no character");
            }
        }
        return word;
    }
}
