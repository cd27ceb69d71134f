package org.tagma.simulator.exploration;

import org.tagma.core.pbft.PbftMessage.Prepare;
import org.tagma.core.protocol.Message;
import org.tagma.core.raft.RaftMessage.AppendEntries;
import org.tagma.simulator.kernel.Adversary;

/** Schedulers that keep a group from deciding. */
public final class Adversaries {

    private Adversaries() {}

    /**
     * Against PBFT: a PREPARE arrives when its receiver has given up the view that it belongs to. A pre-prepare and the
     * receiver's own prepare are one short of a quorum; so nothing is ever prepared, and every view ends by its timer. The
     * late prepares are evidence that the timeouts are too short; they double, and the scheduler is more patient still.
     */
    public static Adversary againstPbft() {
        return Adversaries::decisiveViewOfPbft;
    }

    private static long decisiveViewOfPbft(Message message) {
        return message instanceof Prepare prepare ? prepare.view() : Adversary.HARMLESS;
    }

    /**
     * Against Raft: what a leader sends arrives when its receiver is in a later term, by which time somebody else stands or
     * leads. So no entry is ever on a majority in the term in which that counts, and every leader steps down unheard.
     */
    public static Adversary againstRaft() {
        return Adversaries::decisiveTermOfRaft;
    }

    private static long decisiveTermOfRaft(Message message) {
        return message instanceof AppendEntries append ? append.term() : Adversary.HARMLESS;
    }
}
