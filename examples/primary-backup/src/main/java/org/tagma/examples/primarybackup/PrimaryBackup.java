package org.tagma.examples.primarybackup;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.state.NodeStore;
import org.tagma.protocol.Assumptions;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.GroupSizes;
import org.tagma.protocol.InvalidSettingException;
import org.tagma.protocol.LeaderClientPolicy;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;

/**
 * Primary-backup replication with a fixed chain of succession: the first replica that lives is the primary, and what
 * every other one that lives has received is decided (Budhiraja, Marzullo, Schneider and Toueg, "The Primary-Backup
 * Approach", 1993). It tolerates f crashes of f+1 replicas, fewer than any other protocol can do with, and pays with
 * what it assumes: that whoever is silent for long enough is dead.
 */
public final class PrimaryBackup implements ProtocolDefinition {

    static final String HEARTBEAT = "heartbeatMillis";
    static final String DEAD_AFTER = "deadAfterMillis";

    private static final GroupSizes SIZES = new GroupSizes(1, 0);

    private static final List<Setting> SETTINGS = List.of(
            Setting.integer(HEARTBEAT, 100, 10, 60_000, "How often a replica says that it lives."),
            Setting.integer(
                    DEAD_AFTER,
                    1_000,
                    50,
                    600_000,
                    "Whoever is silent for so long is taken for dead, for ever. If it was not, the group splits."));

    @Override
    public String name() {
        return "primary-backup";
    }

    @Override
    public String title() {
        return "Primary-backup";
    }

    @Override
    public FaultModel faultModel() {
        return FaultModel.CRASH;
    }

    @Override
    public GroupSizes groupSizes() {
        return SIZES;
    }

    @Override
    public Assumptions assumptions() {
        return new Assumptions(true, true);
    }

    @Override
    public OptionalInt leaderOf(long view, Quorums quorums) {
        return OptionalInt.of((int) Math.min(view, quorums.replicas() - 1));
    }

    @Override
    public List<Setting> settings() {
        return SETTINGS;
    }

    @Override
    public void check(Settings settings, int replicas) {
        if (settings.integer(DEAD_AFTER) < 2 * settings.integer(HEARTBEAT)) {
            throw new InvalidSettingException(DEAD_AFTER, "must be at least twice heartbeatMillis");
        }
    }

    @Override
    public List<String> sharedSettings(Settings settings) {
        return List.of(HEARTBEAT, DEAD_AFTER);
    }

    @Override
    public Protocol create(ReplicaContext context, Optional<NodeStore> states) {
        return new BackupProtocol(context);
    }

    @Override
    public long takeoverMillis(ReplicaContext.Timing timing, Settings settings) {
        return settings.integer(DEAD_AFTER);
    }

    @Override
    public List<MessageKind<?>> messages() {
        return Codec.MESSAGES;
    }

    @Override
    public List<RecordKind<?>> records() {
        return Codec.RECORDS;
    }

    @Override
    public ClientPolicy clientPolicy(ClientContext context) {
        return new LeaderClientPolicy(context);
    }
}
