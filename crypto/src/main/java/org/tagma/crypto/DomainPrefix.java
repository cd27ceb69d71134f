package org.tagma.crypto;

import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import org.tagma.core.NodeId;
import org.tagma.crypto.hash.Hkdf;

/**
 * The bytes that go before the payload into everything a sender authenticates, so that nothing made in one context
 * counts in another:
 *
 * <pre>
 * "tagma"  version 1  length and bytes of the cluster id  epoch (4)  message type (1)  sender's kind (1) and id (4)
 * </pre>
 *
 * Integers are big-endian. The prefix says its own length, so no two pairs of prefix and payload give the same bytes.
 * No TLS signature (it starts with spaces) and no certificate (it starts with an ASN.1 tag) by the same key can begin
 * so.
 *
 * <p>Immutable, thread-safe.
 */
final class DomainPrefix {
    private static final byte[] TAG = Hkdf.label("tagma");
    private static final byte VERSION = 1;
    private static final byte REPLICA = 1;
    private static final byte CLIENT = 2;
    private static final int NODE_BYTES = 1 + Integer.BYTES;
    private static final int MAX_MESSAGE_TYPE = 0xff;

    private final byte[] template;
    private final int messageTypeOffset;

    /** The prefix of all that a sender authenticates in a cluster. */
    DomainPrefix(ClusterKeys cluster, NodeId sender) {
        byte[] context = context(cluster);
        this.messageTypeOffset = context.length;
        this.template = ByteBuffer.allocate(context.length + 1 + NODE_BYTES)
                .put(context)
                .put((byte) 0)
                .put(node(sender))
                .array();
    }

    /** The prefix's bytes, for the caller to keep. */
    byte[] bytes(int messageType) {
        byte[] prefix = template.clone();
        prefix[messageTypeOffset] = checkMessageType(messageType);
        return prefix;
    }

    /** The prefix and the payload in one piece. */
    byte[] join(int messageType, ByteString payload) {
        byte[] joined = new byte[template.length + payload.size()];
        System.arraycopy(template, 0, joined, 0, template.length);
        joined[messageTypeOffset] = checkMessageType(messageType);
        payload.copyTo(joined, template.length);
        return joined;
    }

    /** What names a cluster and its epoch. */
    static byte[] context(ClusterKeys cluster) {
        ByteString id = cluster.clusterId();
        return ByteBuffer.allocate(TAG.length + 2 + id.size() + Integer.BYTES)
                .put(TAG)
                .put(VERSION)
                .put((byte) id.size())
                .put(id.asReadOnlyByteBuffer())
                .putInt((int) cluster.epoch())
                .array();
    }

    /** What names a node within its cluster, in a fixed length. */
    static byte[] node(NodeId node) {
        byte kind = node instanceof NodeId.Replica ? REPLICA : CLIENT;
        return ByteBuffer.allocate(NODE_BYTES).put(kind).putInt(node.id()).array();
    }

    private static byte checkMessageType(int messageType) {
        if (messageType < 0 || messageType > MAX_MESSAGE_TYPE) {
            throw new IllegalArgumentException("a message type is 0 to " + MAX_MESSAGE_TYPE + ", not " + messageType);
        }
        return (byte) messageType;
    }
}
