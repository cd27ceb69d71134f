package org.tagma.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class PrivateKeyFileTest {
    private static final NodeKeys KEYS =
            NodeKeys.fromSeed(ByteString.copyFrom("an Ed25519 seed has 32 bytes....", StandardCharsets.US_ASCII));

    @TempDir
    private Path directory;

    @Test
    void aKeyIsReadAsItWasWritten() throws Exception {
        Path file = write();
        assertThat(PrivateKeyFile.read(file).publicKeys()).isEqualTo(KEYS.publicKeys());
        assertThat(PrivateKeyFile.read(file).pkcs8()).isEqualTo(KEYS.pkcs8());
    }

    @Test
    void onlyTheOwnerCanReadAndNothingElseIsLeft() throws Exception {
        Path file = write();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
                .isEqualTo("rw-------");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aKeyIsNeverOverwritten() throws Exception {
        Path file = Files.writeString(directory.resolve("replica-0.pem"), "something");
        assertThatThrownBy(() -> PrivateKeyFile.write(file, KEYS))
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining("never overwritten");
        assertThat(file).hasContent("something");
        try (var files = Files.list(directory)) {
            assertThat(files).containsExactly(file);
        }
    }

    @Test
    void aMissingDirectoryIsNamed() {
        assertFails(() -> PrivateKeyFile.write(directory.resolve("nowhere/replica-0.pem"), KEYS), "no such directory");
    }

    @Test
    void opensslReadsWhatWeWrite() throws Exception {
        Path file = write();
        String text = openssl("pkey", "-in", file.toString(), "-text");
        assertThat(text).contains("ED25519 Private-Key");
        assertThat(text.replaceAll("[\\s:]", "")).contains(KEYS.publicKeys().ed25519Hex());
    }

    @Test
    void weReadWhatOpensslWrites() throws Exception {
        Path file = directory.resolve("made.pem");
        openssl("genpkey", "-algorithm", "ed25519", "-out", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        NodeKeys keys = PrivateKeyFile.read(file);
        String text = openssl("pkey", "-in", file.toString(), "-text");
        assertThat(text.replaceAll("[\\s:]", "")).contains(keys.publicKeys().ed25519Hex());
    }

    @Test
    void aKeyOfAnotherKindIsRefused() throws Exception {
        Path file = directory.resolve("x25519.pem");
        openssl("genpkey", "-algorithm", "x25519", "-out", file.toString());
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        assertFails(() -> PrivateKeyFile.read(file), "not an Ed25519 key");
    }

    @ParameterizedTest
    @ValueSource(strings = {"rw-r-----", "rw----r--", "rw--w----", "rw-rw-rw-", "rw-----w-", "rw---x---"})
    void aKeyOpenToOthersIsRefused(String permissions) throws Exception {
        Path file = write();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
        assertFails(() -> PrivateKeyFile.read(file), "open to others (" + permissions + ")");
    }

    @Test
    void aReadOnlyKeyIsFine() throws Exception {
        Path file = write();
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("r--------"));
        assertThat(PrivateKeyFile.read(file).publicKeys()).isEqualTo(KEYS.publicKeys());
    }

    @Test
    void aMissingFileIsNamed() {
        assertFails(() -> PrivateKeyFile.read(directory.resolve("none.pem")), "there is no key file");
        assertFails(() -> PrivateKeyFile.read(directory.resolve("none.pem")), "tagma init");
    }

    @Test
    void aDirectoryIsNoKeyFile() throws Exception {
        Path folder = Files.createDirectory(
                directory.resolve("folder"),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        assertFails(() -> PrivateKeyFile.read(folder), "cannot read the key file");
    }

    @Test
    void damagedFilesAreRefused() throws Exception {
        String good = Files.readString(write());
        String base64 = Base64.getEncoder().encodeToString(KEYS.pkcs8());
        List<String> damaged = List.of(
                "",
                "no key at all",
                good.replace("BEGIN PRIVATE", "BEGIN PUBLIC"),
                good.replace("-----END PRIVATE KEY-----", ""),
                good.replace(base64, base64.substring(0, 40)),
                good.replace(base64, base64.substring(1)),
                good.replace(base64, "!" + base64.substring(1)),
                good.replace(base64, ""),
                good.replace(base64, base64(HexFormat.of().formatHex(KEYS.pkcs8()) + "00")),
                // The seed is one byte short, all lengths being right.
                good.replace(base64, base64("302d020100300506032b65700421041f" + "11".repeat(31))),
                "x".repeat(20_000));
        for (String text : damaged) {
            Path file = Files.createTempFile(directory, "damaged", ".pem");
            Files.writeString(file, text);
            assertFails(() -> PrivateKeyFile.read(file), "is damaged");
        }
    }

    @Test
    void everyTruncationIsRefused() throws Exception {
        String good = Files.readString(write()).stripTrailing();
        Path file = Files.createTempFile(directory, "short", ".pem");
        for (int length = 0; length < good.length(); length++) {
            Files.writeString(file, good.substring(0, length));
            assertFails(() -> PrivateKeyFile.read(file), "is damaged");
        }
    }

    @Test
    void anEncryptedKeyIsRefused() throws Exception {
        Path file = Files.createTempFile(directory, "encrypted", ".pem");
        Files.writeString(file, "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n");
        assertFails(() -> PrivateKeyFile.read(file), "is encrypted");
    }

    private Path write() throws KeyFileException {
        Path file = directory.resolve("replica-0.pem");
        PrivateKeyFile.write(file, KEYS);
        return file;
    }

    private static String base64(String hex) {
        return Base64.getEncoder().encodeToString(HexFormat.of().parseHex(hex));
    }

    private static void assertFails(ThrowingCallable action, String message) {
        assertThatThrownBy(action)
                .isInstanceOf(KeyFileException.class)
                .hasMessageContaining(message)
                .satisfies(e -> assertThat(e.getMessage()).doesNotContain("\n"));
    }

    private static String openssl(String... arguments) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("openssl"));
        command.addAll(List.of(arguments));
        Process process;
        try {
            process = new ProcessBuilder(command).redirectErrorStream(true).start();
        } catch (IOException e) {
            assumeTrue(
                    false, "there is no openssl command on this machine, so its view of our key files is not tested");
            throw e;
        }
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(10, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(output).isZero();
        return output;
    }
}
