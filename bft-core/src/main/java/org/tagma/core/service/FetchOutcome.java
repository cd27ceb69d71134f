package org.tagma.core.service;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.Optional;
import org.tagma.core.Digest;
import org.tagma.core.service.StateFetcher.Ask;
import org.tagma.core.state.MerkleTree;

/** What came of an answer to {@link StateFetcher}. Immutable. */
public sealed interface FetchOutcome {

    /** It was right; go on with these questions. */
    record Accepted(List<Ask> asks) implements FetchOutcome {
        public Accepted {
            asks = List.copyOf(asks);
        }
    }

    /** Nothing is waiting for it; nothing has changed. Harmless: late answers are such. */
    record Ignored(Reason reason) implements FetchOutcome {}

    /** It was wrong, and a correct replica never gives a wrong answer. Others are asked instead. */
    record Banned(int source, Reason reason, List<Ask> asks) implements FetchOutcome {
        public Banned {
            asks = List.copyOf(asks);
        }
    }

    /** It was the last one: here is the state, for {@link ReplicatedService#install}. The fetcher is idle again. */
    record Completed(long sequence, Digest stateDigest, ByteString snapshot, Optional<MerkleTree> tree)
            implements FetchOutcome {

        /** A state without a tree. */
        public Completed(long sequence, Digest stateDigest, ByteString snapshot) {
            this(sequence, stateDigest, snapshot, Optional.empty());
        }
    }

    /**
     * The certified state is one that this replica, as configured, cannot take. The fetcher is idle again.
     *
     * @param bytes of the state, or of the manifest if that is what cannot be read
     */
    record Unusable(Reason reason, long bytes) implements FetchOutcome {

        /** Says that it does not fit, in one line. */
        public String tooLargeToTake(long sequence, TransferLimits limits) {
            return "cannot take the state at " + sequence + ": it has " + bytes + " bytes, and this replica can hold "
                    + limits.maxStateBytes() + " of a state in memory; it takes no part until the state is smaller or"
                    + " its heap is larger (java -Xmx)";
        }
    }

    /** What was wrong with an answer. */
    enum Reason {
        /** It is about a checkpoint that is not being fetched now. */
        OTHER_TARGET,
        /** Its sender is banned, or is none of the sources. */
        NOT_A_SOURCE,
        /** It was not asked for, or somebody else answered earlier. */
        NOT_ASKED,
        /** The manifest does not have the certified digest. */
        WRONG_MANIFEST,
        /** The chunk does not have the digest that the manifest says. */
        WRONG_CHUNK,
        /** The piece does not have its digest, or leaves out what should be in it. */
        WRONG_PIECE,
        /** The manifest has the certified digest, but this version of the software cannot read it. */
        UNREADABLE_MANIFEST,
        /** The state is larger than {@link TransferLimits#maxStateBytes}. */
        STATE_TOO_LARGE
    }
}
