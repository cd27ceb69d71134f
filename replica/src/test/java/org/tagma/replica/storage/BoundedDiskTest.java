package org.tagma.replica.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.tagma.core.service.ServiceSnapshot;
import org.tagma.core.state.MerkleStateStore;
import org.tagma.replica.storage.state.StateCheckpoints;
import org.tagma.replica.storage.state.StatePages;
import org.tagma.replica.storage.state.StateTable;

/** However many checkpoints there were, the folder holds about what the last ones need. */
final class BoundedDiskTest {

    private static final int ENTRIES = 4_000;
    private static final int VALUE_BYTES = 1_000;
    private static final int WRITES_PER_CHECKPOINT = 1_000;
    private static final int CHECKPOINTS = 200;

    /** RocksDB writes ahead, and keeps what was removed until it has cleaned up. */
    private static final long MAX_BYTES = 100L << 20;

    @TempDir
    Path temporary;

    @Test
    void manyCheckpointsTakeNoMoreRoomThanFew() throws IOException {
        MerkleStateStore store = new MerkleStateStore();
        SplittableRandom random = new SplittableRandom(1);
        try (StateCheckpoints states = Tree.open(temporary)) {
            for (int number = 0; number < ENTRIES; number++) {
                put(store, random, number);
            }
            for (int sequence = 1; sequence <= CHECKPOINTS; sequence++) {
                for (int i = 0; i < WRITES_PER_CHECKPOINT; i++) {
                    put(store, random, random.nextInt(ENTRIES));
                }
                ServiceSnapshot kept =
                        states.save(ServiceSnapshot.of(sequence, ByteString.EMPTY, Optional.of(store.tree())));
                store.replace(kept.tree().orElseThrow());
                states.release(sequence - 1, Set.of());
            }
            StatePages pages = (StatePages) states.nodes().orElseThrow();
            // 200 MB were written, and 4 MB are the state: what is there are the pages of the last two.
            await().atMost(Duration.ofMinutes(2))
                    .untilAsserted(() -> assertThat(pagesIn(pages.table())).isBetween(ENTRIES, 4 * ENTRIES));
        }
        assertThat(bytesIn(temporary)).isLessThan(MAX_BYTES);
    }

    private static int pagesIn(StateTable table) throws IOException {
        int[] pages = {0};
        table.scan((byte) 'n', (key, value) -> pages[0]++);
        return pages[0];
    }

    private static void put(MerkleStateStore store, SplittableRandom random, int number) {
        byte[] value = new byte[VALUE_BYTES];
        random.nextBytes(value);
        store.put(ByteString.copyFromUtf8("account/" + number), ByteString.copyFrom(value));
    }

    private static long bytesIn(Path folder) throws IOException {
        long bytes = 0;
        for (Path file : Tree.files(folder)) {
            bytes += Files.size(file);
        }
        return bytes;
    }
}
