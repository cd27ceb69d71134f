package org.tagma.client.call;

import com.google.protobuf.ByteString;

/** Receives how one call ended; exactly one of the two methods is called, once. */
public interface Completion {

    /** The state machine's result. */
    void succeeded(ByteString result);

    /** Why there is no result. */
    void failed(BftClientException failure);
}
