package org.tagma.network.codec;

import com.google.protobuf.ByteString;
import com.google.protobuf.MessageLite;
import java.util.ArrayList;
import java.util.List;
import org.tagma.core.protocol.IncarnationMessage;
import org.tagma.core.protocol.IncarnationMessage.IncarnationQuery;
import org.tagma.core.protocol.IncarnationMessage.IncarnationReply;
import org.tagma.core.protocol.IncarnationMessage.Position;
import org.tagma.core.protocol.IncarnationRecord;
import org.tagma.core.protocol.IncarnationRecord.Incarnation;
import org.tagma.network.wire.IncarnationPart;
import org.tagma.network.wire.IncarnationQueryPayload;
import org.tagma.network.wire.IncarnationReplyPayload;
import org.tagma.network.wire.KnownIncarnationsRecord;
import org.tagma.network.wire.LogRecordPayload;
import org.tagma.protocol.CodecLimits;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.RecordKind;

/** What replicas say and remember of each other's incarnations. */
final class IncarnationCodec {

    private static final StrictParser<IncarnationQueryPayload> QUERY =
            new StrictParser<>(IncarnationQueryPayload.parser());
    private static final StrictParser<IncarnationReplyPayload> REPLY =
            new StrictParser<>(IncarnationReplyPayload.parser());

    private static final StrictParser<IncarnationPart> OWN_INCARNATION = new StrictParser<>(IncarnationPart.parser());
    private static final StrictParser<KnownIncarnationsRecord> KNOWN_LIVES =
            new StrictParser<>(KnownIncarnationsRecord.parser());

    /** The records of every protocol. */
    static final List<RecordKind<?>> RECORDS = List.of(
            new RecordKind<>(
                    LogRecordPayload.OWN_LIFE_FIELD_NUMBER,
                    IncarnationRecord.OwnIncarnation.class,
                    own -> part(own.incarnation()).toByteString(),
                    (bytes, context) -> ownIncarnation(bytes)),
            new RecordKind<>(
                    LogRecordPayload.KNOWN_LIVES_FIELD_NUMBER,
                    IncarnationRecord.KnownIncarnations.class,
                    IncarnationCodec::encode,
                    (bytes, context) -> knownIncarnations(bytes)));

    private IncarnationCodec() {}

    static MessageLite encode(IncarnationMessage message) {
        if (message instanceof IncarnationQuery query) {
            return IncarnationQueryPayload.newBuilder()
                    .setNonce(query.nonce())
                    .setIncarnation(query.incarnation())
                    .build();
        }
        IncarnationReply reply = (IncarnationReply) message;
        return IncarnationReplyPayload.newBuilder()
                .setNonce(reply.nonce())
                .setIncarnation(part(reply.incarnation()))
                .setView(reply.position().view())
                .setSequence(reply.position().sequence())
                .build();
    }

    private static ByteString encode(IncarnationRecord.KnownIncarnations incarnations) {
        KnownIncarnationsRecord.Builder known = KnownIncarnationsRecord.newBuilder();
        incarnations.incarnations().forEach(each -> known.addIncarnations(part(each)));
        return known.build().toByteString();
    }

    private static IncarnationPart part(Incarnation incarnation) {
        return IncarnationPart.newBuilder()
                .setIncarnation(incarnation.number())
                .setNonce(incarnation.nonce())
                .build();
    }

    static IncarnationQuery query(ByteString bytes) throws InvalidMessageException {
        IncarnationQueryPayload payload = QUERY.parse(bytes);
        return new IncarnationQuery(
                Checks.counter("nonce", payload.getNonce()), Checks.counter("incarnation", payload.getIncarnation()));
    }

    static IncarnationReply reply(ByteString bytes) throws InvalidMessageException {
        IncarnationReplyPayload payload = REPLY.parse(bytes);
        Checks.present("incarnation", payload.hasIncarnation());
        Position position = new Position(
                Checks.counter("view", payload.getView()), Checks.counter("sequence", payload.getSequence()));
        return new IncarnationReply(
                Checks.counter("nonce", payload.getNonce()), incarnation(payload.getIncarnation()), position);
    }

    private static IncarnationRecord.OwnIncarnation ownIncarnation(ByteString bytes) throws InvalidMessageException {
        return new IncarnationRecord.OwnIncarnation(incarnation(OWN_INCARNATION.parse(bytes)));
    }

    private static IncarnationRecord.KnownIncarnations knownIncarnations(ByteString bytes)
            throws InvalidMessageException {
        KnownIncarnationsRecord known = KNOWN_LIVES.parse(bytes);
        Checks.atMost("lives", known.getIncarnationsCount(), CodecLimits.MAX_NODES);
        List<Incarnation> incarnations = new ArrayList<>();
        for (IncarnationPart each : known.getIncarnationsList()) {
            incarnations.add(incarnation(each));
        }
        return new IncarnationRecord.KnownIncarnations(incarnations);
    }

    private static Incarnation incarnation(IncarnationPart part) throws InvalidMessageException {
        return new Incarnation(
                Checks.counter("incarnation", part.getIncarnation()), Checks.counter("nonce", part.getNonce()));
    }
}
