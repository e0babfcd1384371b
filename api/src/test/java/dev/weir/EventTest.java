package dev.weir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class EventTest {

    @Test
    void aFrameIsEncodedOnceForEachCodec() {
        Event event = Event.of("number", "1");
        Counting one = new Counting();
        Counting other = new Counting();
        Bytes frame = event.frame(one);
        assertThat(event.frame(one)).isSameAs(frame);
        assertThat(event.frame(other)).isNotSameAs(frame);
        assertThat(event.frame(one)).isSameAs(frame);
        assertThat(one.encoded).hasValue(1);
        assertThat(other.encoded).hasValue(1);
    }

    @Test
    void codecsAreToldApartByIdentityAndNotByEquality() {
        Event event = Event.of("number", "1");
        Counting one = new Counting() {
            @Override
            public boolean equals(@Nullable Object any) {
                return true;
            }

            @Override
            public int hashCode() {
                return 1;
            }
        };
        Bytes frame = event.frame(one);
        assertThat(event.frame(new Counting())).isNotSameAs(frame);
    }

    @Test
    void whatAFormatCannotCarryIsAskedOnce() {
        Event event = Event.of("number", "1");
        AtomicInteger asked = new AtomicInteger();
        Codec mute = new Counting() {
            @Override
            public @Nullable Bytes encode(Signal signal) {
                asked.incrementAndGet();
                return null;
            }
        };
        assertThat(event.frame(mute)).isNull();
        assertThat(event.frame(mute)).isNull();
        assertThat(asked).hasValue(1);
    }

    @Test
    void manyThreadsShareFramesThatAreAllTheSame() throws Exception {
        List<Counting> codecs = List.of(new Counting(), new Counting(), new Counting());
        try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
            for (int round = 0; round < 500; round++) {
                Event event = Event.of("number", "" + round);
                CountDownLatch go = new CountDownLatch(1);
                List<Future<List<@Nullable Bytes>>> all = new ArrayList<>();
                for (int n = 0; n < 4; n++) {
                    all.add(threads.submit(() -> {
                        go.await();
                        return codecs.stream().map(event::frame).toList();
                    }));
                }
                go.countDown();
                for (Future<List<@Nullable Bytes>> frames : all) {
                    assertThat(frames.get()).containsOnly(Bytes.utf8("" + round));
                }
                assertThat(event.frame(codecs.get(2))).isSameAs(event.frame(codecs.get(2)));
            }
        }
    }

    @Test
    void anEventWithAnotherIdIsEncodedAnew() {
        Counting codec = new Counting();
        Event event = Event.of("number", "1").withKey(Bytes.utf8("k"));
        event.frame(codec);
        Event own = event.withId("own");
        assertThat(own.id()).isEqualTo("own");
        assertThat(own.data()).isSameAs(event.data());
        assertThat(own.key()).isSameAs(event.key());
        assertThat(own.timeMillis()).isEqualTo(event.timeMillis());
        own.frame(codec);
        assertThat(codec.encoded).hasValue(2);
    }

    @Test
    void aTombstoneWithoutATypeIsADelete() {
        assertThat(new Event("", 0, 0, 0, null, null, List.of(), null).type()).isEqualTo(Event.DELETE);
        assertThat(new Event("", 0, 0, 0, "gone", null, List.of(), null).type()).isEqualTo("gone");
        assertThat(Event.of(null, "x").type()).isNull();
    }

    @Test
    void itsWeightGrowsWithAllThatItHolds() {
        int bare = Event.of(null, "").weight();
        assertThat(Event.of(null, "x".repeat(100)).weight()).isEqualTo(bare + 100);
        assertThat(Event.of(null, "").withKey(Bytes.utf8("k".repeat(10))).weight())
                .isEqualTo(bare + 10);
        assertThat(Event.of(null, "").withId("i".repeat(25)).weight()).isEqualTo(bare + 25);
        Event headers = new Event("", 0, 0, 0, null, null, List.of(new Header("h", Bytes.utf8("vv"))), Bytes.EMPTY);
        assertThat(headers.weight()).isGreaterThan(bare + 2);
    }

    @Test
    void headersCannotBeChangedFromOutside() {
        List<Header> headers = new ArrayList<>(List.of(new Header("h", null)));
        Event event = new Event("", 0, 0, 0, null, null, headers, Bytes.EMPTY);
        headers.clear();
        assertThat(event.headers()).hasSize(1);
        assertThatThrownBy(() -> event.headers().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void bytesAreCopiedAsMuchAsFits() throws IOException {
        Bytes bytes = Bytes.utf8("0123456789");
        ByteBuffer four = ByteBuffer.allocate(4);
        assertThat(bytes.copyTo(8, four)).isEqualTo(2);
        assertThat(bytes.copyTo(0, four)).isEqualTo(2);
        assertThat(bytes.copyTo(0, four)).isZero();
        assertThat(new String(four.array(), StandardCharsets.US_ASCII)).isEqualTo("8901");
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        bytes.writeTo(out);
        assertThat(out.toString(StandardCharsets.US_ASCII)).isEqualTo("0123456789");
    }

    @Test
    void bytesAreOwnedAndGivenAwayAsCopies() {
        byte[] handedOver = {1, 2, 3};
        Bytes bytes = Bytes.owned(handedOver);
        bytes.toArray()[0] = 9;
        assertThat(bytes.at(0)).isEqualTo((byte) 1);
        assertThat(bytes.toBuffer().isReadOnly()).isTrue();
        assertThat(bytes).isEqualTo(Bytes.owned(new byte[] {1, 2, 3})).hasToString("3 bytes");
        assertThat(Bytes.owned(new byte[0])).isSameAs(Bytes.EMPTY);
        assertThatThrownBy(() -> bytes.at(3)).isInstanceOf(ArrayIndexOutOfBoundsException.class);
    }

    private static class Counting implements Codec {

        final AtomicInteger encoded = new AtomicInteger();

        @Override
        public String mediaType() {
            return "text/plain";
        }

        @Override
        public @Nullable Bytes encode(Signal signal) {
            encoded.incrementAndGet();
            Bytes data = ((Event) signal).data();
            return data == null ? null : Bytes.owned(data.toArray());
        }
    }
}
