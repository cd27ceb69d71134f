package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Provide;
import net.jqwik.api.domains.DomainContextBase;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Batch;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.RaftMessage;
import org.tagma.core.raft.message.RaftRecord;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.protocol.CodecLimits;

/** Any of Raft's messages and records, up to the limits of {@link Samples#LIMITS}. */
final class RaftDomain extends DomainContextBase {

    private static final CodecLimits LIMITS = Samples.LIMITS;

    private static Arbitrary<Long> counters() {
        return Arbitraries.longs().between(0, CodecLimits.MAX_COUNTER);
    }

    private static Arbitrary<Long> positives() {
        return Arbitraries.longs().between(1, CodecLimits.MAX_COUNTER);
    }

    private static Arbitrary<Boolean> flags() {
        return Arbitraries.of(true, false);
    }

    private static Arbitrary<Digest> digests() {
        return Arbitraries.bytes()
                .array(byte[].class)
                .ofSize(Digest.LENGTH)
                .map(array -> new Digest(ByteString.copyFrom(array)));
    }

    private static Arbitrary<Set<Integer>> replicas(int atLeast) {
        return Arbitraries.integers().between(0, LIMITS.maxReplicas() - 1).set().ofMinSize(atLeast);
    }

    private static Arbitrary<Configuration> configurations() {
        return Combinators.combine(replicas(1), replicas(0), replicas(0)).as((voters, oldVoters, members) -> {
            TreeSet<Integer> learners = new TreeSet<>(members);
            learners.removeAll(voters);
            return new Configuration(List.copyOf(voters), List.copyOf(oldVoters), List.copyOf(learners));
        });
    }

    private static Arbitrary<Batch> batches() {
        return Combinators.combine(counters(), MessageDomain.requests().list().ofMaxSize(LIMITS.maxBatchRequests()))
                .as(Batch::of);
    }

    private static Arbitrary<Entry> entries() {
        Arbitrary<Entry> requests =
                Combinators.combine(positives(), positives(), batches()).as(Entry.Requests::new);
        Arbitrary<Entry> noOps = Combinators.combine(positives(), positives()).as(Entry.NoOp::new);
        Arbitrary<Entry> reconfigurations =
                Combinators.combine(positives(), positives(), configurations()).as(Entry.Reconfiguration::new);
        return Arbitraries.oneOf(List.of(requests, noOps, reconfigurations));
    }

    private static Arbitrary<SnapshotMeta> snapshots() {
        return Combinators.combine(counters(), counters(), digests(), configurations())
                .as(SnapshotMeta::new);
    }

    @Provide
    static Arbitrary<RaftMessage> messages() {
        Arbitrary<RaftMessage> requestVotes = Combinators.combine(counters(), counters(), counters(), flags(), flags())
                .as(RaftMessage.RequestVote::new);
        Arbitrary<RaftMessage> requestVoteReplies =
                Combinators.combine(counters(), counters(), flags(), flags()).as(RaftMessage.RequestVoteReply::new);
        Arbitrary<RaftMessage> appends = Combinators.combine(
                        counters(),
                        counters(),
                        counters(),
                        entries().list().ofMaxSize(LIMITS.maxWindow()),
                        counters(),
                        counters())
                .as(RaftMessage.AppendEntries::new);
        Arbitrary<RaftMessage> appendReplies = Combinators.combine(
                        counters(), counters(), flags(), counters(), counters(), counters(), flags())
                .as(RaftMessage.AppendEntriesReply::new);
        Arbitrary<RaftMessage> installs =
                Combinators.combine(counters(), snapshots()).as(RaftMessage.InstallSnapshot::new);
        Arbitrary<RaftMessage> requestSnapshots = counters().map(RaftMessage.RequestSnapshot::new);
        Arbitrary<RaftMessage> timeoutNows = counters().map(RaftMessage.TimeoutNow::new);
        Arbitrary<RaftMessage> reads =
                Combinators.combine(counters(), counters()).as(RaftMessage.ReadIndex::new);
        Arbitrary<RaftMessage> readReplies =
                Combinators.combine(counters(), counters(), counters()).as(RaftMessage.ReadIndexReply::new);
        return Arbitraries.oneOf(List.of(
                requestVotes,
                requestVoteReplies,
                appends,
                appendReplies,
                installs,
                requestSnapshots,
                timeoutNows,
                reads,
                readReplies));
    }

    @Provide
    static Arbitrary<RaftRecord> logRecords() {
        Arbitrary<RaftRecord> hardStates = Combinators.combine(
                        counters(), Arbitraries.integers().between(-1, CodecLimits.MAX_NODES - 1))
                .as(RaftRecord.HardState::new);
        Arbitrary<RaftRecord> regained = counters().map(RaftRecord.MemoryRegained::new);
        Arbitrary<RaftRecord> appended = entries().map(RaftRecord.Appended::new);
        Arbitrary<RaftRecord> removed =
                Combinators.combine(positives(), positives()).as(RaftRecord.SuffixRemoved::new);
        Arbitrary<RaftRecord> snapshotted = snapshots().map(RaftRecord.Snapshotted::new);
        return Arbitraries.oneOf(List.of(hardStates, regained, appended, removed, snapshotted));
    }
}
