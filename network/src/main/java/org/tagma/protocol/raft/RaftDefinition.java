package org.tagma.protocol.raft;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.Quorums;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.raft.RaftConfig;
import org.tagma.core.raft.RaftProtocol;
import org.tagma.core.raft.message.RaftIncarnationEvidence;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.state.NodeStore;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.GroupSizes;
import org.tagma.protocol.KnownState;
import org.tagma.protocol.LeaderClientPolicy;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.Setting;
import org.tagma.protocol.Settings;
import org.tagma.protocol.StatusColumn;

/** Raft: tolerates f crashed replicas of 2f+1. */
public final class RaftDefinition implements ProtocolDefinition {

    private static final GroupSizes SIZES = new GroupSizes(2, 0);

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public String title() {
        return "Raft";
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
    public int neededReplicas(Quorums quorums) {
        return quorums.majority();
    }

    @Override
    public String viewWord() {
        return "term";
    }

    @Override
    public List<StatusColumn> statusColumns() {
        return List.of(
                StatusColumn.of("COMMITTED", "commitIndex"),
                new StatusColumn("MATCH", (replica, told, byLeader) -> byLeader.getOrDefault("match." + replica, "")),
                new StatusColumn("LOG", (replica, told, byLeader) -> log(told)));
    }

    /** From which entry to which, and what stands for those before. */
    private static String log(Map<String, String> told) {
        if (told.isEmpty()) {
            return "";
        }
        long first = number(told, "firstIndex");
        long last = number(told, "lastIndex");
        long snapshot = number(told, "snapshotIndex");
        return (first > last ? "empty" : first + ".." + last) + (snapshot > 0 ? ", snapshot at " + snapshot : "");
    }

    private static long number(Map<String, String> told, String name) {
        try {
            return Long.parseLong(told.getOrDefault(name, "0"));
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    @Override
    public boolean changesMembers() {
        return true;
    }

    @Override
    public int firstMembers(Settings settings, int replicas) {
        int voters = settings.replicas(RaftSettings.VOTERS).size();
        return voters == 0 ? replicas : voters;
    }

    @Override
    public List<Setting> settings() {
        return RaftSettings.ALL;
    }

    @Override
    public void check(Settings settings, int replicas) {
        RaftSettings.check(settings, replicas);
    }

    @Override
    public List<String> sharedSettings(Settings settings) {
        return RaftSettings.shared(settings);
    }

    @Override
    public Protocol create(ReplicaContext context, Optional<NodeStore> states) {
        return new RaftProtocol(config(context), states);
    }

    /** What a replica's state machine is configured with. */
    public static RaftConfig config(ReplicaContext context) {
        return RaftSettings.config(context);
    }

    @Override
    public IncarnationEvidence incarnationEvidence() {
        return new RaftIncarnationEvidence();
    }

    @Override
    public long takeoverMillis(ReplicaContext.Timing timing, Settings settings) {
        return settings.integer(RaftSettings.ELECTION_TIMEOUT);
    }

    @Override
    public List<MessageKind<?>> messages() {
        return RaftMessages.ALL;
    }

    @Override
    public List<RecordKind<?>> records() {
        return RaftRecords.ALL;
    }

    /** A replica's own word is enough. */
    @Override
    public Optional<KnownState> newestState(List<LogRecord> log) {
        return log.stream()
                .filter(RaftRecord.Snapshotted.class::isInstance)
                .map(RaftRecord.Snapshotted.class::cast)
                .reduce((earlier, later) -> later)
                .map(taken -> new KnownState(
                        taken, taken.snapshot().index(), taken.snapshot().stateDigest(), Optional.empty()));
    }

    @Override
    public ClientPolicy clientPolicy(ClientContext context) {
        return new LeaderClientPolicy(context);
    }
}
