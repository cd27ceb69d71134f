package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.util.Optional;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.SessionId;
import org.tagma.core.service.ServiceLimits;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.codec.MessageReader;
import org.tagma.replica.settings.AuthenticationPolicy;
import org.tagma.simulator.kernel.Capacity;
import org.tagma.simulator.kernel.EventQueue;
import org.tagma.simulator.kernel.Recorder;
import org.tagma.simulator.properties.CodecRule;
import org.tagma.simulator.workload.MerkleRegisters;

/** What the nodes of a simulation share and see of it. */
interface World {

    EventQueue queue();

    Recorder recorder();

    Checks checks();

    Quorums quorums();

    /** How many correct clients there are. */
    int clients();

    AuthenticationPolicy policy();

    MessageCodec codec();

    /** What holds that codec to its purpose. */
    CodecRule codecRule();

    /** What replicas read frames with. */
    MessageReader reader();

    ServiceLimits serviceLimits();

    /** What the registers of a tree are at the beginning; empty if states have no tree. */
    Optional<MerkleRegisters.Beginning> tree();

    /** Whether what need not wait for a replica's disk leaves before that has synced. */
    boolean hasSlowDisks();

    SimulatedProtocol protocol();

    /** What a replica's work costs. */
    Capacity capacity();

    /** The means of a replica to speak as itself. */
    Authentication authenticationOf(int replica);

    /** By how much a replica's clock may be too fast or too slow. */
    double clockDrift();

    boolean isCorrect(int replica);

    /** A correct replica holds another correct replica to be malicious. */
    void falselyAccused(int by, int replica, String text);

    /** Gives the network a frame from one replica to another. */
    void toReplica(int from, int to, ByteString frame);

    /** Gives the network a frame for a client. */
    void toClient(int from, SessionId session, ByteString frame);

    /** Whether a correct client has a connection to a replica, or would have one for each of its sessions. */
    boolean isConnected(int client, int replica);

    /** Gives the network a frame of a client. */
    void fromClient(SessionId session, int to, ByteString frame);

    /** Microseconds since the start. */
    default long now() {
        return queue().nowMicros();
    }
}
