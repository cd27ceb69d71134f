package org.tagma.cli.kv;

import com.google.protobuf.ByteString;
import java.util.concurrent.CompletableFuture;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.examples.kv.KeyValueClient;
import org.tagma.examples.kv.KeyValueStore;

/** Has operations executed by a store in this process. */
record LocalCalls(KeyValueStore store) implements KeyValueClient.Calls {

    @Override
    public CompletableFuture<ByteString> invoke(ByteString operation) {
        try {
            return CompletableFuture.completedFuture(store.apply(operation, (ExecutionContext) null));
        } catch (OperationRejectedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }

    @Override
    public CompletableFuture<ByteString> query(ByteString operation) {
        try {
            return CompletableFuture.completedFuture(store.query(operation));
        } catch (OperationRejectedException e) {
            return CompletableFuture.failedFuture(e);
        }
    }
}
