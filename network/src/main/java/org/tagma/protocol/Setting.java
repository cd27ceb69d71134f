package org.tagma.protocol;

import java.util.List;

/**
 * One setting in a protocol's section of the cluster file, which is optional there. Immutable.
 *
 * @param name as the file calls it
 * @param standard its value where the file says nothing: an Integer, a Boolean, or a List of the ids of replicas
 * @param least of an integer
 * @param most of an integer
 * @param comment for the reader of the file: no line of more than 110 characters; empty if the setting before says it
 */
public record Setting(String name, Object standard, int least, int most, String comment) {

    /** A whole number from {@code least} to {@code most}. */
    public static Setting integer(String name, int standard, int least, int most, String comment) {
        return new Setting(name, standard, least, most, comment);
    }

    /** Yes or no. */
    public static Setting bool(String name, boolean standard, String comment) {
        return new Setting(name, standard, 0, 0, comment);
    }

    /** Some of the replicas, each at most once; none unless the file says so. */
    public static Setting replicas(String name, String comment) {
        return new Setting(name, List.of(), 0, 0, comment);
    }
}
