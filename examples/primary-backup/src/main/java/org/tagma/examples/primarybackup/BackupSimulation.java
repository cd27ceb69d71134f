package org.tagma.examples.primarybackup;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Action;
import org.tagma.examples.primarybackup.BackupMessage.Update;
import org.tagma.simulator.ProtocolSimulation;
import org.tagma.simulator.SimulatedProtocol;
import org.tagma.simulator.properties.Property;
import org.tagma.simulator.properties.ProtocolObserver;
import org.tagma.simulator.properties.Violations;

/** What the simulator checks of primary-backup besides what any service owes. */
public final class BackupSimulation implements ProtocolSimulation {

    /** Whoever succeeds has what was decided: no primary proposes anything else in its place. */
    static final Property DECIDED_STAYS = Property.safety("decided-stays");

    @Override
    public String protocol() {
        return "primary-backup";
    }

    @Override
    public List<Property> properties() {
        return List.of(DECIDED_STAYS);
    }

    @Override
    public ProtocolObserver observer(SimulatedProtocol group, Violations violations) {
        return new ProtocolObserver() {
            private final Map<Long, Digest> decided = new HashMap<>();

            @Override
            public void decided(int replica, Action action) {
                if (action instanceof Action.Commit commit) {
                    decided.putIfAbsent(commit.sequence(), commit.batch().digest());
                } else if (action instanceof Action.Send send && send.message() instanceof Update update) {
                    Digest there = decided.getOrDefault(
                            update.sequence(), update.batch().digest());
                    if (!there.equals(update.batch().digest())) {
                        violations.report(DECIDED_STAYS, "replica " + replica + " proposes " + update);
                    }
                }
            }
        };
    }
}
