package org.tagma.simulator;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.raft.RaftRecord;
import org.tagma.network.codec.MessageCodec;
import org.tagma.replica.LogStore;

/**
 * A disk. What was written and not made durable is lost in a crash, but for a torn part of it, and what is read back has
 * been through the production codec.
 *
 * <p>Outlives the replica that writes it. Not thread-safe.
 */
final class SimulatedLogStore implements LogStore {

    /** The replica lost power while it made its records durable. */
    static final class PowerLoss extends IOException {
        private static final long serialVersionUID = 1;

        PowerLoss() {
            super("power was lost");
        }
    }

    private static final int NEVER = -1;

    private final SplittableRandom random;
    private final List<LogRecord> durable = new ArrayList<>();
    private final List<LogRecord> unsynced = new ArrayList<>();
    private boolean amnesia;
    /** Up to where records are missing since an amnesia; nothing is, once a truncation has come that far. */
    private long missingUpTo;

    private int barriersUntilCrash = NEVER;

    SimulatedLogStore(SplittableRandom random) {
        this.random = random;
    }

    /** Loses power in the barrier after {@code barriers} more: some of its records are then durable, some are not. */
    void losePowerAfter(int barriers) {
        barriersUntilCrash = barriers;
    }

    /** From the next life on, only what must survive amnesia is found. */
    void forget() {
        amnesia = true;
    }

    /** What was not durable is gone. */
    void crash() {
        unsynced.clear();
    }

    /** How many durable records it holds. */
    int size() {
        return durable.size();
    }

    @Override
    public RecoveredLog recover() {
        barriersUntilCrash = NEVER;
        unsynced.clear();
        if (durable.isEmpty()) {
            return RecoveredLog.empty();
        }
        if (!amnesia) {
            return new RecoveredLog(reread(durable), false, missingUpTo == 0);
        }
        amnesia = false;
        missingUpTo = durable.stream().mapToLong(LogRecord::sequence).max().orElse(0);
        Map<Class<?>, LogRecord> survivors = new LinkedHashMap<>();
        for (LogRecord each : durable) {
            if (each.survivesAmnesia()) {
                survivors.put(each.getClass(), each);
            }
        }
        durable.clear();
        durable.addAll(survivors.values());
        return survivors.isEmpty() ? RecoveredLog.empty() : new RecoveredLog(reread(durable), false, false);
    }

    /** Where only the newest of its class counts, the ones before go. */
    private void makeDurable(LogRecord record) {
        if (record.survivesAmnesia() || record instanceof RaftRecord.Snapshotted) {
            durable.removeIf(each -> each.getClass() == record.getClass());
        }
        durable.add(record);
    }

    @Override
    public void append(LogRecord record) {
        unsynced.add(record);
    }

    @Override
    public void barrier() throws PowerLoss {
        if (barriersUntilCrash == 0) {
            unsynced.subList(0, random.nextInt(unsynced.size() + 1)).forEach(this::makeDurable);
            unsynced.clear();
            throw new PowerLoss();
        }
        barriersUntilCrash = Math.max(NEVER, barriersUntilCrash - 1);
        unsynced.forEach(this::makeDurable);
        unsynced.clear();
    }

    @Override
    public void truncate(long sequence) {
        // What must survive amnesia has its sequence number for another reason than belonging there.
        durable.removeIf(each -> each.sequence() > 0 && each.sequence() <= sequence && !each.survivesAmnesia());
        missingUpTo = sequence >= missingUpTo ? 0 : missingUpTo;
    }

    @Override
    public void close() {}

    private static List<LogRecord> reread(List<LogRecord> records) {
        List<LogRecord> read = new ArrayList<>(records.size());
        for (LogRecord each : records) {
            ByteString bytes = MessageCodec.encodeRecord(each);
            read.add(MessageCodec.decodeRecord(bytes).asOptional().orElseThrow());
        }
        return read;
    }
}
