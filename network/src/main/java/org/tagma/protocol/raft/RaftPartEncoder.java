package org.tagma.protocol.raft;

import org.tagma.core.raft.message.Configuration;
import org.tagma.core.raft.message.Entry;
import org.tagma.core.raft.message.SnapshotMeta;
import org.tagma.network.codec.PartEncoder;
import org.tagma.network.wire.ConfigurationPart;
import org.tagma.network.wire.EntryPart;
import org.tagma.network.wire.SnapshotPart;

/** Encodes what Raft's messages and log records have in common. Requests go in byte for byte as they came. */
final class RaftPartEncoder {

    private RaftPartEncoder() {}

    static EntryPart entry(Entry entry) {
        EntryPart.Builder part = EntryPart.newBuilder().setIndex(entry.index()).setTerm(entry.term());
        if (entry instanceof Entry.Requests requests) {
            part.setBatch(PartEncoder.batch(requests.batch()));
        } else if (entry instanceof Entry.Reconfiguration reconfiguration) {
            part.setConfiguration(configuration(reconfiguration.configuration()));
        }
        return part.build();
    }

    static SnapshotPart snapshot(SnapshotMeta snapshot) {
        return SnapshotPart.newBuilder()
                .setIndex(snapshot.index())
                .setTerm(snapshot.term())
                .setStateDigest(snapshot.stateDigest().bytes())
                .setConfiguration(configuration(snapshot.configuration()))
                .build();
    }

    private static ConfigurationPart configuration(Configuration configuration) {
        return ConfigurationPart.newBuilder()
                .addAllVoters(configuration.voters())
                .addAllOldVoters(configuration.oldVoters())
                .addAllLearners(configuration.learners())
                .build();
    }
}
