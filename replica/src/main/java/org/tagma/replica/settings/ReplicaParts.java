package org.tagma.replica.settings;

import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.service.ReplicatedService;
import org.tagma.crypto.Authentication;
import org.tagma.network.codec.MessageCodec;
import org.tagma.network.transport.Transport;
import org.tagma.replica.ReplicaServer;
import org.tagma.replica.admin.OperatorCommands;
import org.tagma.replica.storage.BackupStage;
import org.tagma.replica.storage.LogStore;
import org.tagma.replica.storage.SnapshotStore;
import org.tagma.replica.threads.Clock;

/**
 * What a {@link ReplicaServer} is put together from. The server takes possession of the transport and the log, and
 * closes them.
 *
 * @param protocol not stepped yet
 * @param authentication the replica's
 * @param transport not started yet
 * @param service has executed nothing yet
 * @param log not recovered yet
 * @param snapshots not recovered yet
 */
public record ReplicaParts(
        Protocol protocol,
        Authentication authentication,
        AuthenticationPolicy policy,
        MessageCodec codec,
        Quorums quorums,
        Transport transport,
        ReplicatedService service,
        LogStore log,
        SnapshotStore snapshots,
        Clock clock,
        MeterRegistry registry,
        ServerOptions options,
        OperatorRules operatorRules) {

    /**
     * What operators may do.
     *
     * <p>Immutable.
     *
     * @param operators clients that may send the {@linkplain OperatorCommands commands of operators}
     * @param handOverMillis how long a replica that is stopped waits until another one leads in its place, at least 0
     * @param backup lays out what a backup takes
     */
    public record OperatorRules(List<Integer> operators, long handOverMillis, BackupStage backup) {
        public OperatorRules {
            operators = List.copyOf(operators);
        }

        /** For a replica that keeps nothing on disk. */
        public OperatorRules(List<Integer> operators, long handOverMillis) {
            this(operators, handOverMillis, BackupStage.none());
        }
    }
}
