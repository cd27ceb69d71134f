package org.tagma.simulator.puppet;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.pbft.PbftMessage.Commit;
import org.tagma.core.pbft.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Request;

/** What clients ask for, and how long it takes. Not thread-safe. */
final class ClientScenes {

    private static final int SLOWLY_SERVED = 5;
    private static final int CROWD = 14;
    private static final int MOST_OVERTAKINGS = 9;

    private final Prompter prompter;
    private final Stage stage;
    private final Props props;
    /** How far each client's requests have come. */
    private final Map<Integer, Long> asked = new HashMap<>();

    ClientScenes(Prompter prompter) {
        this.prompter = prompter;
        this.stage = prompter.stage;
        this.props = prompter.props;
    }

    private int anyClient() {
        return prompter.random.nextInt(Props.CLIENTS);
    }

    private void receives(Request request, int relayedBy) {
        stage.step(new Event.RequestReceived(request, relayedBy));
    }

    /** One comes, as a rule the next of its client. */
    void request() {
        int client = anyClient();
        int kind = prompter.random.nextInt(10);
        long number = asked.getOrDefault(client, 0L);
        if (kind < 7) {
            number = asked.merge(client, 1L, Long::sum);
        } else if (kind < 9) {
            number = Math.max(1, number);
        } else {
            long served = stage.servedUpTo(Props.session(client)).orElse(number);
            number = (prompter.chance(50) ? served : number) + prompter.random.nextInt(2, 4);
        }
        Request request = props.request(client, number);
        receives(request, prompter.chance(75) ? -1 : prompter.anyPuppet());
    }

    /** One client asks for so much at once that there is no room for all of it. */
    void crowd() {
        int room = prompter.config.maxPendingPerClient();
        if (prompter.chance(50)) {
            crowd(anyClient(), Math.min(CROWD, room + 4));
        } else {
            for (int client = 0; client < Props.CLIENTS; client++) {
                crowd(client, Math.min(CROWD, room));
            }
        }
    }

    private void crowd(int client, int size) {
        int relayedBy = prompter.chance(60) ? -1 : prompter.anyPuppet();
        long served = stage.servedUpTo(Props.session(client)).orElse(0L);
        asked.put(client, Math.max(asked.getOrDefault(client, 0L), served));
        for (int i = size; i > 0; i--) {
            prompter.surely(() -> receives(props.request(client, asked.merge(client, 1L, Long::sum)), relayedBy));
        }
    }

    /** Nothing happens for a while. */
    void waiting() {
        prompter.ticks(prompter.random.nextInt(1, 2 * prompter.config.requestTimeoutTicks() + 5));
    }

    /** Requests are served, each when the replica's patience is nearly over. */
    void slowService() {
        int client = anyClient();
        for (int i = prompter.chance(60) ? SLOWLY_SERVED : prompter.random.nextInt(1, SLOWLY_SERVED); i > 0; i--) {
            prompter.surely(() -> {
                stage.finishOwn();
                receives(next(client), -1);
            });
            prompter.ticks(prompter.config.requestTimeoutTicks() * 2 / 3);
            prompter.surely(() -> serve(prompter.nextSequence(), next(client)));
        }
        prompter.quiet();
    }

    private Request next(int client) {
        return props.request(client, stage.servedUpTo(Props.session(client)).orElse(0L) + 1);
    }

    /** One request after another overtakes the one before it on its way here; both are served. */
    void overtakings() {
        int client = anyClient();
        for (int i = prompter.random.nextInt(2, MOST_OVERTAKINGS); i > 0; i--) {
            prompter.surely(() -> {
                stage.finishOwn();
                Request first = next(client);
                Request second = props.request(client, first.number() + 1);
                receives(second, -1);
                receives(first, -1);
                serve(prompter.nextSequence(), first, second);
            });
        }
        prompter.quiet();
    }

    private void serve(long sequence, Request... requests) {
        props.proposed(sequence, Batch.of(props.nowMillis, List.of(requests)));
        Batch batch = props.committed(sequence);
        long view = prompter.view();
        if (!batch.isNull() && !prompter.isPrimary(view)) {
            stage.hears(prompter.primary(view), new PrePrepare(view, sequence, batch));
        }
        for (int puppet : prompter.shuffled()) {
            stage.hears(puppet, new Commit(view, sequence, batch.digest()));
        }
    }

    /** A client leaves out a number. */
    void missingNumber() {
        int client = anyClient();
        long number = asked.merge(client, 2L, Long::sum);
        prompter.surely(() -> receives(props.request(client, number), -1));
        prompter.ticks(2 * prompter.config.requestTimeoutTicks());
        if (prompter.chance(50)) {
            prompter.surely(() -> receives(props.request(client, number - 1), -1));
            prompter.surely(prompter::time);
        }
        prompter.quiet();
    }

    /** Many who have forgotten that they were served, long ago, wait for that, while all clients want something new. */
    void forgottenAnswers() {
        prompter.ticks(prompter.config.requestTimeoutTicks());
        for (int client = 0; client < Props.CLIENTS; client++) {
            int each = client;
            prompter.surely(() -> stage.servedUpTo(Props.session(each))
                    .ifPresent(number -> receives(props.request(each, number), prompter.anyPuppet())));
        }
        for (int client = 0; client < Props.CLIENTS; client++) {
            int each = client;
            prompter.surely(() -> stage.servedUpTo(Props.session(each))
                    .ifPresent(number -> receives(props.request(each, number + 1), -1)));
        }
        for (int i = 0; i < Props.CLIENTS; i++) {
            prompter.surely(prompter::time);
        }
        prompter.quiet();
    }
}
