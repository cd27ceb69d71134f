package org.tagma.simulator.puppet;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.pbft.PbftMessage.ViewChange;
import org.tagma.core.protocol.Authenticated;

/** The group leaves a view and opens another. Not thread-safe. */
final class ViewChangeScenes {

    private final Prompter prompter;
    private final Stage stage;
    private final AnyWords any;
    private final Claims claims;
    private final RestartScenes restarts;
    private final Map<Long, List<Authenticated<ViewChange>>> sent = new HashMap<>();

    ViewChangeScenes(Prompter prompter, AnyWords any, Claims claims, RestartScenes restarts) {
        this.prompter = prompter;
        this.stage = prompter.stage;
        this.any = any;
        this.claims = claims;
        this.restarts = restarts;
    }

    void viewChange() {
        long view = prompter.view();
        long untilOwn = Math.floorMod(
                        stage.self - view - 1, (long) prompter.config.quorums().replicas())
                + 1;
        long target = view + (prompter.chance(15) ? untilOwn : prompter.chance(80) ? 1 : prompter.random.nextInt(1, 4));
        claims.newStory(stage.stable(), target);
        for (int puppet : prompter.shuffled()) {
            // Some have gone further.
            boolean further = prompter.puppets.mayLie(puppet) && prompter.chance(25);
            long theirs = target + (further ? prompter.random.nextInt(1, 4) : 0);
            prompter.line(() -> leaves(puppet, theirs));
        }
        opening(target);
    }

    /** A puppet says that it leaves for a view. */
    void leaves(int puppet, long view) {
        ViewChange message = prompter.chance(4) ? claims.malformed(view) : claims.viewChange(view);
        Authenticated<ViewChange> signed = prompter.puppets.signed(puppet, message);
        sent.computeIfAbsent(view, none -> new ArrayList<>()).add(signed);
        stage.hears(signed);
    }

    void opening(long target) {
        if (!sent.containsKey(target)) {
            claims.newStory(stage.stable(), target);
            for (int puppet : prompter.shuffled()) {
                prompter.line(() -> leaves(puppet, target));
            }
        }
        if (!prompter.isPrimary(target)) {
            prompter.line(() -> newView(target, prompter.chance(30)));
            prompter.line(() -> newView(target, false));
        }
        restarts.maybeNow();
        for (long sequence = prompter.low() + 1; sequence <= prompter.low() + 4; sequence++) {
            long each = sequence;
            for (int puppet : prompter.shuffled()) {
                prompter.line(() -> stage.hears(puppet, new Prepare(target, each, any.likely(each, target))));
            }
        }
    }

    /** A view is opened, as it must be or not. */
    void newView(long view, boolean wrong) {
        List<Authenticated<ViewChange>> shown = new ArrayList<>(sent.getOrDefault(view, List.of()));
        if (stage.ownViewChanges.containsKey(view) && prompter.chance(70)) {
            shown.add(stage.ownViewChanges.get(view));
        }
        shown.removeIf(each -> prompter.chance(30));
        stage.hears(
                prompter.chance(90) ? prompter.primary(view) : prompter.anyPuppet(),
                claims.newView(view, shown, wrong));
    }
}
