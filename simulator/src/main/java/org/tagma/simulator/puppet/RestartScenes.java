package org.tagma.simulator.puppet;

import java.util.function.LongFunction;
import org.tagma.core.pbft.PbftMessage.StableCheckpoint;
import org.tagma.core.protocol.EstimationMessage.EstimationReply;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Protocol;

/** The replica stops and starts again, with what its disk still has. Not thread-safe. */
final class RestartScenes {

    private final Prompter prompter;
    private final AnyWords any;
    private final Claims claims;
    private final LongFunction<Protocol> lives;
    private final boolean mayRestart;
    private long begunLives;
    /** How far the replica was when it last stopped. */
    private long viewThen;

    private long lowThen;

    RestartScenes(Prompter prompter, AnyWords any, Claims claims, LongFunction<Protocol> lives) {
        this.prompter = prompter;
        this.any = any;
        this.claims = claims;
        this.lives = lives;
        this.mayRestart = prompter.random.nextInt(3) == 0;
    }

    /** Whether the replica ever restarts. */
    boolean mayRestart() {
        return mayRestart;
    }

    /** Mostly with all of its log, for then all that it does is to be as if it had not stopped. */
    void restart() {
        int kind = prompter.random.nextInt(100);
        Event.Memory left = kind < 70 ? Event.Memory.WHOLE : kind < 85 ? Event.Memory.SURVIVORS : Event.Memory.LOST;
        viewThen = Math.max(viewThen, prompter.view());
        lowThen = Math.max(lowThen, prompter.low());
        Stage.OwnStore states = prompter.chance(75)
                ? Stage.OwnStore.WHOLE
                : prompter.chance(50) ? Stage.OwnStore.DAMAGED : Stage.OwnStore.SILENT;
        prompter.stage.restart(lives.apply(++begunLives), left, states, prompter.random.nextLong() >>> 2);
        if (left == Event.Memory.LOST && prompter.chance(70)) {
            prompter.surely(() -> showsCertificate(lowThen));
        }
    }

    private void showsCertificate(long sequence) {
        prompter.stage.hears(prompter.anyPuppet(), new StableCheckpoint(claims.certificate(sequence)));
    }

    /** It stops while it writes down what it decided, so that it knows a part of that. */
    void losesPower() {
        prompter.stage.losesPower(prompter.random.nextInt(3), this::startsAgain);
    }

    private void startsAgain() {
        prompter.stage.restart(
                lives.apply(++begunLives), Event.Memory.WHOLE, Stage.OwnStore.WHOLE, prompter.random.nextLong() >>> 2);
    }

    /** The group has come to where one that forgot its votes may vote again. */
    void comesBack() {
        long interval = prompter.config.checkpointInterval();
        long covering = (prompter.stage.forgottenUpTo() + interval - 1) / interval * interval;
        prompter.line(() -> showsCertificate(covering));
        prompter.ticks(prompter.random.nextInt(2 * prompter.config.statusIntervalTicks()));
    }

    /** Between what it is told and what follows from that. */
    void maybeNow() {
        if (mayRestart && prompter.chance(10)) {
            prompter.surely(this::restart);
        }
    }

    /** Where each stands, for one that lost its disk. What they say is true enough for it to keep out of where it voted. */
    void estimates(long nonce) {
        for (int puppet : prompter.shuffled()) {
            boolean lies = prompter.puppets.mayLie(puppet);
            long view =
                    lies && prompter.chance(50) ? any.view() : Math.max(0, viewThen + prompter.random.nextInt(3) - 1);
            long sequence = lies && prompter.chance(50)
                    ? any.sequence()
                    : lowThen + (prompter.chance(70) ? 0 : prompter.config.checkpointInterval());
            long answered = prompter.chance(10) ? nonce + 1 : nonce;
            prompter.line(() -> prompter.stage.hears(puppet, new EstimationReply(answered, view, sequence)));
        }
    }
}
