package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.message.PbftMessage;
import org.tagma.core.pbft.message.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/** What must be true of every correct replica in every run, checked after every step. */
final class ClusterChecks {

    /** Where a replica votes once: in all its incarnations together. */
    private record Ballot(int replica, boolean commit, long view, long sequence) {}

    private record Durable(int replica, Message vote) {}

    private final TreeMap<Long, Batch> agreed = new TreeMap<>();
    private final Map<Ballot, Digest> votes = new HashMap<>();
    private final Set<Durable> durable = new HashSet<>();

    /** Agreement: one batch a sequence number. */
    void onCommit(long sequence, Batch batch) {
        Batch earlier = agreed.putIfAbsent(sequence, batch);
        if (earlier != null) {
            assertThat(batch.digest()).as("agreement at sequence %s", sequence).isEqualTo(earlier.digest());
        }
    }

    Digest agreedAt(long sequence) {
        return agreed.get(sequence).digest();
    }

    /** What this record lets a replica say. */
    void onPersist(int replica, LogRecord record) {
        if (record instanceof PbftRecord.PrePrepared own) {
            durable.add(new Durable(
                    replica,
                    new PbftMessage.Prepare(
                            own.view(), own.sequence(), own.batch().digest())));
        } else if (record instanceof PbftRecord.Reproposed own) {
            durable.add(new Durable(replica, new PbftMessage.Prepare(own.view(), own.sequence(), own.digest())));
        } else if (record instanceof PbftRecord.Prepared own) {
            durable.add(new Durable(replica, new PbftMessage.Commit(own.view(), own.sequence(), own.digest())));
        } else if (record instanceof PbftRecord.LeftFor own) {
            durable.add(new Durable(replica, own.viewChange()));
        }
    }

    /** A vote is durable before it leaves, and the only one of its replica at its (view, sequence number, phase). */
    void onSend(int replica, Message message) {
        if (message instanceof PbftMessage.PrePrepare own) {
            Digest digest = own.batch().digest();
            onVote(
                    replica,
                    false,
                    own.view(),
                    own.sequence(),
                    digest,
                    new PbftMessage.Prepare(own.view(), own.sequence(), digest));
        } else if (message instanceof PbftMessage.Prepare own) {
            onVote(replica, false, own.view(), own.sequence(), own.digest(), own);
        } else if (message instanceof PbftMessage.Commit own) {
            onVote(replica, true, own.view(), own.sequence(), own.digest(), own);
        } else if (message instanceof PbftMessage.ViewChange own) {
            assertThat(durable.contains(new Durable(replica, own)))
                    .as("replica %s left for view %s durably", replica, own.view())
                    .isTrue();
        }
    }

    private void onVote(int replica, boolean commit, long view, long sequence, Digest digest, Message vote) {
        Digest earlier = votes.putIfAbsent(new Ballot(replica, commit, view, sequence), digest);
        if (earlier != null) {
            assertThat(digest)
                    .as("replica %s votes once at view %s, sequence %s", replica, view, sequence)
                    .isEqualTo(earlier);
        }
        assertThat(durable.contains(new Durable(replica, vote)))
                .as("replica %s made %s durable before it left", replica, vote)
                .isTrue();
    }

    /**
     * A rejection changes no state (docs/known-bugs.md, 10). The exception is a message that convicts its sender: a
     * second pre-prepare or a false new view is acted on, by leaving that primary's view, and said to be so by the
     * evidence.
     */
    static void onStep(int replica, Event event, long stateBefore, long stateAfter, List<Action> actions) {
        boolean rejected = actions.stream().anyMatch(action -> action instanceof Action.Reject);
        boolean convicted = actions.stream().anyMatch(action -> action instanceof Action.ReportEvidence);
        if (rejected && !convicted) {
            assertThat(stateAfter)
                    .as("replica %s rejected %s: %s and changed its state", replica, event, actions)
                    .isEqualTo(stateBefore);
        }
    }
}
