package org.tagma.core.life;

import org.tagma.core.protocol.TimerId;

/** When to ask again who has not answered. */
enum LifeTimer implements TimerId {
    ASK_AGAIN
}
