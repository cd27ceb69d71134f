package org.tagma.core.pbft;

import com.google.protobuf.ByteString;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.tagma.core.Digest;
import org.tagma.core.protocol.Authenticated;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;

/**
 * All copies of a message that differ from it in one field, at whatever depth, as far as a malicious replica could sign
 * them: what others signed stays as it is, and a batch always has its own digest, for the receiver computes that.
 */
final class FieldMutations {

    private FieldMutations() {}

    static List<Message> of(Message message, int signer) {
        List<Message> all = new ArrayList<>();
        mutateRecord((Record) message, signer).forEach(mutated -> all.add((Message) mutated));
        return all;
    }

    private static List<Object> mutate(Object value, int signer) {
        if (value instanceof Long number) {
            return List.of(number + 1, number - 1, number + 8, 0L, -1L, Long.MAX_VALUE, Long.MIN_VALUE, 1L << 60);
        } else if (value instanceof Integer number) {
            return List.of(number + 1, number - 1, Integer.MAX_VALUE, Integer.MIN_VALUE);
        } else if (value instanceof Boolean flag) {
            return List.of(!flag);
        } else if (value instanceof Digest) {
            return List.of(Byzantine.FORGED, Digest.NULL);
        } else if (value instanceof ByteString bytes) {
            return List.of(ByteString.EMPTY, bytes.concat(bytes));
        } else if (value instanceof List<?> list) {
            return mutateList(list, signer);
        } else if (value instanceof Batch batch) {
            return mutateBatch(batch);
        } else if (value instanceof Authenticated<?> signed) {
            return mutateSigned(signed, signer);
        } else if (value instanceof Record nested && !(value instanceof Request)) {
            return mutateRecord(nested, signer);
        }
        return List.of();
    }

    private static List<Object> mutateRecord(Record original, int signer) {
        RecordComponent[] components = original.getClass().getRecordComponents();
        Object[] values = new Object[components.length];
        for (int i = 0; i < values.length; i++) {
            values[i] = read(original, components[i]);
        }
        List<Object> all = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            for (Object mutated : mutate(values[i], signer)) {
                Object[] changed = values.clone();
                changed[i] = mutated;
                create(original.getClass(), components, changed, all);
            }
        }
        return all;
    }

    private static Object read(Record original, RecordComponent component) {
        try {
            component.getAccessor().setAccessible(true);
            return component.getAccessor().invoke(original);
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void create(Class<?> type, RecordComponent[] components, Object[] values, List<Object> into) {
        Class<?>[] types =
                Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            var constructor = type.getDeclaredConstructor(types);
            constructor.setAccessible(true);
            into.add(constructor.newInstance(values));
        } catch (InvocationTargetException refused) {
            if (!(refused.getCause() instanceof IllegalArgumentException)) {
                throw new IllegalStateException(refused);
            }
        } catch (ReflectiveOperationException e) {
            throw new IllegalStateException(e);
        }
    }

    private static List<Object> mutateList(List<?> list, int signer) {
        List<Object> all = new ArrayList<>();
        all.add(List.of());
        if (list.isEmpty()) {
            return all;
        }
        all.add(list.subList(1, list.size()));
        all.add(list.subList(0, list.size() - 1));
        List<Object> longer = new ArrayList<>(list);
        longer.add(list.get(0));
        all.add(longer);
        List<Object> reversed = new ArrayList<>(list);
        Collections.reverse(reversed);
        all.add(reversed);
        for (int i = 0; i < list.size(); i++) {
            for (Object mutated : mutate(list.get(i), signer)) {
                List<Object> changed = new ArrayList<>(list);
                changed.set(i, mutated);
                all.add(changed);
            }
        }
        return all;
    }

    private static List<Object> mutateBatch(Batch batch) {
        List<Object> all = new ArrayList<>(List.of(Batch.NULL, Batch.of(batch.timeMillis(), List.of())));
        for (Object time : mutate(batch.timeMillis(), 0)) {
            all.add(Batch.of((Long) time, batch.requests()));
        }
        List<Request> twice = new ArrayList<>(batch.requests());
        twice.addAll(batch.requests());
        all.add(Batch.of(batch.timeMillis(), twice));
        return all;
    }

    private static List<Object> mutateSigned(Authenticated<?> signed, int signer) {
        List<Object> all = new ArrayList<>();
        if (signed.sender() == signer) {
            for (Object mutated : mutateRecord((Record) signed.message(), signer)) {
                all.add(CoreCluster.sign(signer, (Message) mutated));
            }
        }
        return all;
    }
}
