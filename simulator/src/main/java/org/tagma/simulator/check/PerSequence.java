package org.tagma.simulator.check;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.LongFunction;

/**
 * Something for each sequence number of a window that moves up. It lies in a ring, by its number: several of these are asked of every
 * message, and a tree would cost more than the rules that ask. There is room for as many numbers as the first and the last are
 * apart, so they must not be far apart. Not thread-safe.
 */
final class PerSequence<T> {

    private static final int FIRST_SIZE = 32;

    private long[] sequences = new long[FIRST_SIZE];
    private List<T> values = places(FIRST_SIZE);
    /** Nothing lies below this, or above {@link #highest}. */
    private long lowest = Long.MAX_VALUE;

    private long highest = Long.MIN_VALUE;

    private static <T> List<T> places(int count) {
        return new ArrayList<>(Collections.nCopies(count, null));
    }

    /** What is there, or null. */
    T get(long sequence) {
        int place = placeOf(sequence);
        return sequences[place] == sequence ? values.get(place) : null;
    }

    /** What is there; made now, if nothing is. */
    T getOrMake(long sequence, LongFunction<T> maker) {
        T there = get(sequence);
        if (there == null) {
            there = maker.apply(sequence);
            put(sequence, there);
        }
        return there;
    }

    private void put(long sequence, T value) {
        while (values.get(placeOf(sequence)) != null) {
            grow();
        }
        place(sequence, value);
        lowest = Math.min(lowest, sequence);
        highest = Math.max(highest, sequence);
    }

    private void place(long sequence, T value) {
        sequences[placeOf(sequence)] = sequence;
        values.set(placeOf(sequence), value);
    }

    private int placeOf(long sequence) {
        return (int) sequence & (sequences.length - 1);
    }

    /** Two that lie twice as many numbers apart as there are places share no place then. */
    private void grow() {
        long[] before = sequences;
        List<T> there = values;
        sequences = new long[2 * before.length];
        values = places(2 * before.length);
        for (int i = 0; i < before.length; i++) {
            if (there.get(i) != null) {
                place(before[i], there.get(i));
            }
        }
    }

    /** What lies above a number, by ascending number. */
    List<T> above(long sequence) {
        List<T> found = new ArrayList<>();
        for (long each = Math.max(sequence + 1, lowest); each <= highest; each++) {
            T there = get(each);
            if (there != null) {
                found.add(there);
            }
        }
        return found;
    }

    /** Everything, by ascending number. */
    List<T> all() {
        return above(lowest - 1);
    }

    /** Forgets what lies at a number and below. */
    void removeUpTo(long sequence) {
        for (int i = 0; i < sequences.length; i++) {
            if (sequences[i] <= sequence) {
                values.set(i, null);
            }
        }
        lowest = Math.max(lowest, sequence + 1);
    }
}
