package org.tagma.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.tagma.protocol.CodecLimits;

class WallClockSessionNumbersTest {

    @Test
    void numbersRise() {
        WallClockSessionNumbers numbers = new WallClockSessionNumbers();

        long[] taken = LongStream.generate(numbers).limit(10_000).toArray();

        assertThat(taken).isSorted().doesNotHaveDuplicates();
        assertThat(taken[taken.length - 1]).isBetween(1L, CodecLimits.MAX_COUNTER);
    }

    @Test
    void clientsOfOneProcessNeverShareANumber() {
        Set<Long> all = ConcurrentHashMap.newKeySet();

        IntStream.range(0, 4)
                .parallel()
                .forEach(client -> LongStream.generate(new WallClockSessionNumbers())
                        .limit(10_000)
                        .forEach(all::add));

        assertThat(all).hasSize(40_000);
    }

    @Test
    void twoProcessesThatStartTogetherDifferAlmostSurely() {
        WallClockSessionNumbers numbers = new WallClockSessionNumbers();

        long distinctLowBits = LongStream.generate(numbers)
                .limit(2_000)
                .map(number -> number & 1_023)
                .distinct()
                .count();

        assertThat(distinctLowBits).isGreaterThan(500);
    }
}
