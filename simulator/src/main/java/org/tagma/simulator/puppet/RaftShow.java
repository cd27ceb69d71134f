package org.tagma.simulator.puppet;

import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.SplittableRandom;
import java.util.TreeSet;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.ProtocolStatus;
import org.tagma.core.protocol.Request;
import org.tagma.simulator.SimulatedRaft;
import org.tagma.simulator.check.Findings;
import org.tagma.simulator.check.Property;
import org.tagma.simulator.puppet.RaftTroupe.Letter;

/**
 * Tosses a group of Raft about. Its replicas only crash, so there is nobody to make up what they hear: all of them are real, and the
 * seed decides when each of them ticks, which message arrives, how late, how often and in what order, who is stopped in the
 * middle of what, and what clients and operators ask for. That happens far more often here than in a run in which time passes
 * as it should. In the end all is calm, and the group must come together.
 */
public final class RaftShow {

    private static final int STEPS_PER_SHOW = 1_000;
    private static final int STEPS_WITH_LITTLE_ROOM = 250;
    private static final int LONGEST_BURST = 5;
    private static final int MOST_REPLICAS = 7;
    private static final int STEPS_PER_MOOD = 80;
    private static final int MOST_ROUNDS_TO_BEGIN = 40;
    private static final int MOST_OLD_LETTERS = 40;
    /** Rounds of ticks: each is a tick for everybody. An election timeout is ten. */
    private static final int CALM_ROUNDS = 600;

    private static final int SETTLING_ROUNDS = 10;
    private static final int STEADY_ROUNDS = 30;
    private static final int ROUNDS_BETWEEN_REQUESTS = 5;
    /** What a round of a calm group may take. */
    private static final int EVENTS_PER_ROUND = 20_000;

    private final SplittableRandom random;
    private final Findings findings;
    private final Props props;
    private final RaftTroupe troupe;
    private final List<Letter> old = new ArrayList<>();
    /** Who may lose its states, its log or its disk; then the group does not change, so that others have them. */
    private final OptionalInt forgetful;

    /** Requests of one client at once, in order; 0 where clients also leave out numbers and repeat them. */
    private int longestBurst;

    // The mood, for a while
    private int tickPercent;
    private int orderlyPercent;
    private int lostPercent;
    private int doubledPercent;
    private int quick;
    private final TreeSet<Integer> apart = new TreeSet<>();

    private RaftShow(SimulatedRaft protocol, Findings findings, SplittableRandom random) {
        this.random = random;
        this.findings = findings;
        this.props = new Props(random.split(), protocol.template().maxBatchRequests());
        this.troupe = new RaftTroupe(protocol, findings, props);
        this.forgetful = troupe.size() >= 3 && chance(40) ? OptionalInt.of(someone()) : OptionalInt.empty();
    }

    /**
     * Plays so many steps, with a new group now and then, or until something is found. Deterministic.
     *
     * @param protocol the group; every other has the same bounds, and from one to seven replicas
     * @param seed what everything is drawn from
     */
    public static void play(SimulatedRaft protocol, Findings findings, long seed, int steps) {
        SplittableRandom random = new SplittableRandom(seed).split();
        Findings own = new Findings();
        for (int left = steps; left > 0 && own.isEmpty(); left -= STEPS_PER_SHOW) {
            SimulatedRaft group = random.nextBoolean() ? protocol : protocol.ofSize(1 + random.nextInt(MOST_REPLICAS));
            new RaftShow(group, own, random.split()).play(Math.min(left, STEPS_PER_SHOW));
        }
        // Last, so that the rest is the same with and without it.
        if (own.isEmpty() && random.nextBoolean()) {
            littleRoom(protocol.ofSize(1 + random.nextInt(MOST_REPLICAS)), own, random.split());
        }
        own.first()
                .ifPresent(found -> findings.report(found.property(), "in a group tossed about: " + found.details()));
    }

    /**
     * A group that has hardly any room for requests. Clients leave out no number here: what comes too early may fill the room
     * of one, and would then be in its own way.
     */
    private static void littleRoom(SimulatedRaft group, Findings own, SplittableRandom random) {
        boolean each = random.nextBoolean();
        int room = random.nextInt(1, 4);
        RaftShow show = new RaftShow(
                each ? group.withRoomFor(Props.CLIENTS * room, room) : group.withRoomFor(room, room), own, random);
        show.longestBurst = each ? LONGEST_BURST : 1;
        show.play(STEPS_WITH_LITTLE_ROOM);
    }

