package org.tagma.simulator.puppet;

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
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.EstimationMessage.EstimationQuery;
import org.tagma.core.protocol.Protocol;
import org.tagma.core.service.TransferMessage.FetchManifest;
import org.tagma.core.service.TransferMessage.Question;

/**
 * What happens next. Most of it comes in scenes: an agreement on one batch, a checkpoint, a view change, as they would go, with parts
 * left out; between their lines anybody may say something else. Not thread-safe.
 */
final class Script {

    private static final int FLOOD = 100;
    private static final int RESTART_PERCENT = 1;

    private final Stage stage;
    private final Props props;
    private final Puppets puppets;
    private final PbftConfig config;
    private final SplittableRandom random;
    private final Claims claims;
    private final Prompter prompter;
    private final AnyWords any;
    private final RestartScenes restarts;
    private final AgreementScenes agreements;
    private final ViewChangeScenes viewChanges;
    private final ClientScenes clients;

    Script(Stage stage, Props props, Puppets puppets, SplittableRandom random, LongFunction<Protocol> lives) {
        this.stage = stage;
        this.props = props;
        this.puppets = puppets;
        this.config = puppets.config();
        this.random = random;
        this.claims = new Claims(puppets, props, random.split());
        this.prompter = new Prompter(stage, props, puppets, random);
        this.any = new AnyWords(prompter);
        this.restarts = new RestartScenes(prompter, any, claims, lives);
        this.agreements = new AgreementScenes(prompter, any, claims, restarts);
        this.viewChanges = new ViewChangeScenes(prompter, any, claims, restarts);
        this.clients = new ClientScenes(prompter);
        if (random.nextInt(6) == 0) {
            clients.slowService();
        }
    }

    /** Has something happen. */
    void next() {
        if (restarts.mayRestart() && !prompter.isQuiet() && chance(RESTART_PERCENT)) {
            if (chance(30)) {
                restarts.losesPower();
            } else {
                restarts.restart();
            }
        } else if (prompter.isQuiet() && prompter.hasLines()) {
            prompter.sayNext();
        } else if (stage.installs() && chance(30)) {
            clients.request();
            prompter.time();
        } else if (!stage.asked.isEmpty() && chance(40)) {
            answer(stage.asked.poll());
        } else if (prompter.hasLines() && chance(80)) {
            prompter.sayNext();
        } else if (!prompter.hasLines() && chance(60)) {
            scene();
        } else {
            aside();
        }
    }

    private boolean chance(int percent) {
        return prompter.chance(percent);
    }

    // ---- scenes ----

    private void scene() {
        int kind = random.nextInt(100);
        if (stage.forgottenUpTo() > prompter.low() && chance(30)) {
            restarts.comesBack();
        } else if (!prompter.isNormal() && chance(70)) {
            viewChanges.opening(prompter.view());
        } else if (kind < 45) {
            agreements.agreement();
        } else if (kind < 58) {
            agreements.checkpoint();
        } else if (kind < 72) {
            viewChanges.viewChange();
        } else if (kind < 78) {
            clients.waiting();
        } else if (kind < 84) {
            if (chance(20)) {
                clients.crowd();
            } else {
                clients.request();
            }
        } else if (kind < 88) {
            clients.forgottenAnswers();
        } else if (kind < 91) {
            flood();
        } else if (kind < 94) {
            statuses();
        } else if (kind < 95 && restarts.mayRestart()) {
            restarts.restart();
        } else if (kind < 97) {
            clients.slowService();
        } else if (kind < 98) {
            agreements.leftBehind();
        } else if (chance(50)) {
            clients.overtakings();
        } else {
            clients.missingNumber();
        }
    }

    /** One asks without end. */
    private void flood() {
        int puppet = prompter.anyPuppet();
        long low = prompter.low();
        long sequence = low + 1 + random.nextInt((int) Math.max(1, prompter.nextSequence() - 1 - low));
        Digest digest = props.committed(sequence).digest();
        boolean forBatch = chance(50);
        for (int i = 0; i < FLOOD; i++) {
            stage.hears(
                    puppet,
                    forBatch
                            ? new FetchBatch(sequence, digest)
                            : new FetchManifest(prompter.low(), props.stateDigest(Math.max(1, prompter.low()))));
        }
    }

    private void statuses() {
        for (int i = 0; i < 3; i++) {
            int puppet = prompter.anyPuppet();
            Status status = any.status();
            prompter.surely(() -> stage.hears(puppet, status));
            prompter.ticks(random.nextInt(config.statusIntervalTicks() + 2));
            prompter.surely(() -> stage.hears(puppet, status));
        }
    }

    // ---- asides ----

    /** Anybody says anything. */
    private void aside() {
        long sequence = any.sequence();
        long view = any.view();
        int puppet = prompter.anyPuppet();
        switch (random.nextInt(17)) {
            case 0, 1 -> prompter.tick();
            case 2 -> prompter.time();
            case 3 ->
                stage.hears(
                        chance(80) && !prompter.isPrimary(view) ? prompter.primary(view) : puppet,
                        new PrePrepare(view, sequence, any.batch(sequence)));
            case 4, 5 -> stage.hears(puppet, new Prepare(view, sequence, any.likely(sequence, view)));
            case 6, 7 -> stage.hears(puppet, new Commit(view, sequence, any.sayable(puppet, sequence)));
            case 8 -> stage.hears(puppet, new Committed(sequence, any.sayable(puppet, sequence)));
            case 9 -> stage.hears(puppet, anyCheckpoint(puppet, sequence));
            case 10 ->
                stage.hears(
                        puppet,
                        new StableCheckpoint(claims.falseCertificate(
                                prompter.low() + (long) config.checkpointInterval() * random.nextInt(1, 4))));
            case 11 -> viewChanges.leaves(puppet, Math.max(1, any.view()));
            case 12 -> viewChanges.newView(Math.max(1, any.view()), chance(60));
            case 13 -> stage.hears(puppet, any.status());
            case 14 -> clients.request();
            case 15 -> stage.hears(puppet, new EstimationQuery(random.nextLong() >>> 2));
            default ->
                stage.hears(
                        puppet, new BatchBody(sequence, any.batch(Math.min(sequence, prompter.nextSequence() + 10))));
        }
    }

    private Checkpoint anyCheckpoint(int puppet, long sequence) {
        long interval = config.checkpointInterval();
        return new Checkpoint(
                chance(70) ? sequence / interval * interval : sequence,
                puppets.mayLie(puppet) ? Digest.of(puppets.bytes("lie" + random.nextInt(2))) : any.stateOf(sequence));
    }

    // ---- answers ----

    private void answer(Stage.Asked question) {
        if (question.question() instanceof FetchBatch fetch) {
            long sequence = fetch.sequence();
            Batch batch = chance(75) ? props.body(sequence, fetch.digest()) : props.anyBatch(sequence);
            stage.hears(chance(80) ? question.to() : prompter.anyPuppet(), new BatchBody(sequence, batch));
        } else if (question.question() instanceof EstimationQuery query) {
            restarts.estimates(query.nonce());
        } else if (question.question() instanceof Question part && chance(90)) {
            boolean lies = puppets.mayLie(question.to()) && chance(60);
            stage.hears(question.to(), lies ? Answers.wrong(props, part) : Answers.right(props, part));
        }
    }
}
