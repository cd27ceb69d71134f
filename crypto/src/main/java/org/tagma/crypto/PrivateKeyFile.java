package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Base64;
import java.util.Set;
import org.bouncycastle.asn1.ASN1OctetString;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.pkcs.PrivateKeyInfo;

/**
 * A node's private key on disk: an unencrypted PKCS#8 PEM file (RFC 7468, RFC 8410), which {@code openssl pkey} reads,
 * and which nobody but its owner can. POSIX file systems only.
 */
public final class PrivateKeyFile {
    private static final String BEGIN = "-----BEGIN PRIVATE KEY-----";
    private static final String END = "-----END PRIVATE KEY-----";
    private static final String BEGIN_ENCRYPTED = "-----BEGIN ENCRYPTED PRIVATE KEY-----";
    private static final Set<PosixFilePermission> OWNER_ONLY = PosixFilePermissions.fromString("rw-------");
    private static final Set<PosixFilePermission> OTHERS = PosixFilePermissions.fromString("---rwxrwx");

    /** Far above the 119 bytes of a key with nothing around it, and far below what could hurt. */
    private static final int MAX_FILE_BYTES = 16 * 1024;

    private PrivateKeyFile() {}

    /**
     * Writes a new file, mode 0600 from its first moment, whole or not at all, durably.
     *
     * @throws KeyFileException if the file exists (a key is never overwritten) or cannot be written
     */
    public static void write(Path file, NodeKeys keys) throws KeyFileException {
        try {
            Path directory = file.toAbsolutePath().getParent();
            Path temporary =
                    Files.createTempFile(directory, ".key", ".tmp", PosixFilePermissions.asFileAttribute(OWNER_ONLY));
            try {
                writeDurably(temporary, pem(keys));
                // A link, unlike a move, fails if the name is taken.
                Files.createLink(file, temporary);
            } finally {
                Files.delete(temporary);
            }
        } catch (FileAlreadyExistsException e) {
            throw new KeyFileException(
                    "there is a key file " + file + " already; move it away first, a key is never overwritten", e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new KeyFileException(
                    "cannot write the key file " + file + ": " + reason(e)
                            + "; check the directory and its permissions",
                    e);
        }
    }

    /**
     * Reads a file.
     *
     * @throws KeyFileException if it is missing, damaged, no Ed25519 key, or open to anybody but its owner
     */
    public static NodeKeys read(Path file) throws KeyFileException {
        Content content = content(file);
        if (content.permissions().stream().anyMatch(OTHERS::contains)) {
            throw new KeyFileException("the key file " + file + " is open to others ("
                    + PosixFilePermissions.toString(content.permissions())
                    + "); close it with `chmod 600 " + file + "`, and make a new key if somebody may have read it");
        }
        if (content.text().length() > MAX_FILE_BYTES) {
            throw damaged(file, "it is longer than " + MAX_FILE_BYTES + " bytes");
        }
        return parse(file, content.text());
    }

    private record Content(Set<PosixFilePermission> permissions, String text) {}

    /** No more of it than is looked at. */
    private static Content content(Path file) throws KeyFileException {
        try (var input = Files.newInputStream(file)) {
            return new Content(
                    Files.getPosixFilePermissions(file),
                    new String(input.readNBytes(MAX_FILE_BYTES + 1), StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            throw new KeyFileException(
                    "there is no key file " + file + "; check the path, or make keys with `tagma init`", e);
        } catch (AccessDeniedException e) {
            throw new KeyFileException("the key file " + file + " cannot be read by this user; run as its owner", e);
        } catch (IOException | UnsupportedOperationException e) {
            throw new KeyFileException("cannot read the key file " + file + ": " + reason(e), e);
        }
    }

    private static NodeKeys parse(Path file, String text) throws KeyFileException {
        if (text.contains(BEGIN_ENCRYPTED)) {
            throw new KeyFileException(
                    "the key file " + file + " is encrypted; decrypt it with `openssl pkey -in FILE -out NEWFILE`");
        }
        int begin = text.indexOf(BEGIN);
        int end = text.indexOf(END);
        if (begin < 0 || end < begin) {
            throw damaged(file, "it holds no PEM block of a PRIVATE KEY");
        }
        String base64 = text.substring(begin + BEGIN.length(), end).replaceAll("\\s", "");
        boolean isEd25519;
        byte[] seed;
        try {
            PrivateKeyInfo info = PrivateKeyInfo.getInstance(Base64.getDecoder().decode(base64));
            isEd25519 = info.getPrivateKeyAlgorithm().getAlgorithm().equals(EdECObjectIdentifiers.id_Ed25519);
            seed = isEd25519
                    ? ASN1OctetString.getInstance(info.parsePrivateKey()).getOctets()
                    : new byte[0];
        } catch (IOException | IllegalArgumentException | IllegalStateException e) {
            throw damaged(file, "its PEM block is no PKCS#8 private key");
        }
        if (!isEd25519) {
            throw new KeyFileException("the key in " + file
                    + " is not an Ed25519 key; make one with `tagma init` or `openssl genpkey -algorithm ed25519`");
        }
        if (seed.length != CryptoProvider.SEED_BYTES) {
            throw damaged(file, "its key is " + seed.length + " bytes long, not " + CryptoProvider.SEED_BYTES);
        }
        return NodeKeys.fromSeed(ByteString.copyFrom(seed));
    }

    private static void writeDurably(Path file, String text) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
            ByteBuffer bytes = StandardCharsets.US_ASCII.encode(text);
            while (bytes.hasRemaining()) {
                channel.write(bytes);
            }
            channel.force(true);
        }
    }

    private static String pem(NodeKeys keys) {
        return BEGIN + "\n" + Base64.getEncoder().encodeToString(keys.pkcs8()) + "\n" + END + "\n";
    }

    private static KeyFileException damaged(Path file, String reason) {
        return new KeyFileException(
                "the key file " + file + " is damaged: " + reason + "; restore it from a copy, or make new keys");
    }

    private static String reason(Exception e) {
        // The file name, which is all that many of these messages hold, is in our own message.
        return e instanceof NoSuchFileException ? "there is no such directory" : e.toString();
    }
}
