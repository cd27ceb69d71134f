package org.tagma.cli;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.tagma.cli.common.CommandFailure;
import org.tagma.cli.common.ExitStatus;
import org.tagma.cli.common.PrintableBytes;
import org.tagma.client.call.ProofVerifier;
import org.tagma.client.call.ProofVerifier.Result;
import org.tagma.network.cluster.ClusterFile;
import org.tagma.network.cluster.ClusterFileException;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.network.codec.Decoded;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code tagma verify}. */
@Command(
        name = "verify",
        description = "Checks a proof of a value, offline, with nothing but the cluster's public keys.",
        footer = {
            "",
            "`tagma kv --dir DIR prove KEY --out FILE` makes such a proof. It says what the value was at a"
                    + " checkpoint, not"
                    + " what it is now; and it is right even if the replica that gave it is malicious.",
            "",
            "Exit status: 0 the proof is good; 1 it proves nothing; 2 a file cannot be read."
        },
        sortOptions = false)
final class VerifyCommand implements Callable<Integer> {

    /** No proof is longer. */
    private static final long MAX_BYTES = 1 << 24;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "PROOF", description = "The file that holds the proof.")
    private Path file;

    @Option(
            names = "--cluster",
            paramLabel = "FILE",
            required = true,
            description = "The cluster file, from a place that you trust: it holds the public keys.")
    private Path cluster;

    VerifyCommand() {}

    @Override
    public Integer call() throws ClusterFileException {
        ProofVerifier verifier = verifier();
        Decoded<CertifiedProof> decoded = CertifiedProof.decode(read());
        if (!(decoded instanceof Decoded.Ok<CertifiedProof> proof)) {
            return refuse("the file holds no proof");
        }
        Result result = verifier.check(proof.value());
        if (result instanceof Result.Refused refused) {
            return refuse(refused.reason());
        }
        Result.Proven proven = (Result.Proven) result;
        String key = PrintableBytes.of(proof.value().proof().key());
        String what = proven.value()
                .map(value -> key + " = " + PrintableBytes.of(value))
                .orElse(key + " is not there");
        String signers = proven.signers().stream().map(String::valueOf).collect(Collectors.joining(", "));
        spec.commandLine()
                .getOut()
                .println("proved: " + what + ", after batch " + proven.sequence() + "; signed by replicas " + signers);
        return ExitStatus.OK;
    }

    private ProofVerifier verifier() throws ClusterFileException {
        try {
            return new ProofVerifier(ClusterFile.read(cluster));
        } catch (IllegalArgumentException e) {
            throw CommandFailure.cannotRun(e.getMessage(), e);
        }
    }

    private int refuse(String reason) {
        spec.commandLine().getErr().println("NOT proved: " + reason);
        return ExitStatus.UNSUCCESSFUL;
    }

    private ByteString read() {
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw CommandFailure.cannotRun(file + " is too long to be a proof");
            }
            return ByteString.copyFrom(Files.readAllBytes(file));
        } catch (NoSuchFileException e) {
            throw CommandFailure.cannotRun("there is no file " + file, e);
        } catch (IOException e) {
            throw CommandFailure.cannotRun("cannot read " + file + ": " + e.getMessage(), e);
        }
    }
}
