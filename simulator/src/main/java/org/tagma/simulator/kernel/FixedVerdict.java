package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.protocol.RequestProof;
import org.tagma.protocol.NestedVerifier;

/** Says the same of all that a message shows of others, for those who read what they need not judge. Immutable. */
public record FixedVerdict(boolean isGood) implements NestedVerifier {

    @Override
    public boolean verifyReplica(int sender, int type, ByteString payload, ByteString authenticator) {
        return isGood;
    }

    @Override
    public Optional<RequestProof> verifyClient(int client, int type, ByteString payload, ByteString authenticator) {
        return isGood ? Optional.of(RequestProof.SIGNED) : Optional.empty();
    }
}
