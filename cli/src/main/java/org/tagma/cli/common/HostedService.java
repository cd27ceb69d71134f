package org.tagma.cli.common;

import java.util.Locale;
import java.util.function.Supplier;
import org.tagma.benchmarks.load.NullService;
import org.tagma.core.service.StateMachine;
import org.tagma.examples.kv.KeyValueStore;

/** What {@code tagma replica} can replicate. */
public enum HostedService {
    /** The key-value store of the examples. */
    KV(KeyValueStore::new),
    /** Nothing: for measuring. */
    NULL(NullService::new);

    private final Supplier<StateMachine> factory;

    HostedService(Supplier<StateMachine> factory) {
        this.factory = factory;
    }

    /** One in its first state. */
    public StateMachine create() {
        return factory.get();
    }

    /** Its name on the command line. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }

    @Override
    public String toString() {
        return label();
    }
}
