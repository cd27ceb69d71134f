package org.tagma.core.protocol;

import java.util.List;

/** What a replica must remember of its own incarnations and of the others', whatever the protocol. */
public sealed interface IncarnationRecord extends LogRecord {

    /**
     * An incarnation of a replica: from one start to its end.
     *
     * @param number one higher than that of the incarnation before; from 1
     * @param nonce unlike that of any other incarnation, so that two copies of one disk have different incarnations
     */
    record Incarnation(long number, long nonce) {
        /** No incarnation is known. */
        public static final Incarnation NONE = new Incarnation(0, 0);
    }

    @Override
    default long sequence() {
        return 0;
    }

    /** This replica's incarnation. Written before anything else is said in it. */
    record OwnIncarnation(Incarnation incarnation) implements IncarnationRecord {
        @Override
        public boolean survivesAmnesia() {
            return true;
        }
    }

    /** The latest incarnation of each replica that was told of here, by id. */
    record KnownIncarnations(List<Incarnation> incarnations) implements IncarnationRecord {
        public KnownIncarnations {
            incarnations = List.copyOf(incarnations);
        }
    }
}
