package org.tagma.protocol.pbft;

import java.util.List;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.protocol.RecordKind;

/** PBFT: tolerates f malicious replicas of 3f+1. */
public final class PbftDefinition implements ProtocolDefinition {

    @Override
    public String name() {
        return "pbft";
    }

    @Override
    public String title() {
        return "PBFT";
    }

    @Override
    public List<MessageKind<?>> messages() {
        return PbftMessages.ALL;
    }

    @Override
    public List<RecordKind<?>> records() {
        return PbftRecords.ALL;
    }
}
