package org.tagma.simulator.puppet;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.function.LongFunction;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftConfig;
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
import org.tagma.core.pbft.PbftTimer;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.protocol.Request;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.Question;

/**
 * What happens next. Most of it comes in scenes: an agreement on one batch, a checkpoint, a view change, as they would go, with parts
 * left out; between their lines anybody may say something else. Not thread-safe.
 */
final class Script {

    private static final int FLOOD = 100;
    private static final int SLOWLY_SERVED = 5;
    private static final int CROWD = 14;
    private static final int RESTART_PERCENT = 1;

    private final Stage stage;
    private final Props props;
    private final Puppets puppets;
    private final PbftConfig config;
    private final SplittableRandom random;
    private final LongFunction<Protocol> lives;
    private final Claims claims;
    private final ArrayDeque<Runnable> lines = new ArrayDeque<>();
    private final Map<Long, List<Authenticated<ViewChange>>> viewChanges = new HashMap<>();
    /** How ready it is to let a line fall. */
    private final int lossPercent;

    /** How far each client's requests have come. */
    private final Map<Integer, Long> asked = new HashMap<>();

    private long begunLives;
    /** How far the replica was when it last stopped. */
    private long viewThen;

    private long lowThen;
    private final boolean mayRestart;
    private final boolean mayDiverge;
    /** So many lines are not to be disturbed. */
    private int quietLines;

    Script(Stage stage, Props props, Puppets puppets, SplittableRandom random, LongFunction<Protocol> lives) {
        this.stage = stage;
        this.props = props;
        this.puppets = puppets;
        this.config = puppets.config();
        this.random = random;
        this.lives = lives;
        this.claims = new Claims(puppets, props, random.split());
        this.lossPercent = random.nextInt(4) * 8;
        this.mayRestart = random.nextInt(3) == 0;
        this.mayDiverge = !mayRestart && random.nextInt(5) == 0;
        if (random.nextInt(6) == 0) {
            slowService();
        }
    }

