package dev.weir.server.access;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.weir.Bytes;
import dev.weir.Event;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * One line of the access log: a request that has ended, or a stream that begins. It never holds the query of a request, which may
 * carry secrets.
 *
 * @param what the type of the event: {@code request}, {@code opened} or {@code closed}
 * @param protocol {@code http} or {@code grpc}
 * @param method HTTP's method, or gRPC's type of call
 * @param path the path, or the full name of gRPC's method; cut at 256 characters
 * @param peer the address of the other end, without its port
 * @param status HTTP's status or gRPC's code; empty for a stream that begins
 * @param took how long; zero for a stream that begins
 * @param bytes what was sent in the body, if known
 */
public record AccessEntry(
        What what,
        String protocol,
        String method,
        String path,
        String peer,
        OptionalInt status,
        Duration took,
        OptionalLong bytes) {

    /** Buffers of a pool: those of a thread would stay with each connection, which has one of its own. */
    private static final JsonFactory JSON = JsonFactory.builder()
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build();

    private static final int LONGEST = 256;

    /** What an entry tells. */
    public enum What {
        /** A request was answered. */
        REQUEST("request"),
        /** A stream was asked for. */
        OPENED("opened"),
        /** A stream has ended, or was refused. */
        CLOSED("closed");

        private final String type;

        What(String type) {
            this.type = type;
        }
    }

    /** The entry for the end of what this one has begun. */
    AccessEntry ended(What what, int status, Duration took, OptionalLong bytes) {
        return new AccessEntry(what, protocol, method, path, peer, OptionalInt.of(status), took, bytes);
    }

    Event toEvent() {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            json.writeStartObject();
            json.writeStringField(
                    "time", Instant.now().truncatedTo(ChronoUnit.MILLIS).toString());
            json.writeStringField("event", what.type);
            json.writeStringField("protocol", protocol);
            json.writeStringField("method", method);
            json.writeStringField("path", path.length() > LONGEST ? path.substring(0, LONGEST) : path);
            json.writeStringField("peer", peer);
            if (status.isPresent()) {
                json.writeNumberField("status", status.getAsInt());
                json.writeNumberField("durationMs", took.toMillis());
            }
            if (bytes.isPresent()) {
                json.writeNumberField("bytes", bytes.getAsLong());
            }
            json.writeEndObject();
        } catch (IOException impossible) {
            throw new UncheckedIOException(impossible);
        }
        return Event.of(what.type, Bytes.owned(out.toByteArray()));
    }
}
