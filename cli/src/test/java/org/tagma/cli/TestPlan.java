package org.tagma.cli;

import org.tagma.ClusterPlan;
import org.tagma.FreePorts;
import org.tagma.network.cluster.AuthenticationMode;
import org.tagma.network.cluster.CryptoProviderChoice;
import org.tagma.network.cluster.Durability;
import org.tagma.protocol.Protocols;

/** A small cluster for tests. */
public final class TestPlan {
    private static final int REPLICAS = 4;
    private static final int CLIENTS = 2;

    private TestPlan() {}

    /** Three replicas of Raft, likewise, with MACs. */
    public static ClusterPlan raft() {
        return new ClusterPlan(
                Protocols.named("raft"),
                AuthenticationMode.MACS,
                CryptoProviderChoice.BOUNCYCASTLE,
                false,
                FreePorts.loopback(3),
                1,
                CLIENTS,
                Durability.SYNC);
    }

    /**
     * Four replicas on free ports of the loopback interface, and two clients. Without native cryptography, which takes
     * long to load on a busy machine.
     */
    public static ClusterPlan plan() {
        return new ClusterPlan(
                Protocols.named("pbft"),
                AuthenticationMode.SIGNATURES,
                CryptoProviderChoice.BOUNCYCASTLE,
                false,
                FreePorts.loopback(REPLICAS),
                1,
                CLIENTS,
                Durability.SYNC);
    }
}
