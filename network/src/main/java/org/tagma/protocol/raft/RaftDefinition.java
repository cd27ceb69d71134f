package org.tagma.protocol.raft;

import java.util.List;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;

/** Raft: tolerates f crashed replicas of 2f+1. */
public final class RaftDefinition implements ProtocolDefinition {

    @Override
    public String name() {
        return "raft";
    }

    @Override
    public String title() {
        return "Raft";
    }

    @Override
    public List<MessageKind<?>> messages() {
        return RaftMessages.ALL;
    }

    @Override
    public List<RecordKind<?>> records() {
        return RaftRecords.ALL;
    }
}
