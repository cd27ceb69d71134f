package org.tagma.replica.trace;

import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What an event is about, as its summary says it: places in the order, requests, and views or terms. Two events about
 * the same are more likely to be cause and effect in a reader's sense than any two that are in each other's past.
 *
 * <p>Immutable.
 *
 * @param items places in the order ({@code #12}) and requests ({@code c0/5})
 * @param views views or terms
 */
record Subjects(Set<String> items, Set<String> views) {

    private static final Pattern PLACE =
            Pattern.compile("\\b(?:sequence|index|entries|reproposals) (\\d{1,18})(?:\\.\\.(\\d{1,18}))?");
    private static final Pattern REQUEST = Pattern.compile("\\bc\\d+/\\d+");
    private static final Pattern VIEW = Pattern.compile("\\b(?:view|term) \\d+");
    private static final int MAX_RANGE = 64;

    static Subjects of(TraceEvent event) {
        Set<String> items = new TreeSet<>();
        Matcher places = PLACE.matcher(event.summary());
        while (places.find()) {
            long first = Long.parseLong(places.group(1));
            long last = places.group(2) == null ? first : Long.parseLong(places.group(2));
            for (long place = first; place <= Math.min(last, first + MAX_RANGE); place++) {
                items.add("#" + place);
            }
        }
        Matcher requests = REQUEST.matcher(event.summary());
        while (requests.find()) {
            items.add(requests.group());
        }
        Set<String> views = new TreeSet<>();
        Matcher found = VIEW.matcher(event.summary());
        while (found.find()) {
            views.add(found.group());
        }
        return new Subjects(items, views);
    }

    /** Whether an event is about the change to a view or term, and not about something in it. */
    static boolean isElection(TraceEvent event) {
        return event.kind() == EventKind.VIEW
                || event.type().contains("VIEW")
                || event.type().contains("VOTE")
                || event.type().equals("TIMEOUT_NOW");
    }

    boolean sharesItem(Subjects other) {
        return items.stream().anyMatch(other.items::contains);
    }

    boolean sharesView(Subjects other) {
        return views.stream().anyMatch(other.views::contains);
    }
}
