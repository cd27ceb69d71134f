package org.tagma.client.call;

import java.util.Collections;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/** Counts since the client was made. Thread-safe. */
public final class ClientCounters {

    private final Map<ClientCounter, LongAdder> adders;

    public ClientCounters() {
        Map<ClientCounter, LongAdder> all = new EnumMap<>(ClientCounter.class);
        for (ClientCounter counter : ClientCounter.values()) {
            all.put(counter, new LongAdder());
        }
        adders = Collections.unmodifiableMap(all);
    }

    /** One count. */
    public long get(ClientCounter counter) {
        return adders.get(counter).sum();
    }

    public void count(ClientCounter counter) {
        adders.get(counter).increment();
    }
}
