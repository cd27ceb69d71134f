package org.tagma.core.pbft;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.tagma.core.pbft.quorum.ViewChanges;

/**
 * Who finds fault with the primary of which view. A complaint holds for a timeout after it was last made: others may
 * not have noticed yet, and what one replica saw yesterday and another sees today is not the same fault. That of a
 * replica that has left the view holds for good.
 */
final class Suspicions {

    private static final long NONE = -1;

    private final PbftState state;
    private final ViewChanges viewChanges;
    /** By replica: of which view's primary it complained last, and when. */
    private final long[] ofView;

    private final long[] atTick;
    private String reason = "";

    Suspicions(PbftState state, ViewChanges viewChanges) {
        this.state = state;
        this.viewChanges = viewChanges;
        this.ofView = new long[state.quorums.replicas()];
        this.atTick = new long[state.quorums.replicas()];
        Arrays.fill(ofView, NONE);
    }

    /** A replica finds fault with the primary of a view. */
    void add(int replica, long view) {
        ofView[replica] = view;
        atTick[replica] = state.tick;
    }

    /**
     * This replica finds fault with the primary of the present view.
     *
     * @return whether that is news
     */
    boolean addOwn(String why) {
        boolean news = !holds(state.self);
        reason = why;
        add(state.self, state.view);
        if (news) {
            state.announce("suspects replica " + state.primary() + ", the primary of view " + state.view + ": " + why);
        }
        return news;
    }

    /** Why this replica complained last. */
    String ownReason() {
        return reason;
    }

    /** How many replicas complain of the primary of the present view. */
    int count() {
        return (int) IntStream.range(0, ofView.length).filter(this::holds).count();
    }

    /**
     * Whether a replica complains of the primary of the present view. One that has left it does; it may have done so as
     * soon as it found fault itself, since others had, and then it never said that in this view.
     */
    boolean holds(int replica) {
        return complained(replica) || viewChanges.wantsLater(replica, state.view);
    }

    private boolean complained(int replica) {
        return ofView[replica] == state.view && state.tick - atTick[replica] < state.timeouts.timeoutTicks();
    }
}
