package dev.weir.transport.grpc;

import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What gRPC logs meanwhile. */
final class Noise extends Handler implements AutoCloseable {

    final Queue<String> records = new ConcurrentLinkedQueue<>();
    private final Logger grpc = Logger.getLogger("io.grpc");

    Noise() {
        grpc.addHandler(this);
    }

    @Override
    public void publish(LogRecord entry) {
        records.add(entry.getLevel() + " " + entry.getLoggerName() + " " + entry.getMessage());
    }

    @Override
    public void flush() {}

    @Override
    public void close() {
        grpc.removeHandler(this);
    }
}
