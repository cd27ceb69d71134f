package org.tagma.client.internal;

import com.google.protobuf.ByteString;
import java.util.Map;
import org.tagma.client.call.BftClientException;
import org.tagma.client.call.Completion;
import org.tagma.core.service.GroupCommand;

/**
 * How many requests of a session may be under way: as many as the client was told, and no more than the group has
 * agreed on, beyond which replicas drop replies that are still waited for. The group is asked when a second request of
 * a session wants to go while another is under way, and again once it turns out that a reply was dropped. Not
 * thread-safe.
 */
final class AgreedPipeline {

    private static final String SETTING = "sessionPipeline";
    private static final long NONE = -1;

    private final int wanted;
    private boolean follows;
    private long askedIn = NONE;
    private boolean known;
    private int agreed;

    /** As many as the client was told, until it is to {@link #follow} the group. */
    AgreedPipeline(int wanted) {
        this.wanted = wanted;
    }

    /** Asks the group from now on. */
    void follow() {
        follows = wanted > 1;
    }

    /** How many may be under way in a session. */
    int room(long session) {
        if (!follows) {
            return wanted;
        }
        return known && askedIn == session ? agreed : 1;
    }

    /** Whether the group is to be asked before more than one may go in this session. */
    boolean mustAsk(long session) {
        return follows && askedIn != session;
    }

    /** The question, which goes the way of any operation. */
    ByteString ask(long session) {
        askedIn = session;
        known = false;
        return GroupCommand.settings(Map.of());
    }

    /** What becomes of the answer. If none is to be had, what the client was told is all that is known. */
    Completion answer(Runnable then) {
        return new Completion() {
            @Override
            public void succeeded(ByteString answer) {
                Long value = GroupCommand.parse(answer).get(SETTING);
                is(value == null ? wanted : (int) Math.max(1, Math.min(wanted, value)));
            }

            @Override
            public void failed(BftClientException failure) {
                is(wanted);
            }

            private void is(int value) {
                known = true;
                agreed = value;
                then.run();
            }
        };
    }

    /** A reply that was waited for has been dropped: the group may have agreed on less. */
    void replyWasDropped() {
        askedIn = NONE;
    }
}
