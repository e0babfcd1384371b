package dev.weir.server.demo;

import dev.weir.Bytes;
import dev.weir.Event;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;

/**
 * The time, in one place after the other. The key of an event is the place; Kafka's hash puts these three into the three partitions
 * in turn. Used by one thread.
 */
final class Clock {

    static final int PARTITIONS = 3;
    static final List<String> PLACES = List.of("Europe/Berlin", "Asia/Tokyo", "America/New_York");

    private long ticks;

    Event next() {
        String place = PLACES.get((int) (ticks++ % PLACES.size()));
        ZonedDateTime now = Instant.now().truncatedTo(ChronoUnit.MILLIS).atZone(ZoneId.of(place));
        String data = "{\"time\":\"%s\",\"place\":\"%s\",\"local\":\"%s\"}"
                .formatted(now.toInstant(), place, now.format(DateTimeFormatter.ofPattern("HH:mm:ss")));
        return Event.of(null, data).withKey(Bytes.utf8(place));
    }
}
