package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.benchmarks.Subscriber.Appetite;
import dev.weir.hub.Generator;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** What the rig makes of bytes. */
class FramesTest {

    private final Tally tally = new Tally();
    private final Subscriber subscriber = new Subscriber(tally, Appetite.FULL, 0);

    private static String data(long number) {
        byte[] data = Generator.data(Tally.unixNanos(), number, 100).toArray();
        return Frames.text(data, 0, data.length);
    }

    private void read(Frames frames, String text) {
        byte[] b = Frames.ascii(text);
        assertThat(frames.read(b, 0, b.length, subscriber)).isEqualTo(b.length);
    }

    @Test
    void anOctetIsFoundWhereverItLies() {
        for (int octet : new int[] {0, '\n', 0x7f, 0x80, 0xff}) {
            for (int length = 0; length < 20; length++) {
                for (int at = 0; at < length; at++) {
                    byte[] b = new byte[length];
                    Arrays.fill(b, (byte) (octet ^ 1));
                    b[at] = (byte) octet;
                    assertThat(Frames.find((byte) octet, b, 0, at)).isEqualTo(-1);
                    for (int from = 0; from < length; from++) {
                        int found = Frames.find((byte) octet, b, from, length);
                        assertThat(found).isEqualTo(from <= at ? at : -1);
                    }
                }
            }
        }
    }

    @Test
    void dataAreReadWhateverStandsAroundThem() {
        NdjsonLines lines = new NdjsonLines();
        read(lines, "{\"control\":\"open\",\"id\":\"a\"}\n" + data(0) + "\n");
        read(lines, "{\"id\":\"b\",\"data\":" + data(1) + "}\n\n");
        read(lines, "{\"id\":\"c\",\"topic\":\"t\",\"key\":\"k\",\"data\":" + data(2) + "}\n");
        read(lines, "{\"id\":\"d\",\"data\":" + data(3) + ",\"headers\":[{\"name\":\"n\",\"value\":\"v\"}]}\n");
        read(lines, "{\"data\":" + data(4) + "}\r\n\r\n");
        read(lines, data(5) + "\r\n");
        assertThat(tally.torn.sum()).isZero();
        assertThat(subscriber.next()).isEqualTo(6);
        assertThat(subscriber.id()).isEqualTo("d");
    }

    @Test
    void aLineWithoutDataIsATornEvent() {
        NdjsonLines lines = new NdjsonLines();
        for (String line :
                new String[] {"{", "{}", "{\"id\":\"", "{\"id\":\"a\"}", "{\"data\":", "{\"data\":}}", "}}"}) {
            long before = tally.torn.sum();
            read(lines, line + "\n");
            assertThat(tally.torn.sum()).as(line).isEqualTo(before + 1);
        }
    }
}
