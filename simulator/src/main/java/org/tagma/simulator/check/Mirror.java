package org.tagma.simulator.check;

import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongFunction;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;

/**
 * What one correct replica of PBFT must have in mind, as follows from what it was told and what it wrote in this life, and from its log
 * if it starts again with all of that. It is worked out without a look at the protocol, which is under test. Not thread-safe.
 */
final class Mirror {

    final int self;
    final PbftConfig config;
    final WellFormed wellFormed;
    final int weak;
    final PatienceReference patience;
    final PerSequence<SlotMirror> slots = new PerSequence<>();
    private final LongFunction<SlotMirror> newSlot;
    /** Of each replica the view change of the highest view, and of those the first. */
    private final TreeMap<Integer, Authenticated<ViewChange>> viewChanges = new TreeMap<>();

    private long wantedByOthers = -1;
    /** The highest checkpoint that it must know to be certified. */
    private long certified;
    /** Its own states. */
    final TreeMap<Long, Digest> own = new TreeMap<>();

    /** Of each voter for a checkpoint the first word, by sequence number. */
    final TreeMap<Long, Map<Integer, Digest>> checkpointVotes = new TreeMap<>();

    private final Map<Integer, Long> blamedAtTick = new HashMap<>();
    /** Batches that it asked for, by sequence number. */
    private final TreeMap<Long, Set<Digest>> asked = new TreeMap<>();

    long tick;
    long enteredAtTick;
    long nowMillis;
    long lastCommitMillis;
    long lastCommitTick;
    long view;
    boolean normal = true;
    /** How it was when the event began. */
    long viewBefore;

    boolean normalBefore = true;
    /** What it entered its last view by. */
    Optional<Authenticated<?>> enteredBy = Optional.empty();

    long enteredView;
    /** What it had executed when it entered that, as far as it was in this life. */
    long committedAtEntry;
    /** Whether it may say anew what it left its view with: it once forgot that. */
    boolean mayRestate;

    long viewStart;
    List<Reproposal> carriedOver = List.of();
    CheckpointCertificate stable = CheckpointCertificate.GENESIS;
    long lastCommitted;
    boolean installing;
    boolean halted;

    // What it decided on this event so far.
    boolean leaves;
    boolean enters;
    boolean stabilizes;
    boolean delivers;
    boolean halts;
    boolean refuses;
    boolean rejects;
    boolean blames;

    Mirror(int self, PbftConfig config, WellFormed wellFormed) {
        this.self = self;
        this.config = config;
        this.wellFormed = wellFormed;
        this.weak = config.quorums().faults() + 1;
        this.patience = new PatienceReference(weak - 1);
        this.newSlot = sequence -> new SlotMirror(sequence, wellFormed.replicas());
    }

    /** It starts again, and what it wrote down is all that it knows: of what it was told nothing is left. */
    void restart(List<LogRecord> records) {
        // Votes lie in the window above the last stable checkpoint, so that comes first.
        for (LogRecord record : records) {
            if (record instanceof PbftRecord.Stable known) {
                stable = known.certificate();
            }
        }
        for (LogRecord record : records) {
            if (!(record instanceof PbftRecord.Stable) && !isBehind(record)) {
                writes(record);
                hasVoted(record);
            }
        }
        // Of the checkpoint that its view began with, others will tell it again.
        certified = 0;
    }

    /** Written in a life that did not know how far an earlier one had come. */
    private boolean isBehind(LogRecord record) {
        return (record instanceof PbftRecord.Entered entered && entered.view() < view)
                || (record instanceof PbftRecord.LeftFor left && left.view() <= view);
    }

    /** In the first life its votes come back to it; in a later one they are in its log. */
    private void hasVoted(LogRecord record) {
        if (!inWindow(record.sequence())) {
            return;
        }
        SlotMirror slot = slot(record.sequence());
        if (record instanceof PbftRecord.PrePrepared vote) {
            Digest digest = vote.batch().digest();
            slot.prepare(self, vote.view(), digest);
            slot.prepare(wellFormed.primary(vote.view()), vote.view(), digest);
        } else if (record instanceof PbftRecord.Reproposed vote) {
            slot.prepare(self, vote.view(), vote.digest());
        } else if (record instanceof PbftRecord.Prepared vote) {
            slot.commit(self, vote.view(), vote.digest());
        }
    }

    boolean inWindow(long sequence) {
        return sequence > stable.sequence() && sequence <= stable.sequence() + wellFormed.window();
    }

    boolean isPrimary() {
        return wellFormed.primary(view) == self;
    }

    SlotMirror slot(long sequence) {
        return slots.getOrMake(sequence, newSlot);
    }

    Optional<Digest> accepted(long sequence) {
        SlotMirror slot = slots.get(sequence);
        return slot == null ? Optional.empty() : slot.accepted(view);
    }

    Optional<Digest> committed(long sequence) {
        SlotMirror slot = slots.get(sequence);
        return slot == null ? Optional.empty() : slot.committed();
    }

    Optional<Digest> carriedOver(long sequence) {
        for (Reproposal each : carriedOver) {
            if (each.sequence() == sequence) {
                return Optional.of(each.digest());
            }
        }
        return Optional.empty();
    }

    /** The view that f+1 others want at least, or -1. */
    long wantedByOthers() {
        return wantedByOthers;
    }

    /** The view change of the highest view of this replica, and of those the first, or null. */
    Authenticated<ViewChange> viewChangeOf(int replica) {
        return viewChanges.get(replica);
    }

    void wants(Authenticated<ViewChange> viewChange) {
        viewChanges.put(viewChange.sender(), viewChange);
        long[] wanted = new long[viewChanges.size()];
        int others = 0;
        for (Authenticated<ViewChange> signed : viewChanges.values()) {
            if (signed.sender() != self) {
                wanted[others++] = signed.message().view();
            }
        }
        Arrays.sort(wanted, 0, others);
        wantedByOthers = others < weak ? -1 : wanted[others - weak];
    }

