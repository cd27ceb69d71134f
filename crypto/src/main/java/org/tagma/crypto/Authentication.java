package org.tagma.crypto;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;

/**
 * One node's means to say what it says as itself, and to check who said what. Used by replicas and clients alike.
 *
 * <p>What is authenticated is a domain prefix (cluster, epoch, message type, sender) followed by the payload's bytes as
 * they are (a signature is made of the prefix and the payload's SHA-256); so nothing made for one cluster, epoch,
 * message type or sender counts for another. A message type is 0 to 255. Methods that check take whatever a peer may
 * send, and answer {@code false} to all that is not right: unknown senders, wrong lengths, wrong bytes.
 *
 * <p>A signature convinces everybody. A MAC convinces its receiver only, and cannot be shown to a third node.
 *
 * <p>Implementations are thread-safe.
 */
public interface Authentication {
    /** Length of a MAC, and of an entry of a MAC vector, in bytes: HMAC-SHA256 truncated to 128 bits. */
    int MAC_BYTES = 16;

    /** Who this node is. */
    NodeId self();

    /** How many replicas the cluster has. */
    int replicas();

    /** This node's signature of 64 bytes. */
    ByteString sign(int messageType, ByteString payload);

    /** Whether the sender signed this. */
    boolean verifySignature(NodeId sender, int messageType, ByteString payload, ByteString signature);

    /**
     * This node's MAC of 16 bytes for one receiver.
     *
     * @throws IllegalArgumentException if the cluster has no such receiver
     */
    ByteString mac(NodeId receiver, int messageType, ByteString payload);

    /** Whether the sender made this MAC for this node. */
    boolean verifyMac(NodeId sender, int messageType, ByteString payload, ByteString mac);

    /** This node's MACs for all replicas, 16 bytes each, in the order of their ids. */
    ByteString macVector(int messageType, ByteString payload);

    /**
     * Whether the vector has one entry per replica and the sender made this replica's own. The other entries may be
     * anything: a faulty sender can make a vector that is valid for some replicas only. Always false at a client, which
     * has no entry.
     */
    boolean verifyMacVector(NodeId sender, int messageType, ByteString payload, ByteString vector);
}
