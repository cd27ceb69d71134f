package org.tagma.simulator.check;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.FetchBatch;
import org.tagma.core.pbft.PbftRecord;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Event;

/**
 * Batches that never came: a replica that has nothing but the digest of what is committed next asks for the batch, and in the end everybody,
 * for any other may be the one that has it and gives it. Not thread-safe.
 */
final class FetchRule implements StepRule {

    /** Enough to ask everybody in turn, of whom a group has not that many. */
    private static final int PATIENCE_TICKS = 40;

    private record Missing(long sequence, Digest digest) {}

    private final Complaints complaints;
    private final Mirror mirror;
    private final Map<Missing, Set<Integer>> asked = new HashMap<>();
    private final Map<Missing, Set<Integer>> askedNow = new HashMap<>();
    private Optional<Missing> missing = Optional.empty();
    private long sinceTick;

    FetchRule(Complaints complaints, Mirror mirror) {
        this.complaints = complaints;
        this.mirror = mirror;
    }

    @Override
    public void decides(Event event, Action action) {
        if (action instanceof Action.Send send && send.message() instanceof FetchBatch fetch) {
            Missing wanted = new Missing(fetch.sequence(), fetch.digest());
            asked.computeIfAbsent(wanted, none -> new HashSet<>()).add(send.to());
            askedNow.computeIfAbsent(wanted, none -> new HashSet<>()).add(send.to());
        } else if (action instanceof Action.Persist persist && persist.record() instanceof PbftRecord.Entered) {
            // What it asked for on behalf of the old view is asked for no more; this must be.
            for (Set<Integer> sources : asked.values()) {
                sources.clear();
            }
            missing = Optional.empty();
        }
    }

    @Override
    public void ends(Event event, List<Action> actions) {
        if (!askedNow.isEmpty()) {
            expectEnoughAsked();
        }
        if (!(event instanceof Event.TimerFired) || mirror.halted) {
            return;
        }
        asked.keySet().removeIf(each -> each.sequence() <= mirror.lastCommitted);
        Optional<Missing> now = next();
        if (now.isEmpty() || !now.equals(missing) || mirror.installing) {
            missing = now;
            sinceTick = mirror.tick;
        } else if (mirror.tick - sinceTick >= PATIENCE_TICKS) {
            Set<Integer> sources = asked.getOrDefault(now.get(), Set.of());
            if (sources.size() < mirror.wellFormed.replicas() - 1) {
                complaints.of("lacks the batch that is committed at sequence "
                        + now.get().sequence() + ", and asked only " + sources + " for it");
            }
        }
    }

    /** So many at a time that one of them is correct. */
    private void expectEnoughAsked() {
        for (Map.Entry<Missing, Set<Integer>> each : askedNow.entrySet()) {
            if (each.getValue().size() < mirror.weak) {
                complaints.of("asks only " + each.getValue() + " for the batch of sequence "
                        + each.getKey().sequence());
            }
        }
        askedNow.clear();
    }

    private Optional<Missing> next() {
        SlotMirror next = mirror.slots.get(mirror.lastCommitted + 1);
        return next == null || next.committed().isEmpty() ? Optional.empty() : missingOf(next);
    }

    private Optional<Missing> missingOf(SlotMirror slot) {
        return slot.committed()
                .filter(digest -> !slot.mayHave(digest))
                // No new view places another batch where one committed, but among puppets.
                .filter(digest -> slot.accepted(mirror.view).map(digest::equals).orElse(true))
                .filter(digest -> asked.keySet().stream()
                        .noneMatch(each -> each.sequence() == slot.sequence()
                                && !each.digest().equals(digest)))
                .map(digest -> new Missing(slot.sequence(), digest));
    }
}
