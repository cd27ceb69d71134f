package org.tagma.simulator.kernel;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.network.codec.MessageCodec;
import org.tagma.replica.storage.LogStore;
import org.tagma.simulator.faults.DiskFailure;
import org.tagma.simulator.faults.DiskFault;
import org.tagma.simulator.faults.DiskFaults;

/**
 * A disk. What was written and not made durable is lost in a crash, but for a torn part of it, and what is read back
 * has been through the production codec.
 *
 * <p>Outlives the replica that writes it. Not thread-safe.
 */
public final class SimulatedLogStore implements LogStore {

    private final SplittableRandom random;
    private final DiskFaults faults;
    private final boolean isSlow;
    private final List<LogRecord> durable = new ArrayList<>();
    private final List<LogRecord> unsynced = new ArrayList<>();
    private boolean amnesia;
    /** Up to where records are missing since an amnesia; nothing is, once a truncation has come that far. */
    private long missingUpTo;

    /** Whether the disk was replaced, and no record since then says what may have been on the former one. */
    private boolean wiped;

    public SimulatedLogStore(SplittableRandom random, DiskFaults faults, boolean isSlow) {
        this.random = random;
        this.faults = faults;
        this.isSlow = isSlow;
    }

    /** Another, empty disk is in its place. */
    public void wipe() {
        wiped = true;
        amnesia = false;
        missingUpTo = 0;
        durable.clear();
    }

    /** From the next incarnation on, only what must survive amnesia is found. */
    public void forget() {
        amnesia = true;
    }

    /** What was not durable is gone. */
    public void crash() {
        unsynced.clear();
    }

    /** How many durable records it holds. */
    public int size() {
        return durable.size();
    }

    @Override
    public RecoveredLog recover() throws DiskFailure {
        faults.beginIncarnation();
        unsynced.clear();
        if (faults.strikes(DiskFault.READ)) {
            throw new DiskFailure(DiskFault.READ);
        }
        boolean forgot = amnesia;
        if (forgot) {
            keepSurvivors();
        }
        if (durable.isEmpty() && !wiped) {
            return RecoveredLog.empty();
        }
        LogIntegrity memory =
                wiped ? LogIntegrity.LOST : missingUpTo > 0 || forgot ? LogIntegrity.PARTIAL : LogIntegrity.COMPLETE;
        return new RecoveredLog(reread(durable), memory, random.nextLong() >>> 2);
    }

    private void keepSurvivors() {
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
    }

    /** Where only the newest of its class counts, the ones before go. */
    private void makeDurable(LogRecord record) {
        if (record.endsAmnesia()) {
            wiped = false;
            missingUpTo = 0;
        }
        if (record.survivesAmnesia() || record.sequence() == 0) {
            durable.removeIf(each -> each.getClass() == record.getClass());
        }
        durable.add(record);
    }

    @Override
    public void append(LogRecord record) throws DiskFailure {
        if (faults.strikes(DiskFault.FULL)) {
            // What is not synced may reach the disk all the same, up to anywhere.
            tear();
            throw new DiskFailure(DiskFault.FULL);
        }
        unsynced.add(record);
    }

    @Override
    public void barrier() throws DiskFailure {
        if (faults.strikes(DiskFault.POWER)) {
            tear();
            throw new DiskFailure(DiskFault.POWER);
        }
        if (faults.strikes(DiskFault.SYNC)) {
            switch (random.nextInt(3)) {
                case 0 -> unsynced.clear();
                case 1 -> tear();
                default -> unsynced.forEach(this::makeDurable);
            }
            unsynced.clear();
            throw new DiskFailure(DiskFault.SYNC);
        }
        unsynced.forEach(this::makeDurable);
        unsynced.clear();
    }

    @Override
    public boolean waitsForDisk() {
        return isSlow;
    }

    @Override
    public void truncate(long sequence) throws DiskFailure {
        if (faults.strikes(DiskFault.FULL)) {
            throw new DiskFailure(DiskFault.FULL);
        }
        // What must survive amnesia has its sequence number for another reason than belonging there.
        durable.removeIf(each -> each.sequence() > 0 && each.sequence() <= sequence && !each.survivesAmnesia());
        missingUpTo = sequence >= missingUpTo ? 0 : missingUpTo;
    }

    @Override
    public void close() {}

    /** A part of what was appended is on the disk, from its beginning. */
    private void tear() {
        unsynced.subList(0, random.nextInt(unsynced.size() + 1)).forEach(this::makeDurable);
        unsynced.clear();
    }

    private static List<LogRecord> reread(List<LogRecord> records) {
        List<LogRecord> read = new ArrayList<>(records.size());
        for (LogRecord each : records) {
            ByteString bytes = MessageCodec.encodeRecord(each);
            LogRecord decoded = MessageCodec.decodeRecord(bytes).asOptional().orElseThrow();
            if (!decoded.equals(each)) {
                throw new IllegalStateException("the log has " + each + ", and reads " + decoded);
            }
            read.add(decoded);
        }
        return read;
    }
}
