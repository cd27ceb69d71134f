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
import org.tagma.network.wire.KnownLivesRecord;
import org.tagma.network.wire.LifePart;
import org.tagma.network.wire.LifeQueryPayload;
import org.tagma.network.wire.LifeReplyPayload;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.RecordKind;
import org.tagma.protocol.Rejection;

/** What replicas say and remember of each other's lives. */
final class LifeCodec {

    private static final StrictParser<LifeQueryPayload> QUERY = new StrictParser<>(LifeQueryPayload.parser());
    private static final StrictParser<LifeReplyPayload> REPLY = new StrictParser<>(LifeReplyPayload.parser());

    private static final StrictParser<LifePart> OWN_LIFE = new StrictParser<>(LifePart.parser());
    private static final StrictParser<KnownLivesRecord> KNOWN_LIVES = new StrictParser<>(KnownLivesRecord.parser());

    /** The records of every protocol. */
    static final List<RecordKind<?>> RECORDS = List.of(
            new RecordKind<>(
                    LogRecordPayload.OWN_LIFE_FIELD_NUMBER,
                    LifeRecord.OwnLife.class,
                    own -> part(own.life()).toByteString(),
                    (bytes, context) -> ownLife(bytes)),
            new RecordKind<>(
                    LogRecordPayload.KNOWN_LIVES_FIELD_NUMBER,
                    LifeRecord.KnownLives.class,
                    LifeCodec::encode,
                    (bytes, context) -> knownLives(bytes)));

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

    private static ByteString encode(LifeRecord.KnownLives lives) {
        KnownLivesRecord.Builder known = KnownLivesRecord.newBuilder();
        lives.lives().forEach(each -> known.addLives(part(each)));
        return known.build().toByteString();
    }

    private static LifePart part(Life life) {
        return LifePart.newBuilder()
                .setIncarnation(life.incarnation())
                .setNonce(life.nonce())
                .build();
    }

    static LifeQuery query(ByteString bytes) throws Rejection {
        LifeQueryPayload payload = QUERY.parse(bytes);
        return new LifeQuery(
                Checks.counter("nonce", payload.getNonce()), Checks.counter("incarnation", payload.getIncarnation()));
    }

    static LifeReply reply(ByteString bytes) throws Rejection {
        LifeReplyPayload payload = REPLY.parse(bytes);
        Checks.present("life", payload.hasLife());
        Position position = new Position(
                Checks.counter("view", payload.getView()), Checks.counter("sequence", payload.getSequence()));
        return new LifeReply(Checks.counter("nonce", payload.getNonce()), life(payload.getLife()), position);
    }

    private static LifeRecord.OwnLife ownLife(ByteString bytes) throws Rejection {
        return new LifeRecord.OwnLife(life(OWN_LIFE.parse(bytes)));
    }

    private static LifeRecord.KnownLives knownLives(ByteString bytes) throws Rejection {
        KnownLivesRecord known = KNOWN_LIVES.parse(bytes);
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
