package org.tagma.core.pbft;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Random;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Message;

/** A replica that sends well-formed messages of future views and sequence numbers as fast as it can. */
final class Flood {

    private final CoreCluster cluster;
    private final int sender;
    private final Random random;
    private long highestView = 1;

    Flood(CoreCluster cluster, int sender, Random random) {
        this.cluster = cluster;
        this.sender = sender;
        this.random = random;
    }

    /** Sends so many messages to every other replica. */
    void send(int count) {
        for (int i = 0; i < count; i++) {
            Message message = next();
            for (CoreNode node : cluster.nodes) {
                if (node.id != sender) {
                    cluster.inject(sender, node.id, message);
                }
            }
            cluster.deliverAll();
        }
    }

    private long view() {
        return random.nextBoolean() ? random.nextInt(64) : random.nextLong() >>> 3;
    }

    private long sequence() {
        return random.nextBoolean() ? random.nextInt(128) : random.nextLong() >>> 3;
    }

    private Digest digest() {
        return Digest.of(ByteString.copyFromUtf8(Long.toString(random.nextLong())));
    }

    private Message next() {
        return switch (random.nextInt(9)) {
            case 0 -> new PbftMessage.Prepare(view(), sequence(), digest());
            case 1 -> new PbftMessage.Commit(view(), sequence(), digest());
            case 2 -> new PbftMessage.Checkpoint(8 * (sequence() >>> 3), digest());
            case 3 -> viewChange();
            case 4 -> new PbftMessage.Committed(sequence(), digest());
            case 5 -> new PbftMessage.FetchBatch(sequence(), digest());
            case 6 -> new PbftMessage.BatchBody(sequence(), SoloReplica.emptyBatch(random.nextInt()));
            case 7 -> new PbftMessage.PrePrepare(view(), sequence(), SoloReplica.emptyBatch(cluster.timeMillis));
            default ->
                new PbftMessage.Status(
                        view(), random.nextBoolean(), sequence(), sequence(), sequence(), random.nextBoolean());
        };
    }

    private Message viewChange() {
        List<VoteInfo> entries = List.of(new VoteInfo(1 + random.nextInt(32), digest(), 0));
        return new PbftMessage.ViewChange(++highestView, CheckpointCertificate.GENESIS, entries, entries);
    }
}
