package org.tagma.core.protocol;

import java.util.List;

/** What a replica must remember of its own lives and of the others', whatever the protocol. */
public sealed interface LifeRecord extends LogRecord {

    /**
     * A life of a replica: from one start to its end.
     *
     * @param incarnation one higher than that of the life before; from 1
     * @param nonce unlike that of any other life, so that two copies of one disk have different lives
     */
    record Life(long incarnation, long nonce) {
        /** No life is known. */
        public static final Life NONE = new Life(0, 0);
    }

    @Override
    default long sequence() {
        return 0;
    }

    /** This replica's life. Written before anything else is said in it. */
    record OwnLife(Life life) implements LifeRecord {
        @Override
        public boolean survivesAmnesia() {
            return true;
        }
    }

    /** The latest life of each replica that was told of here, by id. */
    record KnownLives(List<Life> lives) implements LifeRecord {
        public KnownLives {
            lives = List.copyOf(lives);
        }
    }
}
