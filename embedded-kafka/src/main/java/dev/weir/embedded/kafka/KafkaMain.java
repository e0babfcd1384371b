package dev.weir.embedded.kafka;

import dev.weir.embedded.kafka.EmbeddedKafka.Settings;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;

/**
 * The main class of a {@link ChildKafka}'s process, and both ends of what is said over its standard streams: the
 * settings come in, one line that starts with {@link #READY} goes out, and the end of the input ends the process, so
 * that it never outlives its parent.
 */
final class KafkaMain {
    static final String READY = "embedded-kafka ready";

    private static final int FAULT = 70;

    private KafkaMain() {}

    @SuppressWarnings("SystemExitOutsideMain")
    public static void main(String[] arguments) throws IOException {
        InputStream parent = System.in;
        EmbeddedKafka kafka;
        try {
            kafka = EmbeddedKafka.start(receive(parent));
        } catch (RuntimeException e) {
            e.printStackTrace();
            Runtime.getRuntime().halt(1);
            return;
        }
        Runtime.getRuntime().addShutdownHook(new Thread(kafka::close, "embedded-kafka-shutdown"));
        kafka.fault().thenAccept(failure -> Runtime.getRuntime().halt(FAULT));
        System.out.println(READY + " " + kafka.bootstrap());
        parent.transferTo(OutputStream.nullOutputStream());
        System.exit(0);
    }

    static void send(Settings settings, OutputStream child) throws IOException {
        DataOutputStream out = new DataOutputStream(child);
        out.writeUTF(settings.data().toString());
        out.writeInt(settings.port());
        out.writeUTF(settings.host());
        out.writeInt(settings.properties().size());
        for (Map.Entry<String, String> property : settings.properties().entrySet()) {
            out.writeUTF(property.getKey());
            out.writeUTF(property.getValue());
        }
        out.flush();
    }

    private static Settings receive(InputStream parent) throws IOException {
        DataInputStream in = new DataInputStream(parent);
        Path data = Path.of(in.readUTF());
        int port = in.readInt();
        String host = in.readUTF();
        Map<String, String> properties = new HashMap<>();
        for (int i = in.readInt(); i > 0; i--) {
            properties.put(in.readUTF(), in.readUTF());
        }
        return new Settings(data, port, host, properties);
    }
}
