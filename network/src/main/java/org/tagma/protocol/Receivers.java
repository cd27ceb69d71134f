package org.tagma.protocol;

import java.util.BitSet;

/** Sets of replicas. */
public final class Receivers {

    private Receivers() {}

    /** All of so many. */
    public static BitSet all(int replicas) {
        BitSet all = new BitSet(replicas);
        all.set(0, replicas);
        return all;
    }

    /** One alone. */
    public static BitSet only(int replica) {
        BitSet only = new BitSet();
        only.set(replica);
        return only;
    }
}
