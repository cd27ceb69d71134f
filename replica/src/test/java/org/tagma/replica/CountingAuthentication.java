package org.tagma.replica;

import com.google.protobuf.ByteString;
import java.util.concurrent.atomic.AtomicInteger;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.crypto.ForwardingAuthentication;

/** Counts the signatures that a node checks. */
record CountingAuthentication(Authentication inner, AtomicInteger signatureChecks) implements ForwardingAuthentication {

    @Override
    public boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature) {
        signatureChecks.incrementAndGet();
        return inner.verifySignature(sender, messageType, payload, signature);
    }
}
