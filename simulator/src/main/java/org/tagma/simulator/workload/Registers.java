package org.tagma.simulator.workload;

import com.google.protobuf.ByteString;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.service.StateMachine;

/** The replicated service of simulated clusters: named registers. Not thread-safe. */
public final class Registers implements StateMachine {

    private final TreeMap<String, String> values = new TreeMap<>();

    @Override
    public ByteString apply(ByteString bytes, ExecutionContext context) throws OperationRejectedException {
        RegisterOperation operation = parse(bytes);
        RegisterOperation.Effect effect =
                operation.applyTo(values.getOrDefault(operation.key(), RegisterOperation.UNSET));
        values.put(operation.key(), effect.value());
        return ByteString.copyFromUtf8(effect.result());
    }

    @Override
    public ByteString query(ByteString bytes) throws OperationRejectedException {
        RegisterOperation operation = parse(bytes);
        if (operation.kind() != RegisterOperation.Kind.GET) {
            throw new OperationRejectedException("not-a-query", "only GET can be asked without ordering");
        }
        return ByteString.copyFromUtf8(values.getOrDefault(operation.key(), RegisterOperation.UNSET));
    }

    @Override
    public ByteString snapshot() {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, String> each : values.entrySet()) {
            all.append(each.getKey()).append('=').append(each.getValue()).append('\n');
        }
        return ByteString.copyFromUtf8(all.toString());
    }

    @Override
    public void restore(ByteString snapshot) {
        values.clear();
        snapshot.toStringUtf8().lines().forEach(line -> {
            int at = line.indexOf('=');
            values.put(line.substring(0, at), line.substring(at + 1));
        });
    }

    private static RegisterOperation parse(ByteString bytes) throws OperationRejectedException {
        return RegisterOperation.decode(bytes)
                .orElseThrow(() -> new OperationRejectedException("unreadable", "no operation on a register"));
    }
}
