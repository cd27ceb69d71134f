package org.tagma.simulator.puppet;

import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.PbftMessage.NewView;
import org.tagma.core.pbft.PbftMessage.Reproposal;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.pbft.PbftMessage.VoteInfo;
import org.tagma.core.protocol.Authenticated;
import org.tagma.simulator.check.NewViewReference;

/**
 * Certificates, view changes and new views, most of them well formed and of one story, with a slip or a lie in many: so that the
 * conditions under which a new view may be opened are met and missed by one. Not thread-safe.
 */
final class Claims {

    private final Puppets puppets;
    private final Props props;
    private final SplittableRandom random;
    private final int replicas;
    private final int quorum;
    private final int faults;
    private final int interval;
    private final int window;
    /** What most puppets say that prepared, until the story changes. */
    private final TreeMap<Long, VoteInfo> story = new TreeMap<>();

    private CheckpointCertificate start = CheckpointCertificate.GENESIS;

    Claims(Puppets puppets, Props props, SplittableRandom random) {
        this.puppets = puppets;
        this.props = props;
        this.random = random;
        this.replicas = puppets.config().quorums().replicas();
        this.faults = puppets.config().quorums().faults();
        this.quorum = (replicas + faults) / 2 + 1;
        this.interval = puppets.config().checkpointInterval();
        this.window = puppets.config().logWindow();
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    // ---- certificates ----

    /** Proof of a checkpoint that the group took, by voters that are chosen anew. */
    CheckpointCertificate certificate(long sequence) {
        if (sequence <= 0) {
            return CheckpointCertificate.GENESIS;
        }
        Checkpoint vote = new Checkpoint(sequence, props.stateDigest(sequence));
        List<Integer> voters = new ArrayList<>(puppets.others());
        shuffle(voters);
        return new CheckpointCertificate(
                sequence,
                vote.stateDigest(),
                voters.stream()
                        .limit(quorum)
                        .sorted()
                        .map(voter -> puppets.signed(voter, vote))
                        .toList());
    }

    /** Of a checkpoint that nobody took, or by too few, or by one twice, or of something else than was voted for. */
    CheckpointCertificate falseCertificate(long sequence) {
        CheckpointCertificate good = certificate(Math.max(interval, sequence));
        List<Authenticated<Checkpoint>> votes = new ArrayList<>(good.votes());
        Digest other = Digest.of(puppets.bytes("no state"));
        switch (random.nextInt(6)) {
            case 5 -> {
                return new CheckpointCertificate(good.sequence() + interval, good.stateDigest(), votes);
            }
            case 0 -> votes.set(votes.size() - 1, votes.get(0));
            case 1 -> votes.remove(votes.size() - 1);
            case 2 -> {
                return new CheckpointCertificate(good.sequence(), other, votes);
            }
            case 3 -> {
                int voter = votes.get(0).sender();
                votes.set(0, puppets.signed(voter, new Checkpoint(good.sequence(), other)));
            }
            default -> {
                if (interval > 1) {
                    Checkpoint off = new Checkpoint(good.sequence() + 1, other);
                    return new CheckpointCertificate(
                            off.sequence(),
                            other,
                            good.votes().stream()
                                    .map(vote -> puppets.signed(vote.sender(), off))
                                    .toList());
                }
                votes.remove(0);
            }
        }
        return new CheckpointCertificate(good.sequence(), good.stateDigest(), votes);
    }

    // ---- view changes ----

    /** From now on the puppets tell of other batches. */
    void newStory(CheckpointCertificate from, long view) {
        start = chance(15) ? certificate(from.sequence() + (long) interval * random.nextInt(1, 3)) : from;
        story.clear();
        int length = random.nextInt(Math.min(5, window) + 1);
        for (long sequence = start.sequence() + 1; sequence <= start.sequence() + length; sequence++) {
            if (chance(80)) {
                Digest digest =
                        chance(15) ? Digest.NULL : props.anyBatch(sequence).digest();
                story.put(sequence, new VoteInfo(sequence, digest, random.nextLong(Math.max(1, view))));
            }
        }
    }

    ViewChange viewChange(long view) {
        TreeMap<Long, VoteInfo> prepared = new TreeMap<>();
        List<VoteInfo> prePrepared = new ArrayList<>();
        for (VoteInfo each : story.values()) {
            VoteInfo fits = each.view() < view ? each : new VoteInfo(each.sequence(), each.digest(), view - 1);
            int kind = random.nextInt(100);
            if (kind < 60) {
                prepared.put(fits.sequence(), fits);
            } else if (kind < 75) {
                prepared.put(fits.sequence(), rival(fits, view));
            }
            if (chance(75)) {
                prePrepared.add(fits);
            }
            if (chance(20)) {
                prePrepared.add(rival(fits, view));
            }
        }
        long last = start.sequence() + 1 + random.nextInt(3);
        if (chance(15) && last <= start.sequence() + window) {
            prepared.putIfAbsent(last, rival(new VoteInfo(last, Digest.NULL, 0), view));
        }
        CheckpointCertificate from = start;
        List<VoteInfo> preparedEntries = new ArrayList<>(prepared.values());
        if (chance(10) && start.sequence() > 0) {
            from = certificate(start.sequence());
        }
        return new ViewChange(view, from, preparedEntries, ordered(prePrepared));
    }

    private VoteInfo rival(VoteInfo entry, long view) {
        Digest digest = chance(30) ? entry.digest() : props.anyDigest(entry.sequence());
        return new VoteInfo(entry.sequence(), digest, chance(50) ? entry.view() : random.nextLong(view));
    }

    private static List<VoteInfo> ordered(List<VoteInfo> entries) {
        TreeMap<List<Object>, VoteInfo> unique =
                new TreeMap<>(Comparator.comparing((List<Object> key) -> (Long) key.get(0))
                        .thenComparing(key -> (Digest) key.get(1)));
        entries.forEach(each -> unique.put(List.of(each.sequence(), each.digest()), each));
        return new ArrayList<>(unique.values());
    }

    /** One that is not well formed, in one of many ways. */
    ViewChange malformed(long view) {
        ViewChange good = viewChange(view);
        List<VoteInfo> prepared = new ArrayList<>(good.prepared());
        List<VoteInfo> prePrepared = new ArrayList<>(good.prePrepared());
        List<VoteInfo> spoilt = chance(50) ? prepared : prePrepared;
        long low = good.stable().sequence();
        VoteInfo entry = new VoteInfo(low + window, props.anyDigest(low + 1), Math.max(0, view - 1));
        switch (random.nextInt(6)) {
            case 0 -> spoilt.add(new VoteInfo(low + window + 1, entry.digest(), entry.view()));
            case 1 -> spoilt.add(new VoteInfo(entry.sequence(), entry.digest(), view));
            case 2 -> spoilt.add(0, new VoteInfo(low, entry.digest(), entry.view()));
            case 3 -> Collections.addAll(spoilt, entry, entry);
            case 4 -> {
                return new ViewChange(view, falseCertificate(low), prepared, prePrepared);
            }
            default -> spoilt.add(new VoteInfo(entry.sequence(), entry.digest(), -1));
        }
        return new ViewChange(view, good.stable(), prepared, prePrepared);
    }

    // ---- new views ----

    /** A new view from view changes of a quorum or more; what it decides is right, unless it is to be wrong. */
    NewView newView(long view, List<Authenticated<ViewChange>> sent, boolean wrong) {
        TreeMap<Integer, Authenticated<ViewChange>> bySender = new TreeMap<>();
        sent.forEach(each -> bySender.put(each.sender(), each));
        for (int puppet : puppets.others()) {
            if (!bySender.containsKey(puppet) || chance(20)) {
                bySender.put(puppet, puppets.signed(puppet, viewChange(view)));
            }
        }
        List<Authenticated<ViewChange>> shown = new ArrayList<>(bySender.values());
        shuffle(shown);
        while (shown.size() > quorum && chance(60)) {
            shown.remove(shown.size() - 1);
        }
        shown.sort(Comparator.comparingInt(Authenticated::sender));
        NewView good = decided(view, shown);
        return wrong ? spoilt(good) : good;
    }

    private NewView decided(long view, List<Authenticated<ViewChange>> shown) {
        Optional<List<Reproposal>> decision =
                new NewViewReference(shown.stream().map(Authenticated::message).toList(), quorum, faults + 1).decide();
        // Where it is open what to decide, a guess is wrong, and just what a mistake would take.
        return new NewView(view, shown, decision.orElseGet(() -> guess(shown)));
    }

    private List<Reproposal> guess(List<Authenticated<ViewChange>> shown) {
        List<Reproposal> guess = new ArrayList<>();
        TreeMap<Long, List<Digest>> claimed = new TreeMap<>();
        shown.forEach(signed -> signed.message()
                .prepared()
                .forEach(each -> claimed.computeIfAbsent(each.sequence(), none -> new ArrayList<>())
                        .add(each.digest())));
        long from = shown.stream()
                .mapToLong(signed -> signed.message().stable().sequence())
                .max()
                .orElse(0);
        long last = claimed.isEmpty() ? from : claimed.lastKey();
        for (long sequence = from + 1; sequence <= last; sequence++) {
            List<Digest> choices = claimed.getOrDefault(sequence, List.of());
            Digest digest = choices.isEmpty() || chance(25) ? Digest.NULL : choices.get(random.nextInt(choices.size()));
            guess.add(new Reproposal(sequence, digest));
        }
        return guess;
    }

    private NewView spoilt(NewView good) {
        List<Authenticated<ViewChange>> shown = new ArrayList<>(good.viewChanges());
        List<Reproposal> reproposals = new ArrayList<>(good.reproposals());
        int last = shown.size() - 1;
        switch (random.nextInt(8)) {
            case 0 -> shown.set(last, shown.get(0));
            case 1 -> shown.subList(quorum - 1, shown.size()).clear();
            case 2 -> shown.set(last, puppets.signed(shown.get(last).sender(), malformed(good.view())));
            case 3 -> shown.set(last, puppets.signed(shown.get(last).sender(), viewChange(good.view() + 1)));
            case 4 -> {
                if (good.view() > 1) {
                    shown.set(last, puppets.signed(shown.get(last).sender(), viewChange(good.view() - 1)));
                }
            }
            case 5 ->
                reproposals.add(new Reproposal(
                        Math.max(
                                        start.sequence(),
                                        reproposals.isEmpty()
                                                ? 0
                                                : reproposals
                                                        .get(reproposals.size() - 1)
                                                        .sequence())
                                + 1,
                        chance(50) ? Digest.NULL : props.anyDigest(1)));
            case 6 -> {
                if (!reproposals.isEmpty()) {
                    reproposals.remove(reproposals.size() - 1);
                }
            }
            default ->
                reproposals.replaceAll(
                        each -> chance(50) ? new Reproposal(each.sequence(), props.anyDigest(each.sequence())) : each);
        }
        if (shown.size() >= quorum && chance(50) && !shown.equals(good.viewChanges())) {
            return decided(good.view(), shown);
        }
        return new NewView(good.view(), shown, reproposals);
    }

    private <T> void shuffle(List<T> list) {
        for (int i = list.size() - 1; i > 0; i--) {
            Collections.swap(list, i, random.nextInt(i + 1));
        }
    }
}
