package org.tagma.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.TreeSet;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.tagma.core.state.States.Write;

class MerkleTreePropertyTest {

    @Provide
    Arbitrary<List<Write>> writes() {
        return States.writes();
    }

    @Provide
    Arbitrary<ByteString> keys() {
        return States.keys();
    }

    @Property(tries = 500)
    void behavesAsASortedMap(
            @ForAll("writes") List<Write> writes, @ForAll("keys") ByteString from, @ForAll("keys") ByteString before) {
        MerkleStateStore store = new MerkleStateStore();
        TreeMap<ByteString, ByteString> model = new TreeMap<>(ByteString.unsignedLexicographicalComparator());
        for (Write write : writes) {
            if (write.value().isEmpty()) {
                assertThat(store.delete(write.key())).isEqualTo(model.remove(write.key()) != null);
            } else {
                store.put(write.key(), write.value().get());
                model.put(write.key(), write.value().get());
            }
            assertThat(store.get(write.key())).isEqualTo(write.value());
        }

        assertThat(States.list(store.entries())).isEqualTo(States.list(model));
        assertThat(States.list(store.range(from, Optional.empty()))).isEqualTo(States.list(model.tailMap(from)));
        if (model.comparator().compare(from, before) <= 0) {
            assertThat(States.list(store.range(from, Optional.of(before))))
                    .isEqualTo(States.list(model.subMap(from, before)));
        }
        assertThat(States.list(store.withPrefix(from)))
                .isEqualTo(States.list(model).stream()
                        .filter(entry -> entry.key().startsWith(from))
                        .toList());
        assertThat(store.get(from)).isEqualTo(Optional.ofNullable(model.get(from)));
    }

    @Property(tries = 500)
    void theRootDependsOnTheEntriesAndNotOnHowTheyCameAbout(
            @ForAll("writes") List<Write> writes, @ForAll Random random) {
        MerkleTree tree = States.tree(writes);
        TreeMap<ByteString, ByteString> model = States.model(writes);
        List<ByteString> shuffled = new ArrayList<>(model.keySet());
        Collections.shuffle(shuffled, random);
        MerkleStateStore other = new MerkleStateStore();
        for (ByteString key : shuffled) {
            other.put(key, model.get(key));
            // Digests that were computed on the way must not stay where something changed below them.
            other.tree().root();
        }

        assertThat(other.tree().root()).isEqualTo(tree.root());
        assertThat(tree.bytes())
                .isEqualTo(States.list(model).stream()
                        .mapToLong(entry ->
                                1 + entry.key().size() + (long) entry.value().size())
                        .sum());
        assertThat(tree.root().equals(StateRoot.EMPTY)).isEqualTo(model.isEmpty());
    }

    @Property(tries = 500)
    void differentEntriesHaveDifferentRoots(@ForAll("writes") List<Write> one, @ForAll("writes") List<Write> other) {
        assertThat(States.tree(one).root().equals(States.tree(other).root()))
                .isEqualTo(States.model(one).equals(States.model(other)));
    }

    @Property(tries = 300)
    void aTreeStaysAsItWasWhateverIsWrittenLater(
            @ForAll("writes") List<Write> writes, @ForAll("writes") List<Write> later) {
        MerkleStateStore store = new MerkleStateStore();
        writes.forEach(write -> States.write(store, write));
        MerkleTree kept = store.tree();
        StateRoot root = kept.root();
        later.forEach(write -> States.write(store, write));

        assertThat(States.list(kept.entries())).isEqualTo(States.list(States.model(writes)));
        assertThat(MerkleTree.decode(kept.encode()).orElseThrow().root()).isEqualTo(root);
    }

    @Property(tries = 500)
    void changesAreWhatDiffers(@ForAll("writes") List<Write> writes, @ForAll("writes") List<Write> later) {
        List<Write> both = new ArrayList<>(writes);
        both.addAll(later);
        TreeMap<ByteString, ByteString> before = States.model(writes);
        TreeMap<ByteString, ByteString> after = States.model(both);
        TreeSet<ByteString> keys = new TreeSet<>(ByteString.unsignedLexicographicalComparator());
        keys.addAll(before.keySet());
        keys.addAll(after.keySet());
        List<StateChange> expected = keys.stream()
                .map(key ->
                        new StateChange(key, Optional.ofNullable(before.get(key)), Optional.ofNullable(after.get(key))))
                .filter(change -> !change.before().equals(change.after()))
                .toList();

        List<StateChange> found = new ArrayList<>();
        States.tree(both).changesSince(States.tree(writes)).forEachRemaining(found::add);

        assertThat(found).isEqualTo(expected);
    }
}
