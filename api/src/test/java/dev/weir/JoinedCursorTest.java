package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Queue;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JoinedCursorTest {

    private final Sources sources = new Sources();
    private final Stub a = new Stub("1.aaa.eee.AAA");
    private final Stub b = new Stub("1.bbb.eee.AAA");

    @AfterEach
    void close() {
        sources.close();
    }

    private Cursor open(String query) {
        sources.register("a", a).register("b", b);
        Cursor cursor = sources.open(asked(query));
        cursor.onReady(() -> {});
        return cursor;
    }

    private static Subscription asked(String nameAndQuery) {
        return Subscription.parse(nameAndQuery, Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    @Test
    void sourcesTakeTurnsAndEverySignalHasThePositionInAll() {
        a.left.add(event("1.aaa.eee.AQA"));
        a.left.add(event("1.aaa.eee.AgA"));
        b.left.add(event("1.bbb.eee.AQA"));
        Cursor cursor = open("b?topic=a");
        assertThat(cursor.position()).isEqualTo("1.aaa.eee.AAA~bbb.eee.AAA");
        List<String> seen = new ArrayList<>();
        for (Signal signal = cursor.poll(); signal != null; signal = cursor.poll()) {
            seen.add(((Event) signal).topic() + " " + signal.id());
        }
        assertThat(seen)
                .containsExactly(
                        "a 1.aaa.eee.AQA~bbb.eee.AAA", "b 1.aaa.eee.AQA~bbb.eee.AQA", "a 1.aaa.eee.AgA~bbb.eee.AQA");
    }

    @Test
    void itEndsWhenAllHaveEnded() {
        a.left.add(event("1.aaa.eee.AQA"));
        a.left.add(new Signal.End("1.aaa.eee.AQA", 1));
        Cursor cursor = open("a?topic=b&until=latest");
        assertThat(cursor.poll()).isInstanceOf(Event.class);
        assertThat(cursor.poll()).isNull();
        b.left.add(new Signal.End("1.bbb.eee.AAA", 0));
        assertThat(cursor.poll()).isEqualTo(new Signal.End("1.aaa.eee.AQA~bbb.eee.AAA", 1));
    }

    @Test
    void theStopOfOneIsTheStopOfAll() {
        b.left.add(new Signal.Stop("1.bbb.eee.BQA", Code.TOPIC_DELETED, "gone", Duration.ZERO));
        Signal.Stop stop = (Signal.Stop) open("a?topic=b").poll();
        assertThat(stop).isNotNull();
        assertThat(stop.id()).isEqualTo("1.aaa.eee.AAA~bbb.eee.BQA");
        assertThat(stop.code()).isEqualTo(Code.TOPIC_DELETED);
    }

    @Test
    void theLastEventsAreSharedOut() {
        open("a?topic=b&from=last:1");
        assertThat(a.started).isEqualTo(new Start.Last(1));
        assertThat(b.started).isEqualTo(new Start.Latest());
        open("a?topic=b&from=last:5");
        assertThat(a.started).isEqualTo(new Start.Last(3));
        assertThat(b.started).isEqualTo(new Start.Last(2));
    }

    @Test
    void oneThatIsRefusedClosesTheOthers() {
        sources.register("c", asked -> {
            throw new Refusal(Code.SOURCE_UNAVAILABLE, "away");
        });
        assertThatThrownBy(() -> open("a?topic=c")).hasMessage("away");
        assertThat(a.closed).isEqualTo(1);
        assertThat(sources.open()).isZero();
    }

    @Test
    void moreThan128PartitionsTogetherAreRefused() {
        a.position = "1.aaa.eee." + vector(100);
        b.position = "1.bbb.eee." + vector(29);
        assertThatThrownBy(() -> open("a?topic=b"))
                .isInstanceOfSatisfying(
                        Refusal.class, no -> assertThat(no.code()).isEqualTo(Code.BAD_REQUEST))
                .hasMessageContaining("128 partitions");
        b.position = "1.bbb.eee." + vector(28);
        open("a?topic=b");
    }

    @Test
    void moreThanSixteenTopicsAreRefused() {
        StringBuilder query = new StringBuilder("t0?from=earliest");
        for (int n = 0; n < 16; n++) {
            sources.register("t" + n, new Stub("1.hhhh" + n + ".eee." + vector(8)));
            query.append("&topic=t").append(n);
        }
        Cursor sixteen = open(query.toString());
        assertThat(Start.isId(sixteen.position())).as("an id that fits").isTrue();
        assertThatThrownBy(() -> open(query + "&topic=a")).hasMessageContaining("17 given; allowed are 16");
    }

    private static String vector(int partitions) {
        byte[] octets = new byte[partitions * 3];
        for (int n = 0; n < partitions; n++) {
            octets[n * 3] = (byte) 0x81;
            octets[n * 3 + 1] = 1;
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static Event event(String id) {
        return Event.of("number", "1").at(id, 0, 0);
    }

    /** Gives what was laid in it, and notes how it was opened. */
    private static final class Stub implements EventSource, Cursor {

        private final Queue<Signal> left = new ArrayDeque<>();
        private String position;
        private @Nullable Start started;
        private int closed;

        Stub(String position) {
            this.position = position;
        }

        @Override
        public Cursor open(Subscription subscription) {
            started = subscription.start();
            return this;
        }

        @Override
        public void onReady(Runnable wake) {}

        @Override
        public @Nullable Signal poll() {
            return left.poll();
        }

        @Override
        public String position() {
            return position;
        }

        @Override
        public void close() {
            closed++;
        }
    }
}
