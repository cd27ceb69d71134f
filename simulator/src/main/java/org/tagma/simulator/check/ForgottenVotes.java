package org.tagma.simulator.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.pbft.PbftRecord.Forgotten;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/**
 * What a replica is held to in a life that does not remember all votes of earlier ones (TOCS 2002, 4.3.2): it writes down up to where
 * it may have voted, by what it reserved or, if that is gone, by what the others say and a certificate proves; it says so; and until a
 * stable checkpoint covers that, it neither votes there nor leaves a view nor tells anybody how far a replica can have voted. Not
 * thread-safe.
 */
final class ForgottenVotes {

    private static final long ANYWHERE = Long.MAX_VALUE;

    private final Complaints complaints;
    private final PbftConfig config;
    private final WellFormed wellFormed;
    private final int self;
    private final boolean asks;
    private final long nonce;
    private final Forgotten reserved;
    /** What each other said last in answer to the question of this life. */
    private final EstimationReply[] replies;
    /** Of each voter for a checkpoint the first word, by sequence number. */
    private final TreeMap<Long, Map<Integer, Checkpoint>> checkpointVotes = new TreeMap<>();

    private boolean mustWrite;
    private boolean written;
    private long stable;
    private long certified;
    private long forgottenUpTo;
    private long tick;
    /** The view that it is in or wants, once it has written down what it forgot. */
    private long view;

    private boolean normal;

    ForgottenVotes(Complaints complaints, PbftConfig config, WellFormed wellFormed, Event.RecoveredLog log) {
        this.complaints = complaints;
        this.config = config;
        this.wellFormed = wellFormed;
        this.self = complaints.replica();
        this.nonce = log.nonce();
        this.replies = new EstimationReply[wellFormed.replicas()];
        boolean knowsSomething = false;
        long forgottenView = 0;
        long upTo = 0;
        for (LogRecord record : log.records()) {
            if (record instanceof PbftRecord.Stable known) {
                stable = Math.max(stable, known.certificate().sequence());
            } else if (record instanceof PbftRecord.Reservation reservation && log.memory() != Memory.WHOLE) {
                knowsSomething = true;
                forgottenView = Math.max(forgottenView, reservation.view());
                upTo = Math.max(upTo, reservation.sequence());
            } else if (record instanceof Forgotten earlier) {
                knowsSomething = true;
                forgottenView = Math.max(forgottenView, earlier.view());
                upTo = Math.max(upTo, earlier.upTo());
            }
        }
        certified = stable;
        asks = log.memory() == Memory.LOST || !knowsSomething;
        reserved = new Forgotten(forgottenView, upTo);
        mustWrite = !asks && log.memory() == Memory.SURVIVORS;
        written = log.memory() == Memory.WHOLE;
        normal = true;
        if (written) {
            log.records().forEach(this::moves);
        }
        forgottenUpTo = asks ? ANYWHERE : upTo > stable ? upTo : 0;
    }

    private boolean isAsking() {
        return asks && !written;
    }

    void begins(Event event) {
        if (event instanceof Event.TimerFired) {
            tick++;
        } else if (event instanceof Event.MessageReceived received) {
            hears(received.message().sender(), received.message().message());
        }
    }

    private void hears(int sender, Message message) {
        if (message instanceof EstimationReply reply) {
            if (isAsking() && sender != self && reply.nonce() == nonce) {
                replies[sender] = reply;
                mustWrite = estimate() != null;
            }
        } else if (message instanceof StableCheckpoint shown) {
            if (wellFormed.certificate(shown.certificate())) {
                certified = Math.max(certified, shown.certificate().sequence());
            }
        } else if (message instanceof Checkpoint vote) {
            hears(sender, vote);
        }
    }

    private void hears(int sender, Checkpoint vote) {
        boolean counts = vote.sequence() % wellFormed.interval() == 0
                && vote.sequence() > stable
                && vote.sequence() <= stable + wellFormed.window();
        if (counts) {
            Map<Integer, Checkpoint> there = checkpointVotes.computeIfAbsent(vote.sequence(), none -> new HashMap<>());
            there.putIfAbsent(sender, vote);
            int same = 0;
            for (Checkpoint each : there.values()) {
                same += each.equals(vote) ? 1 : 0;
            }
            if (same >= wellFormed.quorum()) {
                certified = Math.max(certified, vote.sequence());
            }
        }
    }

