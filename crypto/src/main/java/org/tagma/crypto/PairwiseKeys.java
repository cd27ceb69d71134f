package org.tagma.crypto;

import java.nio.ByteBuffer;
import java.util.Arrays;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Hkdf;
import org.tagma.crypto.hash.HmacSha256;

/**
 * The MAC keys for one direction between two nodes: from static X25519 agreement and HKDF over cluster, epoch and both
 * names, so no key is ever sent, and a MAC cannot be reflected to its maker.
 *
 * @param single for MACs to one receiver
 * @param vector for entries of MAC vectors, which are over a digest: a key of its own keeps the two from being confused
 */
record PairwiseKeys(HmacSha256 single, HmacSha256 vector) {
    private static final byte[] INFO = Hkdf.label("tagma mac keys");
    private static final int KEY_BYTES = 32;

    /** For what {@code sender} sends to {@code receiver}; both compute the same. */
    static PairwiseKeys derive(byte[] sharedSecret, ClusterKeys cluster, NodeId sender, NodeId receiver) {
        byte[] pseudorandomKey = Hkdf.extract(DomainPrefix.context(cluster), sharedSecret);
        byte[] from = DomainPrefix.node(sender);
        byte[] to = DomainPrefix.node(receiver);
        byte[] info = ByteBuffer.allocate(INFO.length + from.length + to.length)
                .put(INFO)
                .put(from)
                .put(to)
                .array();
        byte[] keys = Hkdf.expand(pseudorandomKey, info, 2 * KEY_BYTES);
        return new PairwiseKeys(
                new HmacSha256(Arrays.copyOf(keys, KEY_BYTES)),
                new HmacSha256(Arrays.copyOfRange(keys, KEY_BYTES, 2 * KEY_BYTES)));
    }
}
