package org.tagma.replica;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.network.wire.MessageType;

/**
 * How each message is authenticated, in each of a cluster's two modes: the one home of that table. Where replicas may
 * lie (PBFT):
 *
 * <table>
 * <caption>Proofs by type and mode</caption>
 * <tr><th>message</th><th>signatures</th><th>macs</th></tr>
 * <tr><td>request</td><td>client's signature</td><td>client's vector of MACs, then its signature</td></tr>
 * <tr><td>query</td><td>client's vector of MACs</td><td>the same</td></tr>
 * <tr><td>reply</td><td>MAC</td><td>MAC</td></tr>
 * <tr><td>pre-prepare, prepare, commit</td><td>signature</td><td>vector of MACs</td></tr>
 * <tr><td>checkpoint, view-change, new-view</td><td>signature</td><td>signature</td></tr>
 * <tr><td>everything else between replicas</td><td>MAC; vector of MACs where it goes to all</td><td>the same</td></tr>
 * </table>
 *
 * <p>The last row needs no signature in either mode, since such a message is never shown to a third replica.
 *
 * <p>Where replicas may crash but do not lie (Raft), every message between them carries MACs as in the last row, and a
 * replica vouches for the requests that it passes on in its log entries. So nothing that a client sends must convince
 * anybody but its receiver: in {@code macs} mode a request carries its client's vector of MACs and no signature.
 */
public enum AuthenticationPolicy {
    /** Votes and requests are signed. */
    SIGNATURES,
    /** Votes carry vectors of MACs; requests carry both. */
    MACS,
    /** For replicas that do not lie: requests are signed. */
    CRASH_ONLY_SIGNATURES,
    /** For replicas that do not lie: requests carry vectors of MACs, and nothing is signed. */
    CRASH_ONLY_MACS;

    /** Length of an Ed25519 signature in bytes. */
    static final int SIGNATURE_BYTES = 64;

    /** What convinces of a message between replicas. */
    enum Proof {
        /** A signature: convinces everybody, so it does not matter who delivers the message. */
        SIGNATURE,
        /** A signature of the sender who delivers it himself. */
        SIGNATURE_OF_DELIVERER,
        /** One MAC, or a vector with one for each replica. */
        MAC
    }

    /** Whether what an authentic replica says is true, so that it can vouch for what it passes on. */
    public boolean trustsReplicas() {
        return this == CRASH_ONLY_SIGNATURES || this == CRASH_ONLY_MACS;
    }

    /** Whether a client's request carries a vector of MACs. It comes before the signature. */
    public boolean putsVectorOnRequests() {
        return this == MACS || this == CRASH_ONLY_MACS;
    }

    /** Whether a client's request is signed. */
    public boolean signsRequests() {
        return this != CRASH_ONLY_MACS;
    }

    /**
     * Whether replicas under this policy have messages of this type to say to each other. It keeps Raft's messages, in
     * which replicas vouch for others, out of groups in which they may lie.
     */
    boolean isBetweenReplicas(int type) {
        boolean ofPbft = type >= MessageType.PRE_PREPARE_VALUE && type <= MessageType.BATCH_BODY_VALUE;
        boolean ofRaft = type >= MessageType.REQUEST_VOTE_VALUE && type <= MessageType.READ_INDEX_REPLY_VALUE;
        boolean ofClients = type <= MessageType.REPLY_VALUE;
        return !ofClients && !(trustsReplicas() ? ofPbft : ofRaft);
    }

    /** The proof of a message that replicas send each other; {@code type} is the number of a MessageType. */
    Proof proofOf(int type) {
        return switch (type) {
            case MessageType.CHECKPOINT_VALUE, MessageType.VIEW_CHANGE_VALUE, MessageType.NEW_VIEW_VALUE ->
                Proof.SIGNATURE;
            case MessageType.PRE_PREPARE_VALUE, MessageType.PREPARE_VALUE, MessageType.COMMIT_VALUE ->
                this == SIGNATURES ? Proof.SIGNATURE_OF_DELIVERER : Proof.MAC;
            default -> Proof.MAC;
        };
    }

    /** The proof that lets every replica check a message. */
    ByteString proveToAll(Authentication authentication, int type, ByteString payload) {
        return proofOf(type) == Proof.MAC
                ? authentication.macVector(type, payload)
                : authentication.sign(type, payload);
    }

    /** The cheapest proof that lets one replica check a message. */
    ByteString proveTo(int receiver, Authentication authentication, int type, ByteString payload) {
        return proofOf(type) == Proof.MAC
                ? authentication.mac(new NodeId.Replica(receiver), type, payload)
                : authentication.sign(type, payload);
    }

    /** Whether a MAC, alone or in a vector, proves to this replica who sent a message. */
    static boolean isMacGood(
            Authentication authentication, NodeId sender, int type, ByteString payload, ByteString proof) {
        return proof.size() == Authentication.MAC_BYTES
                ? authentication.verifyMac(sender, type, payload, proof)
                : authentication.verifyMacVector(sender, type, payload, proof);
    }
}