    private void play(int steps) {
        if (chance(80)) {
            begin();
        }
        for (int step = 0; step < steps && !troupe.isOver(); step++) {
            if (step % STEPS_PER_MOOD == 0) {
                changeMood();
            }
            next();
        }
        calm();
    }

    /** Before anybody leads not much else can happen. */
    private void begin() {
        for (int round = 0; round < MOST_ROUNDS_TO_BEGIN && troupe.leader() < 0 && !troupe.isOver(); round++) {
            round();
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int someone() {
        return random.nextInt(troupe.size());
    }

    private int leaderOrSomeone() {
        int leader = troupe.leader();
        return leader < 0 || chance(20) ? someone() : leader;
    }

    // ---- the storm ----

    private void changeMood() {
        tickPercent = random.nextInt(4) == 0 ? random.nextInt(30) : random.nextInt(3, 12);
        orderlyPercent = chance(60) ? 100 - random.nextInt(10) : random.nextInt(100);
        lostPercent = chance(60) ? 0 : random.nextInt(30);
        doubledPercent = chance(60) ? 0 : random.nextInt(30);
        quick = someone();
        apart.clear();
        if (chance(50)) {
            for (int i = random.nextInt(1, troupe.size() / 2 + 2); i > 0; i--) {
                apart.add(chance(40) ? leaderOrSomeone() : someone());
            }
        }
    }

    private void next() {
        int kind = random.nextInt(100);
        if (kind < tickPercent) {
            tick(chance(30) ? quick : someone());
        } else if (kind < 90) {
            work();
        } else if (kind < 95) {
            request(chance(60) ? leaderOrSomeone() : someone());
        } else if (kind < 97) {
            troupe.read(chance(50) ? leaderOrSomeone() : someone());
        } else if (kind < 98) {
            operate();
        } else if (chance(50)) {
            restart();
        } else if (!old.isEmpty()) {
            arrive(old.get(random.nextInt(old.size())));
        }
    }

    private void tick(int replica) {
        troupe.tick(replica);
        if (chance(80)) {
            troupe.drain(replica);
        }
    }

    private void work() {
        Stage stage = troupe.stages.get(someone());
        if (stage.hasOwnEvents() && chance(50)) {
            stage.stepOwn(chance(30));
            if (chance(50)) {
                troupe.drain(stage.self);
            }
        } else if (troupe.letters.isEmpty()) {
            troupe.drain(stage.self);
        } else {
            deliverOne();
        }
    }

    private void deliverOne() {
        int waiting = troupe.letters.size();
        int which = chance(orderlyPercent) ? 0 : random.nextInt(waiting);
        Letter letter = chance(doubledPercent) ? troupe.letters.get(which) : troupe.letters.remove(which);
        if (chance(10)) {
            keep(letter);
        }
        boolean cut = apart.contains(letter.from()) != apart.contains(letter.to());
        if (!cut && !chance(lostPercent)) {
            arrive(letter);
        }
    }

    /** It, or a copy of it, arrives much later. */
    private void keep(Letter letter) {
        if (old.size() < MOST_OLD_LETTERS) {
            old.add(letter);
        } else {
            old.set(random.nextInt(MOST_OLD_LETTERS), letter);
        }
    }

    private void arrive(Letter letter) {
        if (random.nextInt(200) == 0) {
            // Power is lost when some of what follows is done.
            troupe.deliver(letter, random.nextInt(5));
            troupe.restart(letter.to(), Event.Memory.WHOLE, nonce());
            return;
        }
        troupe.deliver(letter, Integer.MAX_VALUE);
        if (chance(60)) {
            troupe.drain(letter.to());
        }
    }

    private void request(int replica) {
        int client = random.nextInt(Props.CLIENTS);
        if (longestBurst > 0) {
            burst(replica, client);
            return;
        }
        troupe.request(replica, nextOf(client, chance(80) ? 0 : random.nextInt(-1, 4)));
        troupe.drain(replica);
    }

    private void burst(int replica, int client) {
        boolean ordersThem = troupe.leader() == replica;
        for (int ahead = 0; ahead < (ordersThem ? longestBurst : 1); ahead++) {
            troupe.request(replica, nextOf(client, ahead));
        }
        if (longestBurst == 1 && ordersThem) {
            // All the others at the same moment.
            for (int other = 0; other < Props.CLIENTS; other++) {
                troupe.request(replica, nextOf(other, 0));
            }
        }
        troupe.drain(replica);
    }

    /** The request that is due, or one a little before or after it. */
    private Request nextOf(int client, int ahead) {
        long served = 0;
        for (Stage stage : troupe.stages) {
            served = Math.max(served, stage.servedUpTo(Props.session(client)).orElse(0L));
        }
        return props.request(client, Math.max(1, served + 1 + ahead));
    }

    private void operate() {
        if (forgetful.isPresent() || troupe.size() == 1 || chance(40)) {
            troupe.handOver(leaderOrSomeone(), chance(30) ? -1 : someone());
            return;
        }
        TreeSet<Integer> voters = new TreeSet<>();
        TreeSet<Integer> learners = new TreeSet<>();
        for (int id = 0; id < troupe.size(); id++) {
            if (chance(70)) {
                voters.add(id);
            } else if (chance(50)) {
                learners.add(id);
            }
        }
        if (!voters.isEmpty()) {
            troupe.change(leaderOrSomeone(), List.copyOf(voters), List.copyOf(learners));
        }
    }

    private void restart() {
        int replica = someone();
        Event.Memory memory = Event.Memory.WHOLE;
        if (forgetful.isPresent() && chance(50)) {
            replica = forgetful.getAsInt();
            int loss = random.nextInt(3);
            if (loss == 0) {
                troupe.stages.get(replica).losesItsStates();
            } else {
                memory = loss == 1 ? Event.Memory.SURVIVORS : Event.Memory.LOST;
            }
        }
        troupe.restart(replica, memory, nonce());
    }

    private long nonce() {
        return random.nextLong() >>> 2;
    }

    // ---- the calm after it ----

    private void calm() {
        long before = troupe.committed();
        int calmRounds = 0;
        for (int round = 0; round < CALM_ROUNDS && calmRounds < SETTLING_ROUNDS && !troupe.isOver(); round++) {
            // One that is committed is enough: what is still to be done then must not need another.
            if (troupe.committed() == before && round % ROUNDS_BETWEEN_REQUESTS == 0) {
                request(someone());
            }
            round();
            calmRounds = troupe.committed() > before && hasComeTogether() ? calmRounds + 1 : 0;
        }
        if (!troupe.isOver() && calmRounds < SETTLING_ROUNDS) {
            findings.report(Property.LIVENESS, "the replicas do not come together, though all is calm");
        }
        staysCalm();
    }

    private void staysCalm() {
        long term = troupe.highestTerm();
        for (int round = 0; round < STEADY_ROUNDS && !troupe.isOver(); round++) {
            round();
        }
        if (!troupe.isOver() && troupe.highestTerm() != term) {
            findings.report(Property.NO_NEEDLESS_DELAY, "a leader is replaced, though all is calm");
        }
    }

    private boolean hasComeTogether() {
        long committed = troupe.committed();
        return troupe.leader() >= 0
                && !troupe.awaitsAnswers()
                && troupe.everyMember(status -> status.lastExecuted() == committed && takesPart(status))
                && troupe.onlyTheLeaderHoldsRequests();
    }

    private static boolean takesPart(ProtocolStatus status) {
        return !status.mode().equals("recovering") && !status.mode().equals("fetching-state");
    }

    /** A tick for everybody, and everything arrives at once and in order. */
    private void round() {
        for (int id = 0; id < troupe.size(); id++) {
            if (!troupe.tick(id)) {
                findings.report(Property.LIVENESS, "replica " + id + " has set no timer");
            }
            troupe.drain(id);
        }
        for (int events = 0; !troupe.isOver() && workOff(); events++) {
            if (events > EVENTS_PER_ROUND) {
                findings.report(Property.BOUNDED_MEMORY, "the group talks without end");
            }
        }
    }

    /** Does what there is to do, and says whether there was anything. */
    private boolean workOff() {
        boolean busy = false;
        for (Stage stage : troupe.stages) {
            boolean own = stage.hasOwnEvents();
            stage.finishOwn();
            if (own) {
                troupe.drain(stage.self);
            }
            busy |= own;
        }
        if (!troupe.letters.isEmpty()) {
            Letter letter = troupe.letters.remove(0);
            troupe.deliver(letter, Integer.MAX_VALUE);
            troupe.drain(letter.to());
            busy = true;
        }
        return busy;
    }
}