    /**
     * Where it may have voted, or null if that is not known yet: n-f answers by replicas whose checkpoints are proved here, and f
     * that say it left for no later view than one above theirs, so that no f-1 liars can say it alone.
     */
    private Forgotten estimate() {
        int faults = config.quorums().faults();
        int needed = wellFormed.replicas() - faults;
        long[] views = new long[replies.length];
        int usable = 0;
        for (EstimationReply reply : replies) {
            if (reply != null && reply.sequence() <= certified) {
                views[usable++] = reply.view();
            }
        }
        if (usable < needed) {
            return null;
        }
        Arrays.sort(views, 0, usable);
        long view = views[needed - 1];
        int confirming = 0;
        for (int i = 0; i < usable; i++) {
            confirming += views[i] >= view ? 1 : 0;
        }
        return confirming < faults ? null : new Forgotten(view + 1, certified + 2L * wellFormed.window());
    }

    void decides(Action action) {
        if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.Broadcast broadcast) {
            says(broadcast.message());
        } else if (action instanceof Action.Send send) {
            says(send.message());
        }
    }

    private void writes(LogRecord record) {
        if (record instanceof Forgotten forgotten) {
            Forgotten expected = asks ? estimate() : reserved;
            if (!forgotten.equals(expected)) {
                complaints.of("takes " + forgotten + " for where it may have voted, where "
                        + (expected == null ? "it cannot know that yet" : expected + " is"));
            }
            written = true;
            mustWrite = false;
            moves(record);
            forgottenUpTo = forgotten.upTo() > stable ? forgotten.upTo() : 0;
        } else if (record instanceof PbftRecord.Stable known) {
            stable = Math.max(stable, known.certificate().sequence());
            certified = Math.max(certified, stable);
            checkpointVotes.headMap(stable, true).clear();
            forgottenUpTo = forgottenUpTo <= stable ? 0 : forgottenUpTo;
        } else if (record instanceof PbftRecord.Entered entered) {
            certified = Math.max(certified, Mirror.startOf(entered.newView().message()));
            moves(record);
        } else if (record instanceof PbftRecord.LeftFor) {
            moves(record);
        }
    }

    /** It goes to another view; one that it may have left for in a life that it forgot it must be shown the way into. */
    private void moves(LogRecord record) {
        if (record instanceof Forgotten forgotten && forgotten.view() > view) {
            view = forgotten.view();
            normal = false;
        } else if (record instanceof PbftRecord.Entered entered && entered.view() >= view) {
            view = entered.view();
            normal = true;
        } else if (record instanceof PbftRecord.LeftFor left && left.view() > view) {
            view = left.view();
            normal = false;
        }
    }

    private void says(Message message) {
        if (message instanceof Status status) {
            boolean tells = isAsking() ? status.recoveringUpTo() > 0 : status.recoveringUpTo() == forgottenUpTo;
            if (!tells) {
                complaints.of(
                        "says that it forgot its votes up to " + status.recoveringUpTo() + ", where that is " + upTo());
            }
            if (written && (status.view() != view || status.viewChanging() == normal)) {
                complaints.of("says " + status + ", where it " + (normal ? "is in view " : "waits for view ") + view);
            }
        } else if (forgottenUpTo > 0 && isForbidden(message)) {
            complaints.of("says " + message.getClass().getSimpleName() + " while it does not remember its votes up to "
                    + upTo());
        }
    }

    private String upTo() {
        return forgottenUpTo == ANYWHERE ? "anywhere" : Long.toString(forgottenUpTo);
    }

    private boolean isForbidden(Message message) {
        if (message instanceof PrePrepare || message instanceof NewView || message instanceof ViewChange) {
            return true;
        } else if (message instanceof Prepare vote) {
            return vote.sequence() <= forgottenUpTo;
        } else if (message instanceof Commit vote) {
            return vote.sequence() <= forgottenUpTo;
        }
        return message instanceof EstimationReply;
    }

    void ends(Event event, List<Action> actions) {
        if (mustWrite) {
            mustWrite = false;
            complaints.of("does not write down that it may have voted as " + (asks ? estimate() : reserved) + " says");
        }
        if (isAsking()
                && event instanceof Event.TimerFired
                && tick % config.statusIntervalTicks() == 0
                && !actions.contains(new Action.Broadcast(new EstimationQuery(nonce)))) {
            complaints.of("does not ask where it may have voted");
        }
    }
}
