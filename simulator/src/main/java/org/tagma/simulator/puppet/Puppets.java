package org.tagma.simulator.puppet;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.stream.IntStream;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Message;

/**
 * The other replicas.
 *
 * @param others all of them
 * @param config of the group
 */
record Puppets(PbftConfig config, List<Integer> others) {

    static Puppets around(int self, PbftConfig config) {
        return new Puppets(
                config,
                IntStream.range(0, config.quorums().replicas())
                        .filter(id -> id != self)
                        .boxed()
                        .toList());
    }

    <M extends Message> Authenticated<M> signed(int sender, M message) {
        return new Authenticated<>(sender, message, ByteString.EMPTY, ByteString.EMPTY);
    }

    ByteString bytes(String text) {
        return ByteString.copyFromUtf8(text);
    }

    /** Those that may say of what committed what is not true: fewer than could make anybody believe it. */
    boolean mayLie(int puppet) {
        return others.indexOf(puppet) < config.quorums().faults();
    }
}
