package dev.weir.benchmarks;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedOutputStream;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Kafka without anything shared: a consumer for each client, on a virtual thread that blocks. */
final class ConsumerServer implements Baseline.Served {

    private static final byte[] LAST_CHUNK = "0\r\n\r\n".getBytes(US_ASCII);

    private final ServerSocket listener;
    private final String bootstrap;
    private final TopicPartition partition;

    ConsumerServer(int port, String bootstrap, String topic) throws IOException {
        this.bootstrap = bootstrap;
        partition = new TopicPartition(topic, 0);
        listener = new ServerSocket(port, 4096, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().name("accept").start(this::accept);
    }

    @Override
    public int port() {
        return listener.getLocalPort();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket socket = listener.accept();
                Thread.ofVirtual().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket;
                BufferedReader in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
                OutputStream out = new BufferedOutputStream(socket.getOutputStream(), 64 << 10)) {
            socket.setTcpNoDelay(true);
            String request = in.readLine();
            for (String line = request; line != null && !line.isEmpty(); ) {
                line = in.readLine();
            }
            follow(out, Baseline.limit(String.valueOf(request)));
            out.write(LAST_CHUNK);
        } catch (IOException gone) {
            // the client has left
        }
    }

    /** The head tells that the consumer has its place, so that a client who has it gets what comes from then on. */
    private void follow(OutputStream out, long limit) throws IOException {
        try (var consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", bootstrap), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
            consumer.assign(List.of(partition));
            if (limit > 0) {
                consumer.seekToBeginning(List.of(partition));
            } else {
                consumer.seekToEnd(List.of(partition));
            }
            consumer.position(partition);
            out.write(Baseline.HEAD);
            out.flush();
            long sent = 0;
            while (limit == 0 || sent < limit) {
                for (ConsumerRecord<byte[], byte[]> record : consumer.poll(Duration.ofSeconds(1))) {
                    if (limit == 0 || sent < limit) {
                        write(out, record);
                        sent++;
                    }
                }
                out.flush();
            }
        }
    }

    /** One event in one chunk. */
    private static void write(OutputStream out, ConsumerRecord<byte[], byte[]> record) throws IOException {
        byte[] head = ("id: " + Baseline.id(record.offset()) + "\ndata: ").getBytes(US_ASCII);
        out.write((Integer.toHexString(head.length + record.value().length + 2) + "\r\n").getBytes(US_ASCII));
        out.write(head);
        out.write(record.value());
        out.write("\n\n\r\n".getBytes(US_ASCII));
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException gone) {
            // it is closed all the same
        }
    }
}
