package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.BatchBody;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;

/**
 * Retransmission (PBFT 5.2): a replica says now and then where it stands; who is seen to be behind is given what it lacks, once a
 * status interval; and whoever asks without end is answered within bounds. Not thread-safe.
 */
final class HelpRule implements StepRule {

    /** Sequence numbers that one answer to a status need speak of at least. */
    private static final int LEAST_SLOTS = 16;

    private final Complaints complaints;
    private final Mirror mirror;
    private final Map<Integer, Status> lastStatus = new HashMap<>();
    private final Map<Integer, Long> helpedAtTick = new HashMap<>();
    private final Map<Integer, Long> bytesThisTick = new HashMap<>();
    private final TreeMap<Long, Authenticated<?>> ownCheckpoints = new TreeMap<>();
    private boolean helps;
    private boolean stuck;

    HelpRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void begins(Event event) {
        if (event instanceof Event.TimerFired) {
            bytesThisTick.clear();
        }
        helps = false;
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof Checkpoint vote
                && received.message().sender() == mirror.self
                && mirror.inWindow(vote.sequence())) {
            ownCheckpoints.putIfAbsent(vote.sequence(), received.message());
        }
        if (event instanceof Event.MessageReceived received
                && received.message().message() instanceof Status status
                && received.message().sender() != mirror.self) {
            int sender = received.message().sender();
            Status earlier = lastStatus.put(sender, status);
            Long at = helpedAtTick.get(sender);
            helps = at == null || mirror.tick - at >= mirror.config.statusIntervalTicks();
            stuck = earlier != null && earlier.lastCommitted() == status.lastCommitted();
            if (helps) {
                helpedAtTick.put(sender, mirror.tick);
            }
        }
    }

    @Override
    public void decides(Event event, Action action) {
        Message said = action instanceof Action.Send send
                ? send.message()
                : action instanceof Action.Forward forward ? forward.message().message() : null;
        long sequence = said == null ? 0 : sequenceOf(said);
        if (sequence > 0 && sequence <= mirror.stable.sequence()) {
            complaints.of("speaks of sequence " + sequence + " by a "
                    + said.getClass().getSimpleName() + ", where its checkpoint " + mirror.stable.sequence()
                    + " covers that");
        }
    }

    private static long sequenceOf(Message said) {
        if (said instanceof Commit vote) {
            return vote.sequence();
        } else if (said instanceof Prepare vote) {
            return vote.sequence();
        } else if (said instanceof PrePrepare vote) {
            return vote.sequence();
        } else if (said instanceof Committed word) {
            return word.sequence();
        } else if (said instanceof FetchBatch fetch) {
            return fetch.sequence();
        }
        return said instanceof Checkpoint vote ? vote.sequence() : 0;
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (mirror.halted) {
            return;
        }
        if (event instanceof Event.MessageReceived received) {
            int sender = received.message().sender();
            if (received.message().message() instanceof Status status && sender != mirror.self) {
                answers(sender, status, actions);
            } else if (received.message().message() instanceof EstimationQuery query && sender != mirror.self) {
                estimates(sender, query, actions);
            } else if (received.message().message() instanceof FetchBatch fetch) {
                serves(sender, fetch, actions);
            }
        } else if (event instanceof Event.TimerFired && mirror.tick % mirror.config.statusIntervalTicks() == 0) {
            saysWhereItStands(actions);
        }
    }

    private void answers(int sender, Status status, List<Action> actions) {
        if (!helps) {
            for (Action action : actions) {
                if (isTo(action, sender)) {
                    complaints.of("answers replica " + sender + " more than once in a status interval");
                }
            }
            return;
        }
        boolean behind =
                status.view() < mirror.enteredView || (status.view() == mirror.enteredView && status.viewChanging());
        if (behind && mirror.enteredBy.isPresent() && !isForwarded(sender, mirror.enteredBy.get(), actions)) {
            complaints.of("does not repeat the new view " + mirror.enteredView + " to replica " + sender
                    + ", which is behind");
        }
        if (status.stable() < mirror.stable.sequence()
                && !actions.contains(new Action.Send(sender, new StableCheckpoint(mirror.stable)))) {
            complaints.of("does not show its stable checkpoint " + mirror.stable.sequence() + " to replica " + sender
                    + ", which is at " + status.stable());
        }
        long from = Math.max(status.lastCommitted(), mirror.stable.sequence()) + 1;
        long to = Math.min(mirror.lastCommitted, from + LEAST_SLOTS - 1);
        for (long sequence = from; stuck && sequence <= to; sequence++) {
            Optional<Digest> committed = mirror.committed(sequence);
            if (committed.isPresent()
                    && !actions.contains(new Action.Send(sender, new Committed(sequence, committed.get())))) {
                complaints.of("does not tell replica " + sender + " what was committed at " + sequence);
            }
        }
        if (stuck) {
            int left = LEAST_SLOTS;
            for (SlotMirror slot : mirror.slots.above(status.lastCommitted())) {
                if (left-- > 0) {
                    repeatsVotes(sender, status, slot, actions);
                }
            }
        }
        ownCheckpoints.headMap(mirror.stable.sequence(), true).clear();
        for (Authenticated<?> vote :
                ownCheckpoints.tailMap(status.stable(), false).values()) {
            if (!isForwarded(sender, vote, actions)) {
                complaints.of("does not repeat its " + vote.message() + " to replica " + sender);
            }
        }
    }

    /** How far it is, for one that lost its disk and may have voted up to there (TOCS 2002, 4.3.2). */
    private void estimates(int sender, EstimationQuery query, List<Action> actions) {
        EstimationReply reply = new EstimationReply(query.nonce(), mirror.view, mirror.stable.sequence());
        if (!actions.contains(new Action.Send(sender, reply))) {
            complaints.of("does not tell replica " + sender + ", which lost its memory, how far it is: " + reply);
        }
    }

    /** What it said of a sequence number, as far as it has heard itself say it. */
    private void repeatsVotes(int sender, Status status, SlotMirror slot, List<Action> actions) {
        slot.committedBy(mirror.self, status.view()).ifPresent(digest -> {
            if (!actions.contains(new Action.Send(sender, new Commit(status.view(), slot.sequence(), digest)))) {
                complaints.of("does not repeat its commit of sequence " + slot.sequence() + " to replica " + sender);
            }
        });
        Optional<Digest> accepted = slot.accepted(mirror.view);
        boolean together = mirror.normal && !status.viewChanging() && status.view() == mirror.view;
        if (!together || accepted.isEmpty()) {
            return;
        }
        if (mirror.isPrimary()) {
            boolean its = slot.sequence() > mirror.viewStart + mirror.carriedOver.size();
            if (its && !isProposed(slot.sequence(), actions) && slot.surelyHas(accepted.get()) && !isLong(actions)) {
                complaints.of("does not repeat its proposal " + slot.sequence() + " to replica " + sender);
            }
        } else if (slot.preparedBy(mirror.self, mirror.view).isPresent()
                && !actions.contains(
                        new Action.Send(sender, new Prepare(mirror.view, slot.sequence(), accepted.get())))) {
            complaints.of("does not repeat its prepare of sequence " + slot.sequence() + " to replica " + sender);
        }
    }

    private static boolean isProposed(long sequence, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Send send
                    && send.message() instanceof PrePrepare proposal
                    && proposal.sequence() == sequence) {
                return true;
            }
        }
        return false;
    }

    /** One answer holds so many bytes of batches, and no more. */
    private boolean isLong(List<Action> actions) {
        long bytes = 0;
        for (Action action : actions) {
            if (action instanceof Action.Send send && send.message() instanceof PrePrepare proposal) {
                bytes += proposal.batch().size();
            }
        }
        return bytes >= mirror.config.maxBatchBytes() / 2;
    }

    private static boolean isTo(Action action, int replica) {
        return (action instanceof Action.Send send && send.to() == replica)
                || (action instanceof Action.Forward forward && forward.to() == replica);
    }

    private static boolean isForwarded(int to, Authenticated<?> signed, List<Action> actions) {
        for (Action action : actions) {
            if (action instanceof Action.Forward forward
                    && forward.to() == to
                    && forward.message().sender() == signed.sender()
                    && forward.message().message().equals(signed.message())) {
                return true;
            }
        }
        return false;
    }

    /** Who asks for a batch that is here is given it, but for so much in a tick. */
    private void serves(int sender, FetchBatch fetch, List<Action> actions) {
        SlotMirror slot = mirror.slots.get(fetch.sequence());
        boolean given = false;
        for (Action action : actions) {
            given |= action instanceof Action.Send send && send.message() instanceof BatchBody && send.to() == sender;
        }
        boolean must = sender != mirror.self
                && slot != null
                && !fetch.digest().isNull()
                && slot.surelyHas(fetch.digest())
                && bytesThisTick.getOrDefault(sender, 0L) < mirror.config.maxBatchBytes();
        if (must && !given) {
            complaints.of("does not give replica " + sender + " the batch of sequence " + fetch.sequence()
                    + ", which it asks for");
        }
        for (Action action : actions) {
            if (action instanceof Action.Send send && send.message() instanceof BatchBody body) {
                long before = bytesThisTick.getOrDefault(sender, 0L);
                bytesThisTick.put(sender, before + body.batch().size());
                if (before >= 2L * mirror.config.maxBatchBytes()) {
                    complaints.of("gives replica " + sender + " " + before + " bytes of batches within a tick");
                }
            }
        }
    }

    private void saysWhereItStands(List<Action> actions) {
        boolean says = false;
        for (Action action : actions) {
            says |= action instanceof Action.Broadcast broadcast
                    && broadcast.message() instanceof Status status
                    && status.lastCommitted() == mirror.lastCommitted
                    && status.stable() == mirror.stable.sequence()
                    && status.recoveringUpTo() == 0;
        }
        if (!says) {
            complaints.of("does not say where it stands");
        }
        Authenticated<ViewChange> wanted = mirror.viewChangeOf(mirror.self);
        boolean repeats = !mirror.normal && wanted != null && wanted.message().view() == mirror.view;
        for (int other = 0; repeats && other < mirror.wellFormed.replicas(); other++) {
            if (other != mirror.self && !isForwarded(other, wanted, actions)) {
                complaints.of("does not repeat its view change for view " + mirror.view + " to replica " + other);
            }
        }
    }
}
