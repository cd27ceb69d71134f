package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ForwardingAuthentication;

/** Authentication that tells of every signature made or checked. As thread-safe as who is told. */
public record MeteredAuthentication(Authentication inner, Runnable signature) implements ForwardingAuthentication {

    @Override
    public ByteString sign(int messageType, ByteString payload) {
        signature.run();
        return inner.sign(messageType, payload);
    }

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString proof) {
        signature.run();
        return inner.verifySignature(sender, messageType, payload, proof);
    }
}
