package org.tagma.core.pbft;

import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.tagma.core.pbft.message.PbftEvidence;
import org.tagma.core.pbft.message.PbftHalt;
import org.tagma.core.pbft.message.PbftMessage.CheckpointCertificate;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.TransferMessage.Answer;
import org.tagma.core.protocol.TransferMessage.Question;
import org.tagma.core.service.FetchOutcome;
import org.tagma.core.service.ServingBudget;
import org.tagma.core.service.StateFetcher;
import org.tagma.core.state.MerkleTree;
import org.tagma.core.state.NodeStore;

/** Brings this replica to a certified checkpoint by fetching the state from others (PBFT 5.3). */
final class StateTransfer {

    /** After so many ticks without an answer of this replica's own store, it has none to give. */
    private static final int OWN_STORE_PATIENCE_TICKS = 3;

    private final PbftState state;
    private final StateFetcher fetcher;
    private final ServingBudget serving = new ServingBudget();
    /** What is being fetched or installed. */
    private CheckpointCertificate target = CheckpointCertificate.GENESIS;
    /** It is this replica's own store that is asked, and has been silent since then. */
    private boolean fromOwnStore;

    private long askedOwnStoreAtTick;

    /** It has said that the state does not fit here; the next one may. */
    private boolean saidTooLarge;

    StateTransfer(PbftState state, Optional<NodeStore> store) {
        this.state = state;
        this.fetcher = new StateFetcher(state.config.transfer(), store);
    }

    boolean isActive() {
        return fetcher.isActive() || state.installing;
    }

    void start(CheckpointCertificate certificate) {
        // To turn to every new one would never end. Others keep a checkpoint until the one after the next is stable,
        // and as long as it is asked for.
        long interval = state.config.checkpointInterval();
        boolean otherIsKept = certificate.sequence() < target.sequence() + 2 * interval || fetcher.isGettingAhead();
        if (state.installing || (isActive() && otherIsKept)) {
            return;
        }
        fetchFromOthers(certificate);
    }

    private void fetchFromOthers(CheckpointCertificate certificate) {
        fromOwnStore = false;
        target = certificate;
        if (!saidTooLarge) {
            state.announce("fetching the state at checkpoint " + certificate.sequence() + " (this replica is at "
                    + state.lastCommitted + ")");
        }
        List<Integer> sources = IntStream.range(0, state.quorums.replicas())
                .filter(replica -> replica != state.self)
                .boxed()
                .toList();
        ask(fetcher.start(certificate.sequence(), certificate.stateDigest(), sources));
    }

    /** Takes the state from this replica's own store, after a restart; from the others if it is not whole there. */
    void restore(CheckpointCertificate certificate) {
        fromOwnStore = true;
        askedOwnStoreAtTick = state.tick;
        target = certificate;
        ask(fetcher.start(certificate.sequence(), certificate.stateDigest(), List.of(state.self)));
    }

    /** This replica's own state, as of its newest checkpoint: what is the same in a later one is not fetched. */
    void have(Optional<MerkleTree> newest) {
        fetcher.have(newest);
    }

    /** What was fetched last. */
    CheckpointCertificate target() {
        return target;
    }

    void stop() {
        fetcher.stop();
    }

    void onTick() {
        serving.renew();
        boolean silent = state.tick - askedOwnStoreAtTick >= OWN_STORE_PATIENCE_TICKS;
        if (fromOwnStore && fetcher.isActive() && silent) {
            fetchFromOthers(target);
        }
        ask(fetcher.onTick());
    }

    private void ask(List<StateFetcher.Ask> asks) {
        for (StateFetcher.Ask ask : asks) {
            if (ask.to() == state.self) {
                state.emit(new Action.ServeState(state.self, ask.question()));
            } else {
                state.send(ask.to(), ask.question());
            }
        }
    }

    void onQuestion(int sender, Question question) {
        if (sender != state.self && serving.allows(sender, question)) {
            state.emit(new Action.ServeState(sender, question));
        }
    }

    PbftVerdict onAnswer(int sender, Answer answer) {
        if (sender == state.self) {
            askedOwnStoreAtTick = state.tick;
        }
        FetchOutcome outcome = fetcher.onAnswer(sender, answer);
        if (outcome instanceof FetchOutcome.Accepted accepted) {
            ask(accepted.asks());
        } else if (outcome instanceof FetchOutcome.Banned banned && banned.source() == state.self) {
            state.announce("its own copy of checkpoint " + target.sequence() + " is damaged: " + banned.reason());
            fetchFromOthers(target);
        } else if (outcome instanceof FetchOutcome.Banned banned) {
            state.reportEvidence(banned.source(), new PbftEvidence.FalseState(banned.reason()));
            ask(banned.asks());
        } else if (outcome instanceof FetchOutcome.Completed done) {
            install(done);
        } else if (outcome instanceof FetchOutcome.Unusable unusable) {
            refuse(unusable);
        } else {
            return PbftVerdict.UNEXPECTED;
        }
        return PbftVerdict.ACCEPT;
    }

    private void refuse(FetchOutcome.Unusable unusable) {
        if (unusable.reason() != FetchOutcome.Reason.STATE_TOO_LARGE) {
            state.emit(new Action.Halt(new PbftHalt.UnusableState(unusable.reason())));
        } else if (!saidTooLarge) {
            saidTooLarge = true;
            state.announce(unusable.tooLargeToTake(target.sequence(), state.config.transfer()));
        }
    }

    private void install(FetchOutcome.Completed done) {
        // Batches may have come faster than the state. To go back would execute them twice (fabric PR 1174).
        if (done.sequence() > state.lastCommitted) {
            state.installing = true;
            saidTooLarge = false;
            if (!fromOwnStore) {
                state.announce("has the state at checkpoint " + done.sequence() + ", for which it fetched "
                        + fetcher.fetchedBytes() + " bytes");
            }
            state.reserve(done.sequence());
            state.emit(new Action.InstallState(done.sequence(), done.stateDigest(), done.snapshot(), done.tree()));
        } else {
            fetcher.stop();
        }
    }
}
