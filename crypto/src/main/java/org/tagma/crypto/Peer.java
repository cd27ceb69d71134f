package org.tagma.crypto;

import org.tagma.core.NodeId;

/**
 * What one node keeps about another to authenticate with it. The keys are computed when first needed: a client never
 * needs those of most other clients. Thread-safe.
 */
final class Peer {
    private final NodeKeys ownKeys;
    private final NodeId self;
    private final ClusterKeys cluster;
    private final CryptoProvider provider;
    private final NodeId node;
    private final PublicKeys publicKeys;
    private final DomainPrefix prefix;

    // Racing threads compute equal values, and any of them may win.
    private volatile VerificationKey verificationKey;
    private volatile PairwiseKeys inbound;
    private volatile PairwiseKeys outbound;

    Peer(
            NodeKeys ownKeys,
            NodeId self,
            ClusterKeys cluster,
            CryptoProvider provider,
            NodeId node,
            PublicKeys publicKeys) {
        this.ownKeys = ownKeys;
        this.self = self;
        this.cluster = cluster;
        this.provider = provider;
        this.node = node;
        this.publicKeys = publicKeys;
        this.prefix = new DomainPrefix(cluster, node);
    }

    /** The prefix of what this peer authenticates. */
    DomainPrefix prefix() {
        return prefix;
    }

    VerificationKey verificationKey() {
        VerificationKey key = verificationKey;
        if (key == null) {
            key = provider.verificationKey(publicKeys.ed25519());
            verificationKey = key;
        }
        return key;
    }

    /** The keys of what the peer sends to this node. */
    PairwiseKeys inbound() {
        PairwiseKeys keys = inbound;
        if (keys == null) {
            keys = PairwiseKeys.derive(ownKeys.sharedSecret(publicKeys, provider), cluster, node, self);
            inbound = keys;
        }
        return keys;
    }

    /** The keys of what this node sends to the peer. */
    PairwiseKeys outbound() {
        PairwiseKeys keys = outbound;
        if (keys == null) {
            keys = PairwiseKeys.derive(ownKeys.sharedSecret(publicKeys, provider), cluster, self, node);
            outbound = keys;
        }
        return keys;
    }
}
