package org.tagma.replica.storage.rocks;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.replica.storage.state.RocksTable;
import org.tagma.replica.storage.state.StateTable.Change;

class RocksMemoryTest {

    private static final int VALUE_BYTES = 16 << 10;
    private static final int VALUES = 1_500;

    @TempDir
    Path temporary;

    @Test
    void twoDatabasesTogetherStayWithinOneBoundHoweverMuchIsWrittenAndRead() throws IOException {
        StorageMemory bounds = new StorageMemory(4L << 20, 2L << 20, 1L << 20);
        long most = 0;
        try (RocksMemory memory = new RocksMemory(bounds);
                RocksTable one = RocksTable.open(temporary.resolve("one"), memory);
                RocksTable other = RocksTable.open(temporary.resolve("other"), memory)) {
            List<RocksTable> tables = List.of(one, other);
            Random random = new Random(1);
            for (int value = 0; value < VALUES; value++) {
                byte[] bytes = new byte[VALUE_BYTES];
                random.nextBytes(bytes);
                for (RocksTable table : tables) {
                    table.write(List.of(new Change(key(value), bytes)), false);
                }
                most = Math.max(most, memory.usedBytes());
            }
            assertThat(most).as("the tables draw from it").isGreaterThan(VALUE_BYTES);
            for (int value = 0; value < VALUES; value++) {
                for (RocksTable table : tables) {
                    assertThat(table.get(key(value))).hasSize(VALUE_BYTES);
                }
                most = Math.max(most, memory.usedBytes());
            }
        }
        // A table may exceed its part by the write that fills it, and blocks in use cannot be let go of.
        assertThat(most).isLessThan(bounds.memoryTableBytes() + bounds.blockCacheBytes() + (1L << 20));
    }

    @Test
    void aDatabaseThatIsOpenNeedsTheMemoryNoMoreThatItWasOpenedWith() throws IOException {
        RocksMemory memory = new RocksMemory(StorageMemory.OF_TOOLS);
        try (RocksTable table = RocksTable.open(temporary.resolve("one"), memory)) {
            memory.close();
            byte[] value = ByteString.copyFromUtf8("value").toByteArray();
            table.write(List.of(new Change(key(1), value)), true);
            assertThat(table.get(key(1))).isEqualTo(value);
        }
    }

    private static byte[] key(int value) {
        return ByteBuffer.allocate(1 + Integer.BYTES)
                .put((byte) 'k')
                .putInt(value)
                .array();
    }
}
