package org.tagma.client;

import java.util.BitSet;

/** Sets of replicas. */
final class Receivers {

    private Receivers() {}

    static BitSet all(int replicas) {
        BitSet all = new BitSet(replicas);
        all.set(0, replicas);
        return all;
    }

    static BitSet only(int replica) {
        BitSet only = new BitSet();
        only.set(replica);
        return only;
    }
}
