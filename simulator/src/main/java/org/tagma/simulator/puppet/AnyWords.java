package org.tagma.simulator.puppet;

import java.util.ArrayList;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.pbft.PbftMessage.Status;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Request;

/** What a message may speak of: places, views, batches and states, likely ones and others. Not thread-safe. */
final class AnyWords {

    private final Prompter prompter;
    private final Props props;

    AnyWords(Prompter prompter) {
        this.prompter = prompter;
        this.props = prompter.props;
    }

    long sequence() {
        int window = prompter.config.logWindow();
        int kind = prompter.random.nextInt(20);
        if (kind < 9) {
            return prompter.nextSequence() + prompter.random.nextInt(4);
        } else if (kind < 14) {
            return prompter.low() + 1 + prompter.random.nextInt(window);
        } else if (kind < 16) {
            return Math.max(0, prompter.low() - prompter.random.nextInt(3));
        } else if (kind < 19) {
            return prompter.low() + window + prompter.random.nextInt(3);
        }
        return prompter.low() + 1_000_000L * prompter.random.nextInt(1, 10);
    }

    long view() {
        int kind = prompter.random.nextInt(20);
        if (kind < 14) {
            return prompter.view();
        } else if (kind < 16) {
            return prompter.view() + 1;
        } else if (kind < 19) {
            return Math.max(0, prompter.view() - prompter.random.nextInt(1, 3));
        }
        return prompter.view() + prompter.random.nextInt(2, 1_000);
    }

    /** What is accepted there, as a rule. */
    Digest likely(long sequence, long view) {
        return prompter.chance(85)
                ? prompter.stage.accepted(sequence, view).orElseGet(() -> props.anyDigest(sequence))
                : props.anyDigest(sequence);
    }

    /** What a puppet may say of what committed. */
    Digest sayable(int puppet, long sequence) {
        boolean far = sequence > prompter.low() + 2L * prompter.config.logWindow();
        return far || prompter.puppets.mayLie(puppet)
                ? props.anyDigest(Math.min(sequence, prompter.low() + prompter.config.logWindow()))
                : props.committed(sequence).digest();
    }

    Digest stateOf(long sequence) {
        long interval = prompter.config.checkpointInterval();
        long checkpoint = Math.min(sequence / interval * interval, prompter.low() + 4L * prompter.config.logWindow());
        return props.stateDigest(Math.max(interval, checkpoint));
    }

    Batch batch(long sequence) {
        long skew = 2 * prompter.config.maxClockSkewMillis();
        long near = Math.min(sequence, prompter.low() + prompter.config.logWindow() + 3);
        Batch usual = props.anyBatch(Math.max(1, near));
        return switch (prompter.random.nextInt(10)) {
            case 0 -> Batch.NULL;
            case 1 -> Batch.of(props.nowMillis + skew, usual.requests());
            case 2 -> Batch.of(props.nowMillis - skew, usual.requests());
            case 3 -> tooLarge();
            default -> usual;
        };
    }

    private Batch tooLarge() {
        List<Request> many = new ArrayList<>();
        for (int number = 1; number <= prompter.config.maxBatchRequests() + 1; number++) {
            many.add(props.request(0, number));
        }
        return Batch.of(props.nowMillis, many);
    }

    Status status() {
        long view = Math.max(0, prompter.view() - prompter.random.nextInt(3));
        return new Status(
                view,
                prompter.chance(30),
                Math.max(0, prompter.nextSequence() - 1 - prompter.random.nextInt(4)),
                Math.max(0, prompter.low() - (prompter.chance(50) ? 0 : prompter.config.checkpointInterval())),
                prompter.chance(3) ? prompter.low() + prompter.random.nextInt(20) : 0);
    }
}
