package org.tagma.core.state;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import java.util.List;
import java.util.TreeMap;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.tagma.core.state.StateProof.Finding;
import org.tagma.core.state.States.Write;

class StateProofTest {

    @Provide
    Arbitrary<List<Write>> writes() {
        return States.writes();
    }

    @Provide
    Arbitrary<ByteString> keys() {
        return States.keys();
    }

    @Property(tries = 500)
    void provesWhatIsThereAndWhatIsNot(@ForAll("writes") List<Write> writes, @ForAll("keys") ByteString key) {
        MerkleTree tree = States.tree(writes);
        TreeMap<ByteString, ByteString> model = States.model(writes);
        Finding expected = model.containsKey(key) ? new Finding.Present(model.get(key)) : new Finding.Absent();

        assertThat(tree.prove(key).check(tree.root())).isEqualTo(expected);
    }

    /** Whatever anybody makes of a proof, it does not show something else. */
    @Property(tries = 100)
    void noChangedByteShowsSomethingElse(@ForAll("writes") List<Write> writes, @ForAll("keys") ByteString key) {
        MerkleTree tree = States.tree(writes);
        StateProof proof = tree.prove(key);
        byte[] path = proof.path().toByteArray();
        for (int at = 0; at < path.length; at++) {
            for (int bit = 0; bit < Byte.SIZE; bit++) {
                byte[] changed = path.clone();
                changed[at] ^= (byte) (1 << bit);
                StateProof forged = new StateProof(key, ByteString.copyFrom(changed));
                assertThat(forged.check(tree.root())).as("byte %d", at).isEqualTo(new Finding.Invalid());
            }
            StateProof shortened = new StateProof(key, proof.path().substring(0, at));
            assertThat(shortened.check(tree.root())).isEqualTo(new Finding.Invalid());
        }
        StateProof longer = new StateProof(key, proof.path().concat(ByteString.copyFromUtf8("x")));
        assertThat(longer.check(tree.root())).isEqualTo(new Finding.Invalid());
    }

    @Property(tries = 500)
    void aProofOfOneKeyShowsNothingFalseOfAnother(
            @ForAll("writes") List<Write> writes, @ForAll("keys") ByteString one, @ForAll("keys") ByteString other) {
        MerkleTree tree = States.tree(writes);
        Finding finding = new StateProof(other, tree.prove(one).path()).check(tree.root());

        if (!(finding instanceof Finding.Invalid)) {
            assertThat(finding).isEqualTo(tree.prove(other).check(tree.root()));
        }
    }

    @Property(tries = 300)
    void aProofIsOfOneStateOnly(@ForAll("writes") List<Write> one, @ForAll("writes") List<Write> other) {
        MerkleTree tree = States.tree(one);
        MerkleTree another = States.tree(other);
        ByteString key = ByteString.copyFromUtf8("a");

        if (!tree.root().equals(another.root())) {
            assertThat(tree.prove(key).check(another.root())).isEqualTo(new Finding.Invalid());
        }
    }

    @Example
    void aProofIsShortHoweverLargeTheStateIs() {
        MerkleTree tree = States.numbered(20_000, 100);

        StateProof proof = tree.prove(States.key(12_345));

        assertThat(proof.check(tree.root())).isInstanceOf(Finding.Present.class);
        assertThat(proof.path().size()).isLessThan(2_000);
    }
}
