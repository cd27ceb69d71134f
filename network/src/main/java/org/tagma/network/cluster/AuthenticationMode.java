package org.tagma.network.cluster;

import java.util.Locale;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.ProtocolDefinition;

/** How messages are authenticated, besides the connection that they come on: each step is the one before and more. */
public enum AuthenticationMode {
    /** The connection alone says who speaks; for replicas that do not lie. */
    NONE,
    /**
     * Message authentication codes: one for a single receiver, a vector of them for all replicas. Where replicas may
     * lie, clients sign what those do not take without, which is nothing while all is well.
     */
    MACS,
    /** Every request is signed by its client besides. */
    CLIENT_SIGNATURES,
    /** Requests are signed, and so are the messages by which replicas that may lie agree. */
    SIGNATURES;

    /** The name in the cluster file. */
    public String label() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** Whether a request carries a vector of MACs. It comes before the signature. */
    public boolean putsVectorOnRequests() {
        return this == MACS || this == CLIENT_SIGNATURES;
    }

    /** Whether every request must be signed. */
    public boolean mustSignRequests() {
        return compareTo(CLIENT_SIGNATURES) >= 0;
    }

    /** Whether a request may be signed: under MACs those are that replicas which may lie cannot take without. */
    public boolean maySignRequests(FaultModel faults) {
        return mustSignRequests() || (this == MACS && faults == FaultModel.BYZANTINE);
    }

    /**
     * Refuses what would let one malicious replica speak for everybody.
     *
     * @throws InvalidSettingException if this is no mode for the protocol
     */
    void check(ProtocolDefinition protocol) {
        if (this == NONE && protocol.faultModel() == FaultModel.BYZANTINE) {
            throw new InvalidSettingException(
                    "authentication",
                    "must not be none with " + protocol.name() + ", whose replicas may lie: take macs,"
                            + " client-signatures or signatures");
        }
    }
}
