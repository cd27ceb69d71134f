package org.tagma.simulator.puppet;

import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Checkpoint;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.Committed;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.service.TransferMessage.Question;

/** The group agrees on a batch, or on a checkpoint. Not thread-safe. */
final class AgreementScenes {

    private final Prompter prompter;
    private final Stage stage;
    private final Props props;
    private final AnyWords any;
    private final Claims claims;
    private final RestartScenes restarts;
    private final boolean mayDiverge;

    AgreementScenes(Prompter prompter, AnyWords any, Claims claims, RestartScenes restarts) {
        this.prompter = prompter;
        this.stage = prompter.stage;
        this.props = prompter.props;
        this.any = any;
        this.claims = claims;
        this.restarts = restarts;
        this.mayDiverge = !restarts.mayRestart() && prompter.random.nextInt(5) == 0;
    }

    void agreement() {
        agreement(prompter.nextSequence() + (prompter.chance(25) ? prompter.random.nextInt(3) : 0));
    }

    private void agreement(long sequence) {
        long view = prompter.view();
        if (prompter.chance(4)) {
            prompter.surely(() -> clockRunsOn(sequence));
        }
        if (prompter.isPrimary(view)) {
            prompter.line(prompter::time);
        } else {
            prompter.line(() -> stage.hears(
                    prompter.primary(view),
                    new PrePrepare(
                            view, sequence, prompter.chance(15) ? any.batch(sequence) : props.anyBatch(sequence))));
        }
        restarts.maybeNow();
        for (int puppet : prompter.shuffled()) {
            prompter.line(() -> stage.hears(puppet, new Prepare(view, sequence, any.likely(sequence, view))));
        }
        Digest committed = props.committed(sequence).digest();
        for (int puppet : prompter.shuffled()) {
            prompter.line(() -> stage.hears(puppet, new Commit(view, sequence, committed)));
        }
        if (prompter.chance(20)) {
            for (int puppet : prompter.shuffled()) {
                prompter.line(() -> stage.hears(puppet, new Committed(sequence, committed)));
            }
        }
    }

    /** The group goes on without it for longer than a primary may take; then it is given the state that it lacks. */
    void leftBehind() {
        long ahead = prompter.low() + (long) prompter.config.checkpointInterval() * prompter.random.nextInt(1, 3);
        long view = prompter.view();
        prompter.surely(() -> stage.hears(prompter.anyPuppet(), new StableCheckpoint(claims.certificate(ahead))));
        if (!prompter.isPrimary(view)) {
            for (long sequence = prompter.nextSequence(); sequence <= ahead + 1; sequence++) {
                long each = sequence;
                prompter.line(
                        () -> stage.hears(prompter.primary(view), new PrePrepare(view, each, props.anyBatch(each))));
            }
        }
        int timeout = prompter.config.requestTimeoutTicks();
        prompter.ticks(prompter.random.nextInt(timeout / 2, 2 * timeout));
        prompter.surely(this::givesTheState);
        prompter.ticks(prompter.random.nextInt(1, timeout));
        prompter.quiet();
    }

    private void givesTheState() {
        while (!stage.asked.isEmpty() && !stage.isOver()) {
            Stage.Asked next = stage.asked.poll();
            if (next.question() instanceof Question part) {
                stage.hears(next.to(), Answers.right(props, part));
            }
        }
        stage.finishOwn();
    }

    /** As after an outage: what is proposed here is older than the clocks may differ by, and is sent only now. */
    private void clockRunsOn(long sequence) {
        props.anyBatch(sequence);
        props.nowMillis += 2 * prompter.config.maxClockSkewMillis();
        prompter.time();
    }

    void checkpoint() {
        long interval = prompter.config.checkpointInterval();
        long low = prompter.low();
        long sequence = low + interval * (prompter.chance(70) ? 1 : prompter.random.nextInt(1, 5));
        if (mayDiverge && prompter.chance(20)) {
            stage.diverge();
        }
        if (prompter.chance(30)) {
            long next = prompter.nextSequence();
            for (long each = next; each <= sequence && each < next + 40; each++) {
                agreement(each);
            }
        }
        if (prompter.chance(30)) {
            long beyond = low + prompter.config.logWindow() / interval * interval + interval;
            long shown = prompter.chance(70) ? sequence : beyond;
            prompter.line(() -> stage.hears(prompter.anyPuppet(), new StableCheckpoint(claims.certificate(shown))));
        }
        for (int puppet : prompter.shuffled()) {
            boolean lies = prompter.puppets.mayLie(puppet) && prompter.chance(40);
            Digest digest = lies ? Digest.of(prompter.puppets.bytes("no state")) : props.stateDigest(sequence);
            prompter.line(() -> stage.hears(puppet, new Checkpoint(sequence, digest)));
        }
    }
}
