package org.tagma.protocol.pbft;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftProtocol;
import org.tagma.core.pbft.message.PbftIncarnationEvidence;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.IncarnationEvidence;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.MemoryBounds;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Request;
import org.tagma.core.state.NodeStore;
import org.tagma.protocol.CheckpointProofs;
import org.tagma.protocol.ClientContext;
import org.tagma.protocol.ClientPolicy;
import org.tagma.protocol.FaultModel;
import org.tagma.protocol.GroupSizes;
import org.tagma.protocol.KnownState;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Objection;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.ReplicaContext;
import org.tagma.protocol.StatusColumn;

/** PBFT: tolerates f malicious replicas of 3f+1. */
public final class PbftDefinition implements ProtocolDefinition {

    private static final GroupSizes SIZES = new GroupSizes(3, 1);

    @Override
    public String name() {
        return "pbft";
    }

    @Override
    public String title() {
        return "PBFT";
    }

    @Override
    public FaultModel faultModel() {
        return FaultModel.BYZANTINE;
    }

    @Override
    public GroupSizes groupSizes() {
        return SIZES;
    }

    @Override
    public int neededReplicas(Quorums quorums) {
        return quorums.certificate();
    }

    @Override
    public OptionalInt leaderOf(long view, Quorums quorums) {
        return OptionalInt.of(quorums.primary(view));
    }

    @Override
    public String leaderWord() {
        return "primary";
    }

    @Override
    public List<StatusColumn> statusColumns() {
        return List.of(StatusColumn.of("STABLE", "stableCheckpoint"), StatusColumn.STATE_DIGEST);
    }

    @Override
    public Protocol create(ReplicaContext context, Optional<NodeStore> states) {
        return new PbftProtocol(config(context), states);
    }

    @Override
    public long logBytes(MemoryBounds memory) {
        return PbftConfig.windowBytes(memory);
    }

    @Override
    public long pendingBytes(MemoryBounds memory, int replicas, long largestRequest) {
        return PbftConfig.poolBytes(memory, replicas, largestRequest);
    }

    /** What a replica's state machine is configured with. Times are counted in ticks: a fraction of the shortest. */
    public static PbftConfig config(ReplicaContext context) {
        ReplicaContext.Timing timing = context.timing();
        ReplicaContext.Sizes sizes = context.sizes();
        long shortest = Math.min(timing.requestTimeoutMillis(), timing.viewChangeTimeoutMillis());
        long tickMillis = Math.max(
                1,
                Math.min(
                        shortest / PbftConfig.TICKS_PER_TIMEOUT,
                        timing.statusIntervalMillis() / PbftConfig.TICKS_PER_STATUS));
        return new PbftConfig(
                context.replica(),
                context.quorums(),
                sizes.checkpointInterval(),
                sizes.logWindow(),
                sizes.pipelineDepth(),
                sizes.maxBatchRequests(),
                sizes.maxBatchBytes(),
                tickMillis,
                ticks(timing.requestTimeoutMillis(), tickMillis, 2),
                ticks(timing.viewChangeTimeoutMillis(), tickMillis, 2),
                ticks(timing.statusIntervalMillis(), tickMillis, 1),
                timing.maxClockSkewMillis(),
                sizes.maxPendingRequests(),
                sizes.maxPendingRequestsPerClient(),
                sizes.sessionPipeline(),
                context.memory(),
                context.transfer());
    }

    private static int ticks(int millis, long tickMillis, int atLeast) {
        return (int) Math.max(atLeast, millis / tickMillis);
    }

    @Override
    public IncarnationEvidence incarnationEvidence() {
        return new PbftIncarnationEvidence();
    }

    @Override
    public List<MessageKind<?>> messages() {
        return PbftMessages.ALL;
    }

    @Override
    public List<RecordKind<?>> records() {
        return PbftRecords.ALL;
    }

    @Override
    public Optional<Objection> objection(
            int sender, Message message, Quorums quorums, Optional<ProtocolStatus> position) {
        return new PbftPlausibility(quorums, position).objection(sender, message);
    }

    @Override
    public Optional<CheckpointProofs> checkpointProofs() {
        return Optional.of(PbftCheckpoints.INSTANCE);
    }

    @Override
    public Optional<KnownState> newestState(List<LogRecord> log) {
        return PbftCheckpoints.newestState(log);
    }

    /** The same real requests with another time and in another order. */
    @Override
    public Optional<Message> contradiction(Message proposal) {
        if (!(proposal instanceof PrePrepare truth) || truth.batch().isNull()) {
            return Optional.empty();
        }
        List<Request> reversed = new ArrayList<>(truth.batch().requests());
        Collections.reverse(reversed);
        Batch other = Batch.of(truth.batch().timeMillis() + 1, reversed);
        return Optional.of(new PrePrepare(truth.view(), truth.sequence(), other));
    }

    @Override
    public ClientPolicy clientPolicy(ClientContext context) {
        return new PbftClientPolicy(context);
    }
}
