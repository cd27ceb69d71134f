package org.tagma.core.pbft;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.tagma.core.Digest;
import org.tagma.core.Quorums;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.pbft.message.PbftMessage.Reproposal;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.pbft.message.PbftMessage.VoteInfo;
import org.tagma.core.pbft.quorum.NewViewRule;
import org.tagma.core.pbft.quorum.NewViewRule.Decision;

/**
 * Known bug 5: the selection must not mix what different sets of view changes allow (fabric PR 1111). All small sets
 * of view
 * changes are decided by {@link NewViewRule} and by a reference that follows figure 4 of TOCS 2002 word by word.
 */
class NewViewRuleReferenceTest {

    private static final Quorums FOUR = Quorums.byzantine(4);
    private static final Digest A = Digest.of(ByteString.copyFromUtf8("A"));
    private static final Digest B = Digest.of(ByteString.copyFromUtf8("B"));

    /** One sequence number, two digests, two earlier views: every set of three and of four view changes. */
    @Test
    void bug05_everySmallSetOfViewChangesIsDecidedAsThePaperSays() {
        List<ViewChange> all = allViewChangesForOneSequenceNumber();
        List<ViewChange> chosen = new ArrayList<>();
        int decided = combinations(all, 0, 3, chosen) + combinations(all, 0, 4, chosen);
        assertThat(decided).isGreaterThan(10_000);
    }

    /** Several sequence numbers and checkpoints at once, at random, for groups of four to seven. */
    @Test
    void bug05_randomSetsOfViewChangesAreDecidedAsThePaperSays() {
        Random random = new Random(5);
        int decided = 0;
        for (int i = 0; i < 40_000; i++) {
            Quorums quorums = Quorums.byzantine(4 + random.nextInt(4));
            int size = quorums.certificate() - 1 + random.nextInt(quorums.replicas() - quorums.certificate() + 2);
            List<ViewChange> set = new ArrayList<>();
            for (int j = 0; j < size; j++) {
                set.add(randomViewChange(random));
            }
            decided += compare(set, quorums);
            Optional<Decision> first = NewViewRule.decide(set, quorums);
            Collections.shuffle(set, random);
            assertThat(NewViewRule.decide(set, quorums)).as("in any order").isEqualTo(first);
        }
        assertThat(decided).isGreaterThan(1_000);
    }

    private static List<ViewChange> allViewChangesForOneSequenceNumber() {
        List<ViewChange> all = new ArrayList<>();
        for (int p = 0; p < 5; p++) {
            for (int qa = -1; qa < 2; qa++) {
                for (int qb = -1; qb < 2; qb++) {
                    List<VoteInfo> prepared =
                            p == 0 ? List.of() : List.of(new VoteInfo(1, p <= 2 ? A : B, (p - 1) % 2));
                    List<VoteInfo> prePrepared = new ArrayList<>();
                    if (qa >= 0) {
                        prePrepared.add(new VoteInfo(1, A, qa));
                    }
                    if (qb >= 0) {
                        prePrepared.add(new VoteInfo(1, B, qb));
                    }
                    all.add(new ViewChange(2, CheckpointCertificate.GENESIS, prepared, prePrepared));
                }
            }
        }
        return all;
    }

    /** Every choice, with repetition, of so many of these; says how many of them the rule could decide. */
    private static int combinations(List<ViewChange> all, int from, int size, List<ViewChange> chosen) {
        if (chosen.size() == size) {
            return compare(chosen, FOUR);
        }
        int decided = 0;
        for (int i = from; i < all.size(); i++) {
            chosen.add(all.get(i));
            decided += combinations(all, i, size, chosen);
            chosen.remove(chosen.size() - 1);
        }
        return decided;
    }

    private static ViewChange randomViewChange(Random random) {
        long stable = 8L * random.nextInt(2);
        List<VoteInfo> prepared = new ArrayList<>();
        List<VoteInfo> prePrepared = new ArrayList<>();
        for (long sequence = stable + 1; sequence <= stable + 3; sequence++) {
            if (random.nextInt(3) > 0) {
                prepared.add(new VoteInfo(sequence, random.nextInt(4) > 0 ? A : B, random.nextInt(2)));
            }
            for (Digest digest : new TreeSet<>(List.of(A, B, Digest.NULL))) {
                if (random.nextBoolean()) {
                    prePrepared.add(new VoteInfo(sequence, digest, random.nextInt(2)));
                }
            }
        }
        var checkpoint = stable == 0
                ? CheckpointCertificate.GENESIS
                : new CheckpointCertificate(stable, Digest.of(ByteString.copyFromUtf8("state")), List.of());
        return new ViewChange(2, checkpoint, prepared, prePrepared);
    }

