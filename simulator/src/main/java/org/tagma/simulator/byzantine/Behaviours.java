package org.tagma.simulator.byzantine;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import org.tagma.simulator.faults.Misbehaviour;

/** The ways of being malicious, by name; for scenarios to choose from, and for seeds to draw from. */
public final class Behaviours {

    private static final int STEPS_BEFORE_CRASH = 2_000;
    private static final long MILLIS_BEFORE_SILENCE = 2_000;

    /** What a replica draws from when a seed chooses. */
    private static final List<Misbehaviour.Factory> ALL = List.of(
            equivocates(),
            sendsWrongDigests(),
            repeatsStaleMessages(),
            forgesViewChanges(),
            sendsHugeNumbers(),
            isSlow(),
            situation -> new Censorship(situation.random().nextInt(Math.max(1, situation.clients()))),
            liesToClients(),
            liesInStateTransfer(),
            spoilsAuthenticators(),
            votesForEverything(),
            speaksOutOfTurn(),
            makesFalseCheckpoints(),
            withholdsProposals(),
            liesAboutTime(),
            floodsRequests(),
            situation -> new Isolation(situation, Set.of(situation.anyOther())),
            situation -> new Silence(situation, situation.random().nextLong(MILLIS_BEFORE_SILENCE)),
            situation -> new CrashAtStep(situation.random().nextInt(1, STEPS_BEFORE_CRASH)));

    private Behaviours() {}

    /** Says nothing, ever. */
    public static Misbehaviour.Factory isSilent() {
        return silentFrom(0);
    }

    /** Says nothing from this virtual time on. */
    public static Misbehaviour.Factory silentFrom(long millis) {
        return situation -> new Silence(situation, millis);
    }

    /** Stops in its n-th step. */
    public static Misbehaviour.Factory crashesAtStep(int steps) {
        return situation -> new CrashAtStep(steps);
    }

    /** Different batches to different halves, and votes for both. */
    public static Misbehaviour.Factory equivocates() {
        return Equivocation::new;
    }

    /** Votes for digests of nothing. */
    public static Misbehaviour.Factory sendsWrongDigests() {
        return WrongDigests::new;
    }

    /** Repeats what was true once. */
    public static Misbehaviour.Factory repeatsStaleMessages() {
        return StaleMessages::new;
    }

    /** Forged entries of P and Q, and altered new views. */
    public static Misbehaviour.Factory forgesViewChanges() {
        return ForgedViewChanges::new;
    }

    /** Views and sequence numbers far away, and many of them. */
    public static Misbehaviour.Factory sendsHugeNumbers() {
        return HugeNumbers::new;
    }

    /** Everything late, by nine tenths of the others' timeouts. */
    public static Misbehaviour.Factory isSlow() {
        return situation -> new Slowness(situation, situation.requestTimeoutMillis() * 9 / 10);
    }

    /** Everything late, by so much. */
    public static Misbehaviour.Factory delays(long millis) {
        return situation -> new Slowness(situation, millis);
    }

    /** Does not serve one client. */
    public static Misbehaviour.Factory censors(int client) {
        return situation -> new Censorship(client);
    }

    /** False replies. */
    public static Misbehaviour.Factory liesToClients() {
        return LyingReplies::new;
    }

    /** Replies that are true but for one thing. */
    public static Misbehaviour.Factory tellsHalfTruths() {
        return HalfTruths::new;
    }

    /** Proposals of what no client asked for. */
    public static Misbehaviour.Factory forgesRequests() {
        return ForgedRequests::new;
    }

    /** Another batch for each neighbour, and each one's own vote back. */
    public static Misbehaviour.Factory hasTwoFaces() {
        return TwoFaces::new;
    }

    /** One replica's word as that of a quorum. */
    public static Misbehaviour.Factory borrowsNames() {
        return BorrowedNames::new;
    }

    /** False states and batches for those who fetch them. */
    public static Misbehaviour.Factory liesInStateTransfer() {
        return LyingTransfer::new;
    }

    /** Wrong proofs, and its own under others' names. */
    public static Misbehaviour.Factory spoilsAuthenticators() {
        return BadAuthenticators::new;
    }

    /** Votes for whatever it hears of, in every phase. */
    public static Misbehaviour.Factory votesForEverything() {
        return EagerVotes::new;
    }

    /** Proposals and new views that are others' to make. */
    public static Misbehaviour.Factory speaksOutOfTurn() {
        return OutOfTurn::new;
    }

    /** Votes and certificates for states that nobody has. */
    public static Misbehaviour.Factory makesFalseCheckpoints() {
        return FalseCheckpoints::new;
    }

    /** Proposals to some of the others only, and no batch for the rest. */
    public static Misbehaviour.Factory withholdsProposals() {
        return WithheldProposals::new;
    }

    /** Proposed times that are off, a little or far. */
    public static Misbehaviour.Factory liesAboutTime() {
        return WrongTimes::new;
    }

    /** Questions without end. */
    public static Misbehaviour.Factory floodsRequests() {
        return RequestFlooding::new;
    }

    /** Tells these replicas nothing, and clients neither. */
    public static Misbehaviour.Factory isolates(Integer... replicas) {
        return situation -> new Isolation(situation, Set.of(replicas));
    }

    /** So many messages a millisecond that cost the others work, and say nothing. */
    public static Misbehaviour.Factory floods(int messagesAMilli) {
        return situation -> new Flood(situation, messagesAMilli);
    }

    /** Suspicions of every primary, and view changes without end. */
    public static Misbehaviour.Factory leavesEveryView() {
        return EndlessViewChanges::new;
    }

    /** Something of these, but only from this virtual time on. */
    public static Misbehaviour.Factory later(long millis, Misbehaviour.Factory then) {
        return situation -> new Later(then.create(situation), situation, millis);
    }

    /** One to three of all of these, drawn by a seed. */
    public static List<Misbehaviour.Factory> drawn(SplittableRandom random) {
        List<Misbehaviour.Factory> chosen = new ArrayList<>();
        int count = random.nextInt(1, 4);
        for (int i = 0; i < count; i++) {
            chosen.add(ALL.get(random.nextInt(ALL.size())));
        }
        return chosen;
    }
}
