package org.tagma.simulator.pbft;

import com.google.protobuf.ByteString;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.pbft.message.PbftMessage.PrePrepare;
import org.tagma.core.protocol.Action;
import org.tagma.core.protocol.Batch;
import org.tagma.core.protocol.Event;
import org.tagma.core.protocol.Message;
import org.tagma.core.protocol.Request;
import org.tagma.network.codec.MessageCodec;
import org.tagma.simulator.faults.Misbehaviour;
import org.tagma.simulator.faults.Outgoing;
import org.tagma.simulator.faults.Situation;

/**
 * Proposes, now and then, what no client asked for: a request of a client with a higher number, and with the proof that
 * the client gave for another one.
 */
final class ForgedRequests implements Misbehaviour {

    private static final double HOW_OFTEN = 0.2;

    private final Situation situation;

    ForgedRequests(Situation situation) {
        this.situation = situation;
    }

    @Override
    public List<Action> act(Event event, List<Action> actions) {
        return Outgoing.retell(
                situation.replicas(), actions, this::isItsTurn, (to, message) -> List.of(forged(message)));
    }

    private boolean isItsTurn(Message message) {
        return message instanceof PrePrepare proposal
                && !proposal.batch().requests().isEmpty()
                && situation.chance(HOW_OFTEN);
    }

    private static PrePrepare forged(Message message) {
        PrePrepare proposal = (PrePrepare) message;
        List<Request> requests = new ArrayList<>(proposal.batch().requests());
        Request truth = requests.get(requests.size() - 1);
        long number = truth.number() + 1;
        ByteString operation = truth.operation();
        ByteString payload = MessageCodec.encodeRequestPayload(truth.session(), number, truth.semantics(), operation);
        requests.set(
                requests.size() - 1,
                Request.of(truth.session(), number, truth.semantics(), operation, payload, truth.authenticator()));
        return new PrePrepare(
                proposal.view(), proposal.sequence(), Batch.of(proposal.batch().timeMillis(), requests));
    }
}