    private static int compare(List<ViewChange> set, Quorums quorums) {
        Optional<Decision> decision = NewViewRule.decide(set, quorums);
        Reference reference = new Reference(set, quorums);
        if (decision.isEmpty()) {
            check(!reference.canDecide(), "undecided, and the paper decides", set);
            return 0;
        }
        check(reference.canDecide(), "decided, and the paper does not", set);
        check(decision.get().start().sequence() == reference.start(), "another start", set);
        long sequence = reference.start();
        for (Reproposal reproposal : decision.get().reproposals()) {
            check(reproposal.sequence() == ++sequence, "a gap", set);
            check(reference.allowed(sequence).contains(reproposal.digest()), "not what the paper selects", set);
        }
        for (long beyond = sequence + 1; beyond <= reference.last(); beyond++) {
            check(reference.prepared(beyond).isEmpty(), "a prepared batch is left out", set);
        }
        return 1;
    }

    /** Cheaper than an assertion object for each of a million comparisons. */
    private static void check(boolean holds, String what, List<ViewChange> set) {
        if (!holds) {
            throw new AssertionError(what + ": " + set);
        }
    }

    /** Figure 4, slowly. S is the set of view changes; h of a view change is its stable checkpoint. */
    private record Reference(List<ViewChange> s, Quorums quorums) {

        /** "Select checkpoint ... with the highest n"; each is proven by its certificate. */
        long start() {
            long highest = 0;
            for (ViewChange m : s) {
                highest = Math.max(highest, m.stable().sequence());
            }
            return highest;
        }

        long last() {
            long highest = start();
            for (ViewChange m : s) {
                for (VoteInfo p : m.prepared()) {
                    highest = Math.max(highest, p.sequence());
                }
            }
            return highest;
        }

        boolean canDecide() {
            if (s.size() < quorums.certificate()) {
                return false;
            }
            for (long n = start() + 1; n <= last(); n++) {
                if (allowed(n).isEmpty()) {
                    return false;
                }
            }
            return true;
        }

        /** "If A: select d. Else if B: select null." */
        Set<Digest> allowed(long n) {
            Set<Digest> chosen = prepared(n);
            return chosen.isEmpty() && conditionB(n) ? Set.of(Digest.NULL) : chosen;
        }

        /** A: "there is m in S with (n, d, v) in m.P that verifies A1 and A2". */
        Set<Digest> prepared(long n) {
            Set<Digest> chosen = new TreeSet<>();
            for (ViewChange m : s) {
                for (VoteInfo p : m.prepared()) {
                    if (p.sequence() == n
                            && conditionA1(n, p.digest(), p.view())
                            && conditionA2(n, p.digest(), p.view())) {
                        chosen.add(p.digest());
                    }
                }
            }
            return chosen;
        }

        /** A1: "2f+1 messages m' with m'.h < n, and all (n, d', v') in m'.P have v' < v, or v' = v and d' = d". */
        private boolean conditionA1(long n, Digest d, long v) {
            int count = 0;
            for (ViewChange m : s) {
                boolean verifies = m.stable().sequence() < n;
                for (VoteInfo p : m.prepared()) {
                    if (p.sequence() == n
                            && !(p.view() < v || (p.view() == v && p.digest().equals(d)))) {
                        verifies = false;
                    }
                }
                count += verifies ? 1 : 0;
            }
            return count >= quorums.certificate();
        }

        /** A2: "f+1 messages m' with (n, d', v') in m'.Q such that v' >= v and d' = d". */
        private boolean conditionA2(long n, Digest d, long v) {
            int count = 0;
            for (ViewChange m : s) {
                boolean vouches = false;
                for (VoteInfo q : m.prePrepared()) {
                    vouches |= q.sequence() == n && q.view() >= v && q.digest().equals(d);
                }
                count += vouches ? 1 : 0;
            }
            return count >= quorums.weak();
        }

        /** B: "2f+1 messages m with m.h < n, and m.P has no entry for n". */
        private boolean conditionB(long n) {
            int count = 0;
            for (ViewChange m : s) {
                boolean verifies = m.stable().sequence() < n;
                for (VoteInfo p : m.prepared()) {
                    verifies &= p.sequence() != n;
                }
                count += verifies ? 1 : 0;
            }
            return count >= quorums.certificate();
        }
    }
}
