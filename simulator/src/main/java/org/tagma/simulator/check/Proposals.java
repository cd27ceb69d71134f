package org.tagma.simulator.check;

import java.util.Optional;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/** What a backup has against the batch of a proposal, whoever sends it: written once more from what is documented. */
final class Proposals {

    private Proposals() {}

    static Optional<String> objection(Mirror mirror, Batch batch) {
        if (batch.isNull()) {
            return Optional.of("only a new view places the null batch");
        }
        if (isTooLarge(mirror.config, batch)) {
            return Optional.of("its batch is too large");
        }
        long skew = mirror.config.maxClockSkewMillis();
        boolean early = batch.timeMillis() < Math.min(mirror.nowMillis, mirror.lastCommitMillis) - skew;
        return early || batch.timeMillis() > mirror.nowMillis + skew
                ? Optional.of("its time is out of bounds")
                : Optional.empty();
    }

    /** A single request may be as large as it is. */
    static boolean isTooLarge(PbftConfig config, Batch batch) {
        int count = batch.requests().size();
        return count > config.maxBatchRequests() || (count > 1 && bytes(batch) > config.maxBatchBytes());
    }

    static long bytes(Batch batch) {
        return batch.requests().stream().mapToLong(Request::size).sum();
    }
}