    /** Has something happen. */
    void next() {
        if (mayRestart && quietLines == 0 && chance(RESTART_PERCENT)) {
            restart();
        } else if (quietLines > 0 && !lines.isEmpty()) {
            quietLines--;
            lines.poll().run();
        } else if (stage.installs() && chance(30)) {
            request();
            time();
        } else if (!stage.asked.isEmpty() && chance(40)) {
            answer(stage.asked.poll());
        } else if (!lines.isEmpty() && chance(80)) {
            lines.poll().run();
        } else if (lines.isEmpty() && chance(60)) {
            scene();
        } else {
            aside();
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private int anyPuppet() {
        return puppets.others().get(random.nextInt(puppets.others().size()));
    }

    private List<Integer> shuffled() {
        List<Integer> all = new ArrayList<>(puppets.others());
        for (int i = all.size() - 1; i > 0; i--) {
            Collections.swap(all, i, random.nextInt(i + 1));
        }
        return all;
    }

    private long view() {
        return stage.status().view();
    }

    private boolean isNormal() {
        return !stage.status().mode().equals("view-change");
    }

    private int primary(long view) {
        return (int) (view % config.quorums().replicas());
    }

    private long low() {
        return stage.stable().sequence();
    }

    private long nextSequence() {
        return stage.status().lastCommitted() + 1;
    }

    private void line(Runnable line) {
        if (!chance(lossPercent)) {
            lines.add(line);
        }
    }

    // ---- scenes ----

    private void scene() {
        int kind = random.nextInt(100);
        if (stage.forgottenUpTo() > low() && chance(30)) {
            comesBack();
        } else if (!isNormal() && chance(70)) {
            opening(view());
        } else if (kind < 45) {
            agreement(nextSequence() + (chance(25) ? random.nextInt(3) : 0));
        } else if (kind < 58) {
            checkpoint();
        } else if (kind < 72) {
            viewChange();
        } else if (kind < 78) {
            waiting();
        } else if (kind < 84) {
            if (chance(20)) {
                crowd();
            } else {
                request();
            }
        } else if (kind < 88) {
            forgottenAnswers();
        } else if (kind < 91) {
            flood();
        } else if (kind < 94) {
            statuses();
        } else if (kind < 95 && mayRestart) {
            restart();
        } else if (kind < 98) {
            slowService();
        } else {
            missingNumber();
        }
    }

    /** Mostly with all of its log, for then all that it does is to be as if it had not stopped. */
    private void restart() {
        int kind = random.nextInt(100);
        Event.Memory left = kind < 70 ? Event.Memory.WHOLE : kind < 85 ? Event.Memory.SURVIVORS : Event.Memory.LOST;
        viewThen = Math.max(viewThen, view());
        lowThen = Math.max(lowThen, low());
        Stage.OwnStore states =
                chance(75) ? Stage.OwnStore.WHOLE : chance(50) ? Stage.OwnStore.DAMAGED : Stage.OwnStore.SILENT;
        stage.restart(lives.apply(++begunLives), left, states, random.nextLong() >>> 2);
        if (left == Event.Memory.LOST && chance(70)) {
            lines.add(() -> stage.hears(anyPuppet(), new StableCheckpoint(claims.certificate(lowThen))));
        }
    }

    /** The group has come to where one that forgot its votes may vote again. */
    private void comesBack() {
        long interval = config.checkpointInterval();
        long covering = (stage.forgottenUpTo() + interval - 1) / interval * interval;
        line(() -> stage.hears(anyPuppet(), new StableCheckpoint(claims.certificate(covering))));
        for (int tick = random.nextInt(2 * config.statusIntervalTicks()); tick > 0; tick--) {
            lines.add(this::tick);
        }
    }

    /** Between what it is told and what follows from that. */
    private void restartsNow() {
        if (mayRestart && chance(10)) {
            lines.add(this::restart);
        }
    }

    private void agreement(long sequence) {
        long view = view();
        if (chance(4)) {
            lines.add(() -> clockRunsOn(sequence));
        }
        if (primary(view) == stage.self) {
            line(this::time);
        } else {
            line(() -> stage.hears(
                    primary(view),
                    new PrePrepare(view, sequence, chance(15) ? anyBatch(sequence) : props.anyBatch(sequence))));
        }
        restartsNow();
        for (int puppet : shuffled()) {
            line(() -> stage.hears(puppet, new Prepare(view, sequence, likely(sequence, view))));
        }
        Digest committed = props.committed(sequence).digest();
        for (int puppet : shuffled()) {
            line(() -> stage.hears(puppet, new Commit(view, sequence, committed)));
        }
        if (chance(20)) {
            shuffled().forEach(puppet -> line(() -> stage.hears(puppet, new Committed(sequence, committed))));
        }
    }

    /** What is accepted there, as a rule. */
    private Digest likely(long sequence, long view) {
        return chance(85)
                ? stage.accepted(sequence, view).orElseGet(() -> props.anyDigest(sequence))
                : props.anyDigest(sequence);
    }

    private void checkpoint() {
        long interval = config.checkpointInterval();
        long sequence = low() + interval * (chance(70) ? 1 : random.nextInt(1, 5));
        if (mayDiverge && chance(20)) {
            stage.diverge();
        }
        if (chance(30)) {
            for (long each = nextSequence(); each <= sequence && each < nextSequence() + 40; each++) {
                agreement(each);
            }
        }
        if (chance(30)) {
            long shown = chance(70) ? sequence : low() + config.logWindow() / interval * interval + interval;
            line(() -> stage.hears(anyPuppet(), new StableCheckpoint(claims.certificate(shown))));
        }
        for (int puppet : shuffled()) {
            boolean lies = puppets.mayLie(puppet) && chance(40);
            Digest digest = lies ? Digest.of(puppets.bytes("no state")) : props.stateDigest(sequence);
            line(() -> stage.hears(puppet, new Checkpoint(sequence, digest)));
        }
    }

    private void viewChange() {
        int replicas = config.quorums().replicas();
        long untilOwn = Math.floorMod(stage.self - view() - 1, (long) replicas) + 1;
        long target = view() + (chance(15) ? untilOwn : chance(80) ? 1 : random.nextInt(1, 4));
        claims.newStory(stage.stable(), target);
        for (int puppet : shuffled()) {
            // Some have gone further.
            long theirs = target + (puppets.mayLie(puppet) && chance(25) ? random.nextInt(1, 4) : 0);
            line(() -> leaves(puppet, theirs));
        }
        opening(target);
    }

    private void leaves(int puppet, long view) {
        ViewChange message = chance(4) ? claims.malformed(view) : claims.viewChange(view);
        Authenticated<ViewChange> signed = puppets.signed(puppet, message);
        viewChanges.computeIfAbsent(view, none -> new ArrayList<>()).add(signed);
        stage.hears(signed);
    }

    private void opening(long target) {
        if (!viewChanges.containsKey(target)) {
            claims.newStory(stage.stable(), target);
            shuffled().forEach(puppet -> line(() -> leaves(puppet, target)));
        }
        if (primary(target) != stage.self) {
            line(() -> newView(target, chance(30)));
            line(() -> newView(target, false));
        }
        restartsNow();
        for (long sequence = low() + 1; sequence <= low() + 4; sequence++) {
            long each = sequence;
            shuffled()
                    .forEach(puppet ->
                            line(() -> stage.hears(puppet, new Prepare(target, each, likely(each, target)))));
        }
    }

    private void newView(long view, boolean wrong) {
        List<Authenticated<ViewChange>> sent = new ArrayList<>(viewChanges.getOrDefault(view, List.of()));
        if (stage.ownViewChanges.containsKey(view) && chance(70)) {
            sent.add(stage.ownViewChanges.get(view));
        }
        sent.removeIf(each -> chance(30));
        stage.hears(chance(90) ? primary(view) : anyPuppet(), claims.newView(view, sent, wrong));
    }

    /** Nothing happens for a while. */
    private void waiting() {
        for (int i = random.nextInt(1, 2 * config.requestTimeoutTicks() + 5); i > 0; i--) {
            lines.add(this::tick);
        }
    }

    private void tick() {
        props.nowMillis += config.tickMillis();
        stage.step(new Event.TimerFired(PbftTimer.TICK));
    }

    /** As after an outage: what is proposed here is older than the clocks may differ by, and is sent only now. */
    private void clockRunsOn(long sequence) {
        props.anyBatch(sequence);
        props.nowMillis += 2 * config.maxClockSkewMillis();
        time();
    }

    private void time() {
        stage.step(new Event.QueueDrained(props.nowMillis));
    }

    private void request() {
        int client = random.nextInt(Props.CLIENTS);
        int kind = random.nextInt(10);
        long number = asked.getOrDefault(client, 0L);
        if (kind < 7) {
            number = asked.merge(client, 1L, Long::sum);
        } else if (kind < 9) {
            number = Math.max(1, number);
        } else {
            long served = stage.servedUpTo(Props.session(client)).orElse(number);
            number = (chance(50) ? served : number) + random.nextInt(2, 4);
        }
        Request request = props.request(client, number);
        stage.step(new Event.RequestReceived(request, chance(75) ? -1 : anyPuppet()));
    }

    /** One client asks for so much at once that there is no room for all of it. */
    private void crowd() {
        if (chance(50)) {
            crowd(random.nextInt(Props.CLIENTS), Math.min(CROWD, config.maxPendingPerClient() + 4));
        } else {
            for (int client = 0; client < Props.CLIENTS; client++) {
                crowd(client, Math.min(CROWD, config.maxPendingPerClient()));
            }
        }
    }

    private void crowd(int client, int size) {
        int relayedBy = chance(60) ? -1 : anyPuppet();
        long served = stage.servedUpTo(Props.session(client)).orElse(0L);
        asked.put(client, Math.max(asked.getOrDefault(client, 0L), served));
        for (int i = size; i > 0; i--) {
            lines.add(() -> stage.step(
                    new Event.RequestReceived(props.request(client, asked.merge(client, 1L, Long::sum)), relayedBy)));
        }
    }

    /** One asks without end. */
    private void flood() {
        int puppet = anyPuppet();
        long sequence = low() + 1 + random.nextInt((int) Math.max(1, nextSequence() - 1 - low()));
        Digest digest = props.committed(sequence).digest();
        boolean forBatch = chance(50);
        for (int i = 0; i < FLOOD; i++) {
            stage.hears(
                    puppet,
                    forBatch
                            ? new FetchBatch(sequence, digest)
                            : new FetchManifest(low(), props.stateDigest(Math.max(1, low()))));
        }
    }

    private void statuses() {
        for (int i = 0; i < 3; i++) {
            int puppet = anyPuppet();
            Status status = status();
            lines.add(() -> stage.hears(puppet, status));
            for (int tick = random.nextInt(config.statusIntervalTicks() + 2); tick > 0; tick--) {
                lines.add(this::tick);
            }
            lines.add(() -> stage.hears(puppet, status));
        }
    }

    private Status status() {
        long view = Math.max(0, view() - random.nextInt(3));
        return new Status(
                view,
                chance(30),
                Math.max(0, nextSequence() - 1 - random.nextInt(4)),
                Math.max(0, low() - (chance(50) ? 0 : config.checkpointInterval())),
                chance(3) ? low() + random.nextInt(20) : 0);
    }

    /** Requests are served, each when the replica's patience is nearly over. */
    private void slowService() {
        int client = random.nextInt(Props.CLIENTS);
        for (int i = chance(60) ? SLOWLY_SERVED : random.nextInt(1, SLOWLY_SERVED); i > 0; i--) {
            lines.add(() -> {
                stage.finishOwn();
                stage.step(new Event.RequestReceived(next(client), -1));
            });
            for (int tick = config.requestTimeoutTicks() * 2 / 3; tick > 0; tick--) {
                lines.add(this::tick);
            }
            lines.add(() -> serve(nextSequence(), next(client)));
        }
        quietLines = lines.size();
    }

    private Request next(int client) {
        return props.request(client, stage.servedUpTo(Props.session(client)).orElse(0L) + 1);
    }

    private void serve(long sequence, Request request) {
        props.proposed(sequence, Batch.of(props.nowMillis, List.of(request)));
        Batch batch = props.committed(sequence);
        long view = view();
        if (!batch.isNull() && primary(view) != stage.self) {
            stage.hears(primary(view), new PrePrepare(view, sequence, batch));
        }
        shuffled().forEach(puppet -> stage.hears(puppet, new Commit(view, sequence, batch.digest())));
    }

    /** A client leaves out a number. */
    private void missingNumber() {
        int client = random.nextInt(Props.CLIENTS);
        long number = asked.merge(client, 2L, Long::sum);
        lines.add(() -> stage.step(new Event.RequestReceived(props.request(client, number), -1)));
        for (int tick = 2 * config.requestTimeoutTicks(); tick > 0; tick--) {
            lines.add(this::tick);
        }
        if (chance(50)) {
            lines.add(() -> stage.step(new Event.RequestReceived(props.request(client, number - 1), -1)));
            lines.add(this::time);
        }
        quietLines = lines.size();
    }

    /** Many who have forgotten that they were served, long ago, wait for that, while all clients want something new. */
    private void forgottenAnswers() {
        for (int tick = config.requestTimeoutTicks(); tick > 0; tick--) {
            lines.add(this::tick);
        }
        for (int client = 0; client < Props.CLIENTS; client++) {
            int each = client;
            lines.add(() -> stage.servedUpTo(Props.session(each))
                    .ifPresent(
                            number -> stage.step(new Event.RequestReceived(props.request(each, number), anyPuppet()))));
        }
        for (int client = 0; client < Props.CLIENTS; client++) {
            int each = client;
            lines.add(() -> stage.servedUpTo(Props.session(each))
                    .ifPresent(number -> stage.step(new Event.RequestReceived(props.request(each, number + 1), -1))));
        }
        for (int i = 0; i < Props.CLIENTS; i++) {
            lines.add(this::time);
        }
        quietLines = lines.size();
    }

    // ---- asides ----

    private long anySequence() {
        int kind = random.nextInt(20);
        if (kind < 9) {
            return nextSequence() + random.nextInt(4);
        } else if (kind < 14) {
            return low() + 1 + random.nextInt(config.logWindow());
        } else if (kind < 16) {
            return Math.max(0, low() - random.nextInt(3));
        } else if (kind < 19) {
            return low() + config.logWindow() + random.nextInt(3);
        }
        return low() + 1_000_000L * random.nextInt(1, 10);
    }

    private long anyView() {
        int kind = random.nextInt(20);
        if (kind < 14) {
            return view();
        } else if (kind < 16) {
            return view() + 1;
        } else if (kind < 19) {
            return Math.max(0, view() - random.nextInt(1, 3));
        }
        return view() + random.nextInt(2, 1_000);
    }

    /** Anybody says anything. */
    private void aside() {
        long sequence = anySequence();
        long view = anyView();
        int puppet = anyPuppet();
        switch (random.nextInt(17)) {
            case 0, 1 -> tick();
            case 2 -> time();
            case 3 ->
                stage.hears(
                        chance(80) && primary(view) != stage.self ? primary(view) : puppet,
                        new PrePrepare(view, sequence, anyBatch(sequence)));
            case 4, 5 -> stage.hears(puppet, new Prepare(view, sequence, likely(sequence, view)));
            case 6, 7 -> stage.hears(puppet, new Commit(view, sequence, sayable(puppet, sequence)));
            case 8 -> stage.hears(puppet, new Committed(sequence, sayable(puppet, sequence)));
            case 9 ->
                stage.hears(
                        puppet,
                        new Checkpoint(
                                chance(70)
                                        ? sequence / config.checkpointInterval() * config.checkpointInterval()
                                        : sequence,
                                puppets.mayLie(puppet)
                                        ? Digest.of(puppets.bytes("lie" + random.nextInt(2)))
                                        : stateOf(sequence)));
            case 10 ->
                stage.hears(
                        puppet,
                        new StableCheckpoint(claims.falseCertificate(
                                low() + (long) config.checkpointInterval() * random.nextInt(1, 4))));
            case 11 -> leaves(puppet, Math.max(1, anyView()));
            case 12 -> newView(Math.max(1, anyView()), chance(60));
            case 13 -> stage.hears(puppet, status());
            case 14 -> request();
            case 15 -> stage.hears(puppet, new EstimationQuery(random.nextLong() >>> 2));
            default -> stage.hears(puppet, new BatchBody(sequence, anyBatch(Math.min(sequence, nextSequence() + 10))));
        }
    }

    private Digest stateOf(long sequence) {
        long interval = config.checkpointInterval();
        long checkpoint = Math.min(sequence / interval * interval, low() + 4L * config.logWindow());
        return props.stateDigest(Math.max(interval, checkpoint));
    }

    /** What a puppet may say of what committed. */
    private Digest sayable(int puppet, long sequence) {
        boolean far = sequence > low() + 2L * config.logWindow();
        return far || puppets.mayLie(puppet)
                ? props.anyDigest(Math.min(sequence, low() + config.logWindow()))
                : props.committed(sequence).digest();
    }

    private Batch anyBatch(long sequence) {
        long near = Math.min(sequence, low() + config.logWindow() + 3);
        Batch usual = props.anyBatch(Math.max(1, near));
        return switch (random.nextInt(10)) {
            case 0 -> Batch.NULL;
            case 1 -> Batch.of(props.nowMillis + 2 * config.maxClockSkewMillis(), usual.requests());
            case 2 -> Batch.of(props.nowMillis - 2 * config.maxClockSkewMillis(), usual.requests());
            case 3 -> tooLarge();
            default -> usual;
        };
    }

    private Batch tooLarge() {
        List<Request> many = new ArrayList<>();
        for (int number = 1; number <= config.maxBatchRequests() + 1; number++) {
            many.add(props.request(0, number));
        }
        return Batch.of(props.nowMillis, many);
    }

    // ---- answers ----

    private void answer(Stage.Asked question) {
        if (question.question() instanceof FetchBatch fetch) {
            long sequence = fetch.sequence();
            Batch batch = chance(75) ? props.body(sequence, fetch.digest()) : props.anyBatch(sequence);
            stage.hears(chance(80) ? question.to() : anyPuppet(), new BatchBody(sequence, batch));
        } else if (question.question() instanceof EstimationQuery query) {
            estimates(query.nonce());
        } else if (question.question() instanceof Question part && chance(90)) {
            boolean lies = puppets.mayLie(question.to()) && chance(60);
            stage.hears(question.to(), lies ? Answers.wrong(props, part) : Answers.right(props, part));
        }
    }

    /** Where each stands, for one that lost its disk. What they say is true enough for it to keep out of where it voted. */
    private void estimates(long nonce) {
        for (int puppet : shuffled()) {
            boolean lies = puppets.mayLie(puppet);
            long view = lies && chance(50) ? anyView() : Math.max(0, viewThen + random.nextInt(3) - 1);
            long sequence =
                    lies && chance(50) ? anySequence() : lowThen + (chance(70) ? 0 : config.checkpointInterval());
            long answered = chance(10) ? nonce + 1 : nonce;
            line(() -> stage.hears(puppet, new EstimationReply(answered, view, sequence)));
        }
    }
}
