package org.tagma.simulator.exploration;

import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.tagma.protocol.ProtocolDefinition;
import org.tagma.simulator.model.Promise;
import org.tagma.simulator.model.SystemModel;
import org.tagma.simulator.plan.Setting;

/** Every protocol under every system model: what was promised, and what came of it. */
public final class Matrix {

    /**
     * One combination.
     *
     * @param promise what the protocol owes there
     * @param tally how its runs went
     */
    public record Cell(Setting setting, Promise promise, Tally tally) {
        /** Whether all that is promised was kept. */
        public boolean isKept() {
            return tally.failures() == 0;
        }
    }

    private final List<Setting> settings;
    private final long firstSeed;
    private final long seedsPerCell;
    private final long budgetMillisPerCell;
    private Consumer<Cell> listener = ignored -> {};

    /**
     * A matrix over these settings, usually those of {@link #settings}.
     *
     * @param seedsPerCell how many runs each of them gets
     * @param budgetMillisPerCell how long each of them may take, or {@link Sweep#UNLIMITED}
     */
    public Matrix(List<Setting> settings, long firstSeed, long seedsPerCell, long budgetMillisPerCell) {
        this.settings = List.copyOf(settings);
        this.firstSeed = firstSeed;
        this.seedsPerCell = seedsPerCell;
        this.budgetMillisPerCell = budgetMillisPerCell;
    }

    /** All 27 combinations for each of these protocols, with groups that tolerate one fault and have it. */
    public static List<Setting> settings(List<ProtocolDefinition> protocols, int operations) {
        List<Setting> settings = new ArrayList<>();
        for (ProtocolDefinition protocol : protocols) {
            for (SystemModel model : SystemModel.all()) {
                settings.add(Setting.of(protocol, model).withOperations(operations));
            }
        }
        return settings;
    }

    /** Calls this with each combination that is finished. */
    public Matrix listener(Consumer<Cell> toCall) {
        listener = toCall;
        return this;
    }

    /** Runs them all, in order, each on so many threads. A broken promise ends only its own combination. */
    public List<Cell> run(int threads) throws InterruptedException {
        List<Cell> cells = new ArrayList<>();
        for (Setting setting : settings) {
            Tally tally = new Sweep(setting::draw, firstSeed, seedsPerCell, budgetMillisPerCell).run(threads);
            Promise promise = setting.promise();
            Cell cell = new Cell(setting, promise, tally);
            cells.add(cell);
            listener.accept(cell);
        }
        return cells;
    }
}
