package org.tagma.replica.settings;

import com.google.protobuf.ByteString;
import org.tagma.core.NodeId;
import org.tagma.crypto.Authentication;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.codec.MessageCodec;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;

/**
 * How each message is authenticated, in each of a cluster's modes. What stands for the messages of a protocol, its
 * definition says: {@link MessageKind#proof}. Where replicas may lie:
 *
 * <table>
 * <caption>Proofs by type and mode</caption>
 * <tr><th>message</th><th>signatures</th><th>client-signatures; macs</th></tr>
 * <tr><td>request</td><td>client's signature</td><td>client's vector of MACs, then its signature; under macs that only
 * where replicas ask for it or it is repeated</td></tr>
 * <tr><td>query</td><td>client's vector of MACs</td><td>the same</td></tr>
 * <tr><td>reply</td><td>MAC</td><td>MAC</td></tr>
 * <tr><td>{@link org.tagma.protocol.Proof#SIGNATURE_OR_MAC}</td><td>signature</td><td>vector of MACs</td></tr>
 * <tr><td>{@link org.tagma.protocol.Proof#SIGNATURE}</td><td>signature</td><td>signature</td></tr>
 * <tr><td>everything else between replicas</td><td>MAC; vector of MACs where it goes to all</td><td>the same</td></tr>
 * </table>
 *
 * <p>The last row needs no signature in any mode, since such a message is never shown to a third replica.
 *
 * <p>Where replicas may crash but do not lie, every message between them carries MACs as in the last row, and a
 * replica vouches for the requests that it passes on in its log entries. So nothing that a client sends must convince
 * anybody but its receiver: in {@code macs} mode a request carries its client's vector of MACs and no signature. In
 * the mode {@code none} the MACs are empty ({@link org.tagma.crypto.NoMacs}): the connection says who speaks.
 */
public final class AuthenticationPolicy {

    /** What convinces of a message between replicas. */
    public enum Proof {
        /** A signature: convinces everybody, so it does not matter who delivers the message. */
        SIGNATURE,
        /** A signature of the sender who delivers it himself. */
        SIGNATURE_OF_DELIVERER,
        /** One MAC, or a vector with one for each replica. */
        MAC
    }

    private static final int TYPES = 256;

    private final ProtocolDefinition protocol;
    private final boolean trustsReplicas;
    private final AuthenticationMode mode;
    /** By type number; null for what replicas under this policy do not say to each other. */
    private final Proof[] proofs = new Proof[TYPES];

    private final MessageKind<?>[] kinds = new MessageKind<?>[TYPES];

    private AuthenticationPolicy(ProtocolDefinition protocol, AuthenticationMode mode) {
        this.protocol = protocol;
        this.trustsReplicas = protocol.faultModel() == FaultModel.CRASH;
        this.mode = mode;
        for (MessageKind<?> kind : MessageCodec.commonMessages()) {
            add(kind);
        }
        for (MessageKind<?> kind : protocol.messages()) {
            add(kind);
        }
    }

    /** The policy of a protocol in a mode. */
    public static AuthenticationPolicy of(ProtocolDefinition protocol, AuthenticationMode mode) {
        return new AuthenticationPolicy(protocol, mode);
    }

    /** What the cluster file says. */
    public AuthenticationMode mode() {
        return mode;
    }

    /** Whose messages they are. */
    public ProtocolDefinition protocol() {
        return protocol;
    }

    private void add(MessageKind<?> kind) {
        kinds[kind.type()] = kind;
        proofs[kind.type()] = switch (kind.proof()) {
            case SIGNATURE -> Proof.SIGNATURE;
            case SIGNATURE_OR_MAC -> mode == AuthenticationMode.SIGNATURES ? Proof.SIGNATURE_OF_DELIVERER : Proof.MAC;
            case MAC -> Proof.MAC;
        };
    }

    /** Whether what an authentic replica says is true, so that it can vouch for what it passes on. */
    public boolean trustsReplicas() {
        return trustsReplicas;
    }

    /** Whether a client's request carries a vector of MACs. It comes before the signature. */
    public boolean putsVectorOnRequests() {
        return mode.putsVectorOnRequests();
    }

    /** Whether a client's request may carry a signature. */
    public boolean maySignRequests() {
        return mode.maySignRequests(protocol.faultModel());
    }

    /** Whether a client's request must carry a signature. */
    public boolean mustSignRequests() {
        return mode.mustSignRequests();
    }

    /**
     * Whether replicas under this policy have messages of this type to say to each other. It keeps the messages of
     * other protocols out, in which replicas may vouch for others.
     */
    public boolean isBetweenReplicas(int type) {
        return type >= 0 && type < TYPES && proofs[type] != null;
    }

    /** The proof of a message that replicas send each other. */
    public Proof proofOf(int type) {
        return isBetweenReplicas(type) ? proofs[type] : Proof.MAC;
    }

    /** Whether such a message shows what other replicas signed. */
    public boolean showsSigned(int type) {
        return isBetweenReplicas(type) && kinds[type].showsSigned();
    }

    /** Whether what such a message carries was asked for by its digest. */
    public boolean isKnownByDigest(int type) {
        return isBetweenReplicas(type) && kinds[type].knownByDigest();
    }

    /** The proof that lets every replica check a message. */
    public ByteString proveToAll(Authentication authentication, int type, ByteString payload) {
        return proofOf(type) == Proof.MAC
                ? authentication.macVector(type, payload)
                : authentication.sign(type, payload);
    }

    /** The cheapest proof that lets one replica check a message. */
    public ByteString proveTo(int receiver, Authentication authentication, int type, ByteString payload) {
        return proofOf(type) == Proof.MAC
                ? authentication.mac(new NodeId.Replica(receiver), type, payload)
                : authentication.sign(type, payload);
    }

    /** Whether a MAC, alone or in a vector, proves to this replica who sent a message. */
    public static boolean isMacGood(
            Authentication authentication, NodeId sender, int type, ByteString payload, ByteString proof) {
        return proof.size() == Authentication.MAC_BYTES
                ? authentication.verifyMac(sender, type, payload, proof)
                : authentication.verifyMacVector(sender, type, payload, proof);
    }
}
