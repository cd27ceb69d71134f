package org.tagma.replica.admin;

import com.google.protobuf.ByteString;
import java.util.Optional;
import java.util.function.Supplier;
import org.tagma.core.protocol.ClientMessage.ReplyStatus;
import org.tagma.core.protocol.Message;
import org.tagma.core.service.RejectionResult;
import org.tagma.core.service.ServiceReply;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.network.codec.CertifiedProof;
import org.tagma.protocol.Certificate;
import org.tagma.protocol.CheckpointProofs;
import org.tagma.replica.execution.ServiceExecutor;

/** Proves values of the state at the newest stable checkpoint. For the execution thread. */
public final class ProofQueries {

    private final Optional<CheckpointProofs> proofs;
    private final Supplier<Optional<Message>> checkpointProof;
    private final ServiceExecutor executor;

    public ProofQueries(
            Optional<CheckpointProofs> proofs, Supplier<Optional<Message>> checkpointProof, ServiceExecutor executor) {
        this.proofs = proofs;
        this.checkpointProof = checkpointProof;
        this.executor = executor;
    }

    ServiceReply answer(ByteString key) {
        Optional<Message> certificate = checkpointProof.get();
        Optional<Certificate> shown = proofs.flatMap(each -> certificate.flatMap(each::in));
        if (shown.isEmpty()) {
            return refuse("no-certificate", "there is no certified checkpoint yet");
        }
        Optional<ServiceSnapshot> snapshot = executor.checkpoint(shown.get().sequence());
        if (snapshot.isEmpty()) {
            return refuse("no-certificate", "the state of the certified checkpoint is not here");
        }
        ServiceSnapshot state = snapshot.get();
        return state.tree()
                .map(tree -> CertifiedProof.of(tree.prove(key), state.manifest().encode(), certificate.get()))
                .map(proof -> new ServiceReply(ReplyStatus.OK, proof.encode()))
                .orElseGet(() -> refuse("no-proofs", "this service keeps no state that can be proved"));
    }

    private static ServiceReply refuse(String code, String message) {
        return new ServiceReply(ReplyStatus.REJECTED, new RejectionResult(code, message).encode());
    }
}
