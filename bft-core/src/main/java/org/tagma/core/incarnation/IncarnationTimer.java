package org.tagma.core.incarnation;

import org.tagma.core.protocol.TimerId;

/** When to ask again who has not answered. */
enum IncarnationTimer implements TimerId {
    ASK_AGAIN
}
