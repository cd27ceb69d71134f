package org.tagma.protocol.raft;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.Batch;
import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.network.codec.Checks;
import org.tagma.network.codec.PartDecoder;
import org.tagma.network.wire.ConfigurationPart;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.SnapshotPart;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;

/** Decodes what Raft's messages and log records have in common. */
final class RaftPartDecoder {

    private RaftPartDecoder() {}

    static Entry entry(EntryPart part, DecodeContext context) throws InvalidMessageException {
        long index = Checks.positive("index", part.getIndex());
        long term = Checks.positive("term", part.getTerm());
        if (part.hasBatch() && part.hasConfiguration()) {
            throw Checks.badValue("an entry of two kinds");
        }
        if (part.hasConfiguration()) {
            return new Entry.Reconfiguration(index, term, configuration(part.getConfiguration(), context));
        }
        if (!part.hasBatch()) {
            return new Entry.NoOp(index, term);
        }
        Batch batch = PartDecoder.batch(part.getBatch(), context);
        if (batch.isNull()) {
            throw Checks.badValue("the null batch in place of requests");
        }
        return new Entry.Requests(index, term, batch);
    }

    static SnapshotMeta snapshot(SnapshotPart part, DecodeContext context) throws InvalidMessageException {
        Checks.present("configuration", part.hasConfiguration());
        return new SnapshotMeta(
                Checks.counter("index", part.getIndex()),
                Checks.counter("term", part.getTerm()),
                Checks.digest(part.getStateDigest()),
                configuration(part.getConfiguration(), context));
    }

    private static Configuration configuration(ConfigurationPart part, DecodeContext context)
            throws InvalidMessageException {
        Checks.present("voter", part.getVotersCount() > 0);
        Checks.atMost(
                "members",
                part.getVotersCount() + part.getOldVotersCount() + part.getLearnersCount(),
                Configuration.MAX_MEMBERS);
        List<Integer> voters = ids("voter", part.getVotersList(), context);
        List<Integer> learners = ids("learner", part.getLearnersList(), context);
        for (int learner : learners) {
            if (voters.contains(learner)) {
                throw Checks.badValue("a voter that is a learner as well");
            }
        }
        return new Configuration(voters, ids("old voter", part.getOldVotersList(), context), learners);
    }

    /** Ascending: one list has one encoding. */
    private static List<Integer> ids(String name, List<Integer> ids, DecodeContext context)
            throws InvalidMessageException {
        List<Integer> checked = new ArrayList<>(ids.size());
        int previous = -1;
        for (int id : ids) {
            if (Checks.id(name, id) >= context.limits().maxReplicas()) {
                throw Checks.badValue(name + " is " + id + ", and the cluster has no such replica");
            }
            if (id <= previous) {
                throw Checks.badValue("ids that do not ascend");
            }
            checked.add(id);
            previous = id;
        }
        return checked;
    }
}