    long countAtOrAbove(long wanted) {
        long count = 0;
        for (Authenticated<ViewChange> signed : viewChanges.values()) {
            count += signed.message().view() >= wanted ? 1 : 0;
        }
        return count;
    }

    /** Whether it may blame this replica now: it does so once a status interval only. */
    boolean isFreeToBlame(int replica) {
        Long at = blamedAtTick.get(replica);
        return at == null || tick - at >= config.statusIntervalTicks();
    }

    boolean hasAskedFor(long sequence, Digest digest) {
        return asked.getOrDefault(sequence, Set.of()).contains(digest);
    }

    // ---- what happens ----

    /** An event begins; what it says of messages is for the rules that judge those. */
    void begin(Event event) {
        viewBefore = view;
        normalBefore = normal;
        leaves = false;
        enters = false;
        stabilizes = false;
        delivers = false;
        halts = false;
        refuses = false;
        rejects = false;
        blames = false;
        if (event instanceof Event.TimerFired) {
            tick++;
        } else if (event instanceof Event.QueueDrained drained) {
            lastCommitMillis = nowMillis == 0 ? drained.timeMillis() : lastCommitMillis;
            nowMillis = drained.timeMillis();
        } else if (event instanceof Event.CheckpointTaken taken && taken.sequence() > stable.sequence()) {
            own.put(taken.sequence(), taken.stateDigest());
        } else if (event instanceof Event.StateInstalled installed) {
            installing = false;
            lastCommitted = installed.sequence();
            own.put(installed.sequence(), installed.stateDigest());
        }
    }

    /** It decided this. */
    void does(Action action) {
        if (action instanceof Action.Persist persist) {
            writes(persist.record());
        } else if (action instanceof Action.Commit commit) {
            delivers = true;
            lastCommitted = commit.sequence();
            lastCommitMillis = nowMillis;
            lastCommitTick = tick;
            if (normal && !commit.batch().requests().isEmpty()) {
                patience.progressed();
            }
        } else if (action instanceof Action.Send send && send.message() instanceof FetchBatch fetch) {
            asked.computeIfAbsent(fetch.sequence(), none -> new HashSet<>()).add(fetch.digest());
        } else if (action instanceof Action.InstallState) {
            installing = true;
        } else if (action instanceof Action.ReportEvidence evidence) {
            blames = true;
            blamedAtTick.put(evidence.replica(), tick);
        } else if (action instanceof Action.Halt) {
            halts = true;
            halted = true;
        } else if (action instanceof Action.Refuse) {
            refuses = true;
        } else if (action instanceof Action.Reject) {
            rejects = true;
        }
    }

    private void writes(LogRecord record) {
        if (record instanceof PbftRecord.LeftFor left) {
            leaves = true;
            view = left.view();
            normal = false;
        } else if (record instanceof PbftRecord.Entered entered) {
            enters(entered.newView());
        } else if (record instanceof PbftRecord.Stable known) {
            stabilizes = true;
            stable = known.certificate();
            slots.removeUpTo(stable.sequence());
            own.headMap(stable.sequence(), false).clear();
            asked.headMap(stable.sequence(), true).clear();
            checkpointVotes.headMap(stable.sequence(), true).clear();
        } else if (record instanceof PbftRecord.Forgotten forgotten) {
            mayRestate = true;
            normal &= view >= forgotten.view();
            view = Math.max(view, forgotten.view());
        } else if (record instanceof PbftRecord.PrePrepared vote && inWindow(vote.sequence())) {
            slot(vote.sequence()).wrote(vote.batch());
            slot(vote.sequence()).accept(vote.view(), vote.batch().digest());
        } else if (record instanceof PbftRecord.Reproposed vote && inWindow(vote.sequence())) {
            slot(vote.sequence()).accept(vote.view(), vote.digest());
            slot(vote.sequence()).prepare(wellFormed.primary(vote.view()), vote.view(), vote.digest());
        } else if (record instanceof PbftRecord.Prepared vote && inWindow(vote.sequence())) {
            slot(vote.sequence()).prepared(vote.view(), vote.digest());
        } else if (record instanceof PbftRecord.KeptBatch kept && inWindow(kept.sequence())) {
            slot(kept.sequence()).wrote(kept.batch());
        }
    }

    /** What is certified for sure. */
    void certifies(long sequence) {
        certified = Math.max(certified, sequence);
    }

    /** Whether it must know that others have got further: then it is not for lack of proposals that something waits here. */
    boolean isSurelyBehind() {
        return installing || Math.max(certified, stable.sequence()) > lastCommitted;
    }

    private void enters(Authenticated<NewView> signed) {
        enters = true;
        view = signed.message().view();
        normal = true;
        enteredBy = Optional.of(signed);
        enteredView = view;
        enteredAtTick = tick;
        committedAtEntry = lastCommitted;
        viewStart = startOf(signed.message());
        certifies(viewStart);
        carriedOver = signed.message().reproposals();
    }

    /** The highest checkpoint that a message speaks of, 0 if of none. */
    static long checkpointIn(Message message) {
        if (message instanceof StableCheckpoint stable) {
            return stable.certificate().sequence();
        } else if (message instanceof Checkpoint vote) {
            return vote.sequence();
        } else if (message instanceof ViewChange viewChange) {
            return viewChange.stable().sequence();
        }
        return message instanceof NewView newView ? startOf(newView) : 0;
    }

    static long startOf(NewView newView) {
        return newView.viewChanges().stream()
                .mapToLong(signed -> signed.message().stable().sequence())
                .max()
                .orElse(0);
    }
}
