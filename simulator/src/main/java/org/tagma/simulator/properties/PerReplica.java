package org.tagma.simulator.properties;

import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;

/**
 * Something for each replica, made when it is first asked for. Found by index: checkers ask several times an event. Not
 * thread-safe.
 */
public final class PerReplica<T> {

    private final IntFunction<T> maker;
    private final List<T> made = new ArrayList<>();

    public PerReplica(IntFunction<T> maker) {
        this.maker = maker;
    }

    public T of(int replica) {
        while (made.size() <= replica) {
            made.add(null);
        }
        T its = made.get(replica);
        if (its == null) {
            its = maker.apply(replica);
            made.set(replica, its);
        }
        return its;
    }

    /** Takes this in place of what there was. */
    public void put(int replica, T its) {
        of(replica);
        made.set(replica, its);
    }
}
