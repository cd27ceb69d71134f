package org.tagma.protocol.pbft;

import java.util.Arrays;
import org.tagma.core.Quorums;

/**
 * Which view the replicas are in, from what their replies claim. The estimate is the (f+1)-th highest claim, so at
 * least one correct replica has reached it: f liars, however high they aim, cannot move it.
 *
 * <p>Not thread-safe.
 */
final class ViewEstimate {

    private final Quorums quorums;
    /** The highest view each replica ever claimed; a correct replica's views never fall. */
    private final long[] claims;

    private long view;

    ViewEstimate(Quorums quorums) {
        this.quorums = quorums;
        this.claims = new long[quorums.replicas()];
    }

    void claimed(int replica, long claim) {
        if (claim <= claims[replica]) {
            return;
        }
        claims[replica] = claim;
        long[] ascending = claims.clone();
        Arrays.sort(ascending);
        view = ascending[ascending.length - quorums.weak()];
    }

    long view() {
        return view;
    }

    int primary() {
        return quorums.primary(view);
    }
}
