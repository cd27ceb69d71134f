package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.LifeMessage;
import org.tagma.core.protocol.LifeMessage.LifeQuery;
import org.tagma.core.protocol.LifeMessage.LifeReply;
import org.tagma.core.protocol.LifeMessage.Position;
import org.tagma.core.protocol.LifeRecord;
import org.tagma.core.protocol.LifeRecord.Life;
import org.tagma.core.protocol.LogRecord;
import org.tagma.core.protocol.Message;
import org.tagma.network.wire.KnownLivesRecord;
import org.tagma.network.wire.LifePart;
import org.tagma.network.wire.LifeQueryPayload;
import org.tagma.network.wire.LifeReplyPayload;
import org.tagma.network.wire.LogRecordPayload;

/** What replicas say and remember of each other's lives. */
final class LifeCodec {

    private static final StrictParser<LifeQueryPayload> QUERY = new StrictParser<>(LifeQueryPayload.parser());
    private static final StrictParser<LifeReplyPayload> REPLY = new StrictParser<>(LifeReplyPayload.parser());

    private LifeCodec() {}

    static MessageLite encode(LifeMessage message) {
        if (message instanceof LifeQuery query) {
            return LifeQueryPayload.newBuilder()
                    .setNonce(query.nonce())
                    .setIncarnation(query.incarnation())
                    .build();
        }
        LifeReply reply = (LifeReply) message;
        return LifeReplyPayload.newBuilder()
                .setNonce(reply.nonce())
                .setLife(part(reply.life()))
                .setView(reply.position().view())
                .setSequence(reply.position().sequence())
                .build();
    }

    static LogRecordPayload encode(LifeRecord life) {
        LogRecordPayload.Builder payload = LogRecordPayload.newBuilder();
        if (life instanceof LifeRecord.OwnLife own) {
            return payload.setOwnLife(part(own.life())).build();
        }
        KnownLivesRecord.Builder known = KnownLivesRecord.newBuilder();
        ((LifeRecord.KnownLives) life).lives().forEach(each -> known.addLives(part(each)));
        return payload.setKnownLives(known).build();
    }

    private static LifePart part(Life life) {
        return LifePart.newBuilder()
                .setIncarnation(life.incarnation())
                .setNonce(life.nonce())
                .build();
    }

    static Message query(ByteString bytes) throws Rejection {
        LifeQueryPayload payload = QUERY.parse(bytes);
        return new LifeQuery(
                Checks.counter("nonce", payload.getNonce()), Checks.counter("incarnation", payload.getIncarnation()));
    }

    static Message reply(ByteString bytes) throws Rejection {
        LifeReplyPayload payload = REPLY.parse(bytes);
        Checks.present("life", payload.hasLife());
        Position position = new Position(
                Checks.counter("view", payload.getView()), Checks.counter("sequence", payload.getSequence()));
        return new LifeReply(Checks.counter("nonce", payload.getNonce()), life(payload.getLife()), position);
    }

    static LogRecord ownLife(LifePart own) throws Rejection {
        return new LifeRecord.OwnLife(life(own));
    }

    static LogRecord knownLives(KnownLivesRecord known) throws Rejection {
        Checks.atMost("lives", known.getLivesCount(), CodecLimits.MAX_NODES);
        List<Life> lives = new ArrayList<>();
        for (LifePart each : known.getLivesList()) {
            lives.add(life(each));
        }
        return new LifeRecord.KnownLives(lives);
    }

    private static Life life(LifePart part) throws Rejection {
        return new Life(Checks.counter("incarnation", part.getIncarnation()), Checks.counter("nonce", part.getNonce()));
    }
}
