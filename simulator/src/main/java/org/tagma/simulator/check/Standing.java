package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Event.Memory;
import org.tagma.core.protocol.LogRecord;

/**
 * Where a correct replica of PBFT stands, as the records tell that it wrote: so it is known without asking the protocol, which
 * is under test. Not thread-safe.
 */
final class Standing {

    private static final int KEPT_BODIES = 8;

    private final int logWindow;
    /** What it accepted, by sequence number and view. */
    private final TreeMap<Long, Map<Long, Digest>> accepted = new TreeMap<>();
    /** Digests that it has the bodies of, by sequence number. */
    private final TreeMap<Long, Set<Digest>> bodies = new TreeMap<>();

    private long view;
    private boolean normal;
    private boolean knowsView;
    private boolean remembersEverything;
    private long viewStart;
    private long stable;

    Standing(int logWindow) {
        this.logWindow = logWindow;
    }

    /** A life begins. */
    void recovers(Event.RecoveredLog log) {
        accepted.clear();
        bodies.clear();
        view = 0;
        normal = true;
        viewStart = 0;
        stable = 0;
        log.records().forEach(this::persists);
        remembersEverything = remembersEverything(log);
        // Who forgot something may have left views in a life that it does not know of.
        knowsView = remembersEverything;
        normal &= remembersEverything;
    }

    /** Whether a life that begins with this log knows all that the replica ever said and that still matters. */
    static boolean remembersEverything(Event.RecoveredLog log) {
        long stable = 0;
        long forgottenUpTo = 0;
        for (LogRecord record : log.records()) {
            if (record instanceof PbftRecord.Stable known) {
                stable = known.certificate().sequence();
            } else if (record instanceof PbftRecord.Forgotten forgotten) {
                forgottenUpTo = Math.max(forgottenUpTo, forgotten.upTo());
            }
        }
        return log.memory() == Memory.FIRST_LIFE || (log.memory() == Memory.WHOLE && forgottenUpTo <= stable);
    }

    /** It writes a record. */
    void persists(LogRecord record) {
        if (record instanceof PbftRecord.LeftFor left) {
            goTo(left.view(), false);
        } else if (record instanceof PbftRecord.Entered entered) {
            goTo(entered.view(), true);
            viewStart = entered.newView().message().viewChanges().stream()
                    .mapToLong(signed -> signed.message().stable().sequence())
                    .max()
                    .orElse(0);
        } else if (record instanceof PbftRecord.Forgotten forgotten) {
            remembersEverything = false;
            if (forgotten.view() > view) {
                goTo(forgotten.view(), false);
            }
            knowsView = false;
        } else if (record instanceof PbftRecord.Stable known) {
            stable = Math.max(stable, known.certificate().sequence());
            accepted.headMap(stable, true).clear();
            bodies.headMap(stable, true).clear();
        } else if (record instanceof PbftRecord.PrePrepared vote) {
            accepts(vote.sequence(), vote.view(), vote.batch().digest());
            has(vote.sequence(), vote.batch().digest());
        } else if (record instanceof PbftRecord.Reproposed vote) {
            accepts(vote.sequence(), vote.view(), vote.digest());
        } else if (record instanceof PbftRecord.KeptBatch kept) {
            has(kept.sequence(), kept.batch().digest());
        }
    }

    private void goTo(long newView, boolean entered) {
        view = newView;
        normal = entered;
        knowsView = true;
        viewStart = 0;
    }

    private void accepts(long sequence, long inView, Digest digest) {
        accepted.computeIfAbsent(sequence, none -> new HashMap<>()).put(inView, digest);
    }

    private void has(long sequence, Digest digest) {
        bodies.computeIfAbsent(sequence, none -> new HashSet<>()).add(digest);
    }

    /** Whether view and mode are known for sure. */
    boolean knowsView() {
        return knowsView;
    }

    /** Whether it remembers all its votes, so that it takes part like one that never stopped. */
    boolean remembersEverything() {
        return remembersEverything;
    }

    long view() {
        return view;
    }

    /** Whether it has entered the view. */
    boolean isNormal() {
        return normal;
    }

    boolean isInView(long other) {
        return knowsView && normal && view == other;
    }

    long stable() {
        return stable;
    }

    /** Its view starts after this checkpoint. */
    long viewStart() {
        return viewStart;
    }

    boolean inWindow(long sequence) {
        return sequence > stable && sequence <= stable + logWindow;
    }

    Optional<Digest> accepted(long sequence, long inView) {
        return Optional.ofNullable(accepted.getOrDefault(sequence, Map.of()).get(inView));
    }

    /** Whether it surely still has this body: a replica need not keep more than a few a slot. */
    boolean surelyHas(long sequence, Digest digest) {
        Set<Digest> kept = bodies.getOrDefault(sequence, Set.of());
        return digest.isNull() || (kept.contains(digest) && kept.size() <= KEPT_BODIES);
    }

    @Override
    public String toString() {
        return "view " + view + (normal ? ", entered" : ", not entered") + ", checkpoint " + stable + " stable";
    }
}
