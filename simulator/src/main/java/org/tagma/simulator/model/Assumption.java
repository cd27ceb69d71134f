package org.tagma.simulator.model;

import java.util.Arrays;
import java.util.Optional;
import java.util.stream.Collectors;

/** A value of one axis of the system model. */
public interface Assumption {

    /** Its name on the command line and in plans: lower case, with hyphens. */
    String label();

    /** The value of an axis that has this label; upper case is as good. */
    static <A extends Enum<A> & Assumption> Optional<A> labelled(Class<A> axis, String label) {
        return Arrays.stream(axis.getEnumConstants())
                .filter(each -> each.label().equalsIgnoreCase(label))
                .findFirst();
    }

    /** All labels of an axis, as in "reliable, fair-loss or arbitrary". */
    static <A extends Enum<A> & Assumption> String choices(Class<A> axis) {
        A[] all = axis.getEnumConstants();
        String others =
                Arrays.stream(all, 0, all.length - 1).map(Assumption::label).collect(Collectors.joining(", "));
        return others + " or " + all[all.length - 1].label();
    }
}
