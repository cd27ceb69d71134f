package org.tagma.replica.execution;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.tagma.core.service.AgreedSettings;

/** What to tell an operator who changed agreed settings in the cluster file, where a change has no effect. */
final class SettingsNotice {

    private SettingsNotice() {}

    /**
     * A line for each setting of which the file says something that the group neither began with nor has agreed on
     * since.
     *
     * @param file what the cluster file says
     * @param agreed what the replicated state says
     */
    static List<String> lines(AgreedSettings file, AgreedSettings agreed) {
        Map<String, String> first = agreed.firstByName();
        Map<String, String> now = new TreeMap<>();
        agreed.limits().byName().forEach((name, value) -> now.put(name, value.toString()));
        List<String> lines = new ArrayList<>();
        file.firstByName().forEach((name, value) -> {
            if (!value.equals(first.get(name)) && !value.equals(now.get(name))) {
                lines.add(
                        now.containsKey(name)
                                ? "the cluster file says " + name + ": " + value + ", the group has agreed on "
                                        + now.get(name) + ", and that counts; to change it: tagma settings set " + name
                                        + " " + value
                                : "the cluster file says " + name + ": " + value + ", the group began with "
                                        + first.get(name) + ", and that counts for who may change agreed settings");
            }
        });
        return lines;
    }
}
