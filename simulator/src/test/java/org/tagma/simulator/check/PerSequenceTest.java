package org.tagma.simulator.check;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

class PerSequenceTest {

    @Test
    void isATreeWhoseNumbersMoveUp() {
        Random random = new Random(11);
        for (int round = 0; round < 50; round++) {
            PerSequence<String> ring = new PerSequence<>();
            TreeMap<Long, String> tree = new TreeMap<>();
            long start = 1 + random.nextInt(1000);
            for (int i = 0; i < 300; i++) {
                start += random.nextInt(3);
                long sequence = start + random.nextInt(1 + round * 4);
                String made = sequence + " made at " + i;
                assertThat(ring.getOrMake(sequence, there -> made))
                        .isEqualTo(tree.computeIfAbsent(sequence, there -> made));
                if (random.nextInt(10) == 0) {
                    ring.removeUpTo(start);
                    tree.headMap(start, true).clear();
                }
                long from = start + random.nextInt(20) - 10;
                assertThat(ring.get(from)).isEqualTo(tree.get(from));
                assertThat(ring.above(from))
                        .containsExactlyElementsOf(tree.tailMap(from, false).values());
            }
            assertThat(ring.all()).containsExactlyElementsOf(tree.values());
        }
    }

    @Test
    void holdsNothingAtFirst() {
        PerSequence<String> ring = new PerSequence<>();

        assertThat(ring.get(0)).isNull();
        assertThat(ring.all()).isEmpty();
        assertThat(ring.above(-1)).isEmpty();
    }
}
