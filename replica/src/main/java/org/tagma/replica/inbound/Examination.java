package org.tagma.replica.inbound;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tagma.core.NodeId;
import org.tagma.protocol.RejectionReason;

/**
 * What a frame came to before the first signature was checked: it is well formed and plausible, its MACs are good, and
 * it is what it says if all claims are true. So what it can cost is known. Immutable.
 *
 * @param outcome what becomes of it then
 * @param claims the signatures that it stands on, in the order in which to check them; none if it is settled
 */
record Examination(Inbound outcome, List<Claim> claims) {

    Examination {
        claims = List.copyOf(claims);
    }

    /**
     * A node is said to have signed something.
     *
     * @param repeats whether it will be shown again, by others or in other messages, so that it pays to remember
     * @param ifFalse why the frame is then dropped
     */
    record Claim(
            NodeId signer,
            int type,
            ByteString payload,
            ByteString signature,
            boolean repeats,
            RejectionReason ifFalse) {}

    static Examination settled(Inbound outcome) {
        return new Examination(outcome, List.of());
    }

    boolean isSettled() {
        return claims.isEmpty();
    }
}
