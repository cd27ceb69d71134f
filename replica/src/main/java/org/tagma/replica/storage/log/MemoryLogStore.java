package org.tagma.replica.storage.log;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.tagma.core.protocol.Event.LogIntegrity;
import org.tagma.core.protocol.Event.RecoveredLog;
import org.tagma.core.protocol.LogRecord;
import org.tagma.replica.storage.LogStore;

/**
 * A log that keeps nothing for the next incarnation but what
 * {@linkplain LogRecord#survivesAmnesia must survive amnesia}: the newest such record of each class, in one small
 * durable file. A replica that restarts on it knows that it has forgotten its votes, and up to where, and stays out of
 * there until the others have moved on.
 *
 * <p>Not thread-safe.
 */
public final class MemoryLogStore implements LogStore {

    private final Optional<AmnesiaGuardFile> guard;
    private final Runnable owner;
    private final Forgetting forgetting;
    private final Map<Class<?>, LogRecord> survivors = new LinkedHashMap<>();
    private final long nonce;
    private boolean lost;
    private boolean dirty;

    /** What to do once a replica that lost even this little has found out what it must not do. */
    public interface Forgetting {
        void ends() throws IOException;
    }

    /**
     * A store in a data folder.
     *
     * @param lost whether the replica ran before and the guard knows nothing of it
     * @param forgetting is told when that is over
     * @param nonce see {@link RecoveredLog#nonce}
     * @param owner is run when the store is closed
     */
    public MemoryLogStore(AmnesiaGuardFile guard, boolean lost, Forgetting forgetting, long nonce, Runnable owner) {
        this(Optional.of(guard), lost, forgetting, nonce, owner);
    }

    private MemoryLogStore(
            Optional<AmnesiaGuardFile> guard, boolean lost, Forgetting forgetting, long nonce, Runnable owner) {
        this.guard = guard;
        this.lost = lost;
        this.forgetting = forgetting;
        this.nonce = nonce;
        this.owner = owner;
    }

    /** A store that forgets everything: for replicas that are never started a second time. */
    public static MemoryLogStore withoutFolder() {
        return new MemoryLogStore(Optional.empty(), false, () -> {}, newNonce(), () -> {});
    }

    /** A message carries it as a counter: 62 bits. */
    public static long newNonce() {
        return new SecureRandom().nextLong() >>> 2;
    }

    /**
     * What earlier incarnations left.
     *
     * @throws org.tagma.replica.storage.DataFolderException if the file is damaged, missing or another replica's
     */
    @Override
    public RecoveredLog recover() throws IOException {
        if (guard.isPresent()) {
            guard.get().read().forEach(each -> survivors.put(each.getClass(), each));
        }
        if (survivors.isEmpty() && !lost) {
            return new RecoveredLog(List.of(), LogIntegrity.FRESH, nonce);
        }
        return new RecoveredLog(
                List.copyOf(survivors.values()), lost ? LogIntegrity.LOST : LogIntegrity.PARTIAL, nonce);
    }

    @Override
    public void append(LogRecord record) {
        if (record.survivesAmnesia()) {
            survivors.put(record.getClass(), record);
            dirty = true;
        }
    }

    @Override
    public void barrier() throws IOException {
        if (dirty && guard.isPresent()) {
            guard.get().write(survivors.values());
        }
        if (lost && survivors.values().stream().anyMatch(LogRecord::endsAmnesia)) {
            forgetting.ends();
            lost = false;
        }
        dirty = false;
    }

    /** It hardly ever does: what survives is rare. */
    @Override
    public boolean waitsForDisk() {
        return false;
    }

    /** Nothing to do: what survives belongs to no sequence number, and the rest was never kept. */
    @Override
    public void truncate(long sequence) {}

    @Override
    public void close() {
        owner.run();
    }
}
