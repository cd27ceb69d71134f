package org.tagma.simulator.workload;

import com.google.protobuf.ByteString;
import java.util.SplittableRandom;
import org.tagma.core.service.ExecutionContext;
import org.tagma.core.service.MerkleStateMachine;
import org.tagma.core.service.OperationRejectedException;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.StateEntry;
import org.tagma.simulator.kernel.KeyedHash;

/**
 * The registers of simulated clusters in a Merkle tree, among entries that nobody asks for, of which each operation
 * changes some. It counts what it has written, without a look at the tree, so that a tree that is not what was written
 * shows.
 *
 * <p>Not thread-safe.
 */
public final class MerkleRegisters implements MerkleStateMachine {

    private static final byte REGISTER = 'r';
    private static final byte FILLER = 'f';

    /** What entries are cut from: to make them anew would cost more than to store them. */
    private static final ByteString BLOCK = block();

    /** One entry in so many is longer than others by a factor. */
    private static final int LONG_ENTRIES = 16;

    private static final int LONG_ENTRY_FACTOR = 8;

    private final MerkleStateStore state = new MerkleStateStore();
    private final StateContent content;

    /** The sum of what stands for each entry. */
    private long written;

    private long writing;

    /** What registers and their company are at the beginning. */
    public record Beginning(StateContent content, MerkleTree tree, long sum) {

        /** Makes it; all replicas of a run may share it. */
        public static Beginning of(StateContent content) {
            MerkleRegisters first = new MerkleRegisters(content);
            for (int i = 0; i < content.entries(); i++) {
                first.write(key(i), value(content, KeyedHash.mix(i, content.entryBytes())));
            }
            first.state.tree().root();
            return new Beginning(content, first.state.tree(), first.writing);
        }
    }

    private MerkleRegisters(StateContent content) {
        this.content = content;
    }

    /** Registers in their first state. */
    public MerkleRegisters(Beginning beginning) {
        this(beginning.content);
        state.replace(beginning.tree);
        written = beginning.sum;
    }

    @Override
    public MerkleStateStore state() {
        return state;
    }

    /** What stands for all that was written, as counted while it was. */
    public long written() {
        return written;
    }

    /** What stands for all that is there; costs time in proportion to it. */
    public long contained() {
        long sum = 0;
        for (StateEntry entry : state.entries()) {
            sum += standsFor(entry.key(), entry.value());
        }
        return sum;
    }

    /** The state was replaced: from now on this is what was written. */
    public void startFrom(long sum) {
        written = sum;
    }

    @Override
    public ByteString apply(ByteString bytes, ExecutionContext context) throws OperationRejectedException {
        writing = written;
        // First, so that there is something to undo if the operation is none.
        for (int i = 0; i < content.rewrites(); i++) {
            rewrite(KeyedHash.mix(context.sequence() * content.rewrites() + i, context.indexInBatch()));
        }
        RegisterOperation operation = parse(bytes);
        RegisterOperation.Effect effect = operation.applyTo(valueOf(operation));
        write(register(operation), ByteString.copyFromUtf8(effect.value()));
        written = writing;
        return ByteString.copyFromUtf8(effect.result());
    }

    @Override
    public ByteString query(ByteString bytes) throws OperationRejectedException {
        RegisterOperation operation = parse(bytes);
        if (operation.kind() != RegisterOperation.Kind.GET) {
            throw new OperationRejectedException("not-a-query", "only GET can be asked without ordering");
        }
        return ByteString.copyFromUtf8(valueOf(operation));
    }

    private String valueOf(RegisterOperation operation) {
        return state.get(register(operation)).map(ByteString::toStringUtf8).orElse(RegisterOperation.UNSET);
    }

    /** Another value, or none where there was one. */
    private void rewrite(long what) {
        ByteString key = key((int) Long.remainderUnsigned(what, 2L * content.entries()));
        if ((what >>> 60) == 0) {
            remove(key);
        } else {
            write(key, value(content, what));
        }
    }

    private void write(ByteString key, ByteString value) {
        state.get(key).ifPresent(before -> writing -= standsFor(key, before));
        writing += standsFor(key, value);
        state.put(key, value);
    }

    private void remove(ByteString key) {
        state.get(key).ifPresent(before -> writing -= standsFor(key, before));
        state.delete(key);
    }

    private static long standsFor(ByteString key, ByteString value) {
        return KeyedHash.mix(key.hashCode(), value.hashCode());
    }

    private static ByteString register(RegisterOperation operation) {
        return ByteString.copyFrom(new byte[] {REGISTER}).concat(ByteString.copyFromUtf8(operation.key()));
    }

    /** Keys of different lengths, some of which begin with another. */
    private static ByteString key(int index) {
        byte[] key = new byte[2 + index % 5];
        key[0] = FILLER;
        long bits = KeyedHash.mix(index / 3, FILLER);
        for (int i = 1; i < key.length; i++) {
            key[i] = (byte) (bits >>> (Byte.SIZE * i));
        }
        return ByteString.copyFrom(key);
    }

    private static ByteString value(StateContent content, long what) {
        int longest = 2 * content.entryBytes();
        int usual = (int) Long.remainderUnsigned(what >>> 8, longest);
        int length = Long.remainderUnsigned(what >>> 32, LONG_ENTRIES) == 0 ? usual * LONG_ENTRY_FACTOR : usual;
        int kept = Math.min(length, BLOCK.size() / 2);
        int offset = (int) Long.remainderUnsigned(what >>> 20, BLOCK.size() - kept);
        return BLOCK.substring(offset, offset + kept);
    }

    private static ByteString block() {
        byte[] bytes = new byte[1 << 14];
        new SplittableRandom(1).nextBytes(bytes);
        return ByteString.copyFrom(bytes);
    }

    private static RegisterOperation parse(ByteString bytes) throws OperationRejectedException {
        return RegisterOperation.decode(bytes)
                .orElseThrow(() -> new OperationRejectedException("unreadable", "no operation on a register"));
    }
}
