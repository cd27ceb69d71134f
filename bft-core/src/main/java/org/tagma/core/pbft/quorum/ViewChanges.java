package org.tagma.core.pbft.quorum;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.tagma.core.pbft.message.PbftMessage.ViewChange;
import org.tagma.core.protocol.Authenticated;

/** The view change of the highest view from each replica: one each, however many are sent. */
public final class ViewChanges {

    private final List<Authenticated<ViewChange>> latest;

    public ViewChanges(int replicas) {
        latest = new ArrayList<>(Collections.nCopies(replicas, null));
    }

    /** Keeps a view change, unless one of as high a view was kept; says whether it did. */
    public boolean add(Authenticated<ViewChange> signed) {
        Authenticated<ViewChange> earlier = latest.get(signed.sender());
        if (earlier != null && earlier.message().view() >= signed.message().view()) {
            return false;
        }
        latest.set(signed.sender(), signed);
        return true;
    }

    public Optional<Authenticated<ViewChange>> of(int replica) {
        return Optional.ofNullable(latest.get(replica));
    }

    public boolean wantsLater(int replica, long view) {
        Authenticated<ViewChange> signed = latest.get(replica);
        return signed != null && signed.message().view() > view;
    }

    /** Which views the other replicas want, in ascending order. Asked at every tick. */
    public long[] wantedByOthers(int self) {
        long[] wanted = new long[latest.size()];
        int count = 0;
        for (Authenticated<ViewChange> signed : latest) {
            if (signed != null && signed.sender() != self) {
                wanted[count++] = signed.message().view();
            }
        }
        Arrays.sort(wanted, 0, count);
        return Arrays.copyOf(wanted, count);
    }

    public long countAtOrAbove(long view) {
        return latest.stream()
                .filter(signed -> signed != null && signed.message().view() >= view)
                .count();
    }

    /** Those for just this view, by ascending sender. */
    public List<Authenticated<ViewChange>> forView(long view) {
        return latest.stream()
                .filter(Objects::nonNull)
                .filter(signed -> signed.message().view() == view)
                .toList();
    }

    public long stateHash() {
        long hash = 1;
        for (Authenticated<ViewChange> signed : latest) {
            hash = 31 * hash + (signed == null ? -1 : signed.message().view());
        }
        return hash;
    }
}
