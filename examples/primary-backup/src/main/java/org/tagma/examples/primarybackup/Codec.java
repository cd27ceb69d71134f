package org.tagma.examples.primarybackup;

import com.google.protobuf.ByteString;
import java.util.List;
import org.tagma.examples.primarybackup.BackupMessage.Ack;
import org.tagma.examples.primarybackup.BackupMessage.Heartbeat;
import org.tagma.examples.primarybackup.BackupMessage.Update;
import org.tagma.network.codec.PayloadReader;
import org.tagma.network.codec.PayloadWriter;
import org.tagma.protocol.DecodeContext;
import org.tagma.protocol.InvalidMessageException;
import org.tagma.protocol.MessageKind;
import org.tagma.protocol.Proof;
import org.tagma.protocol.RecordKind;

/** How messages and records are written. Replicas do not lie, so a MAC is proof enough of each. */
final class Codec {

    static final List<MessageKind<?>> MESSAGES = List.of(
            new MessageKind<>(96, "UPDATE", Update.class, Proof.MAC, Codec::update, Codec::update),
            new MessageKind<>(97, "ACK", Ack.class, Proof.MAC, Codec::ack, Codec::ack),
            new MessageKind<>(98, "HEARTBEAT", Heartbeat.class, Proof.MAC, Codec::heartbeat, Codec::heartbeat));

    static final List<RecordKind<?>> RECORDS =
            List.of(new RecordKind<>(96, Begun.class, begun -> ByteString.EMPTY, (bytes, context) -> new Begun()));

    private Codec() {}

    private static ByteString update(Update update) {
        return new PayloadWriter()
                .number(update.view())
                .number(update.committed())
                .number(update.sequence())
                .batch(update.batch())
                .done();
    }

    private static Update update(ByteString payload, DecodeContext context) throws InvalidMessageException {
        PayloadReader reader = new PayloadReader(payload, context);
        Update update = new Update(
                reader.number("view"), reader.number("committed"), reader.number("sequence"), reader.batch("batch"));
        reader.end();
        return update;
    }

    private static ByteString ack(Ack ack) {
        return new PayloadWriter()
                .number(ack.view())
                .number(ack.committed())
                .number(ack.sequence())
                .done();
    }

    private static Ack ack(ByteString payload, DecodeContext context) throws InvalidMessageException {
        PayloadReader reader = new PayloadReader(payload, context);
        Ack ack = new Ack(reader.number("view"), reader.number("committed"), reader.number("sequence"));
        reader.end();
        return ack;
    }

    private static ByteString heartbeat(Heartbeat heartbeat) {
        return new PayloadWriter()
                .number(heartbeat.view())
                .number(heartbeat.committed())
                .done();
    }

    private static Heartbeat heartbeat(ByteString payload, DecodeContext context) throws InvalidMessageException {
        PayloadReader reader = new PayloadReader(payload, context);
        Heartbeat heartbeat = new Heartbeat(reader.number("view"), reader.number("committed"));
        reader.end();
        return heartbeat;
    }
}
