package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Header;
import dev.weir.Signal;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.net.ProtocolException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalReaderTest {

    /** Gives as many bytes at a time as a seed says. */
    private static final class Torn extends ByteArrayInputStream {

        private final Random random;
        private final int most;

        Torn(String text, int seed, int most) {
            super(text.getBytes(StandardCharsets.UTF_8));
            random = new Random(seed);
            this.most = most;
        }

        @Override
        public synchronized int read(byte[] target, int offset, int length) {
            return super.read(target, offset, Math.min(length, 1 + random.nextInt(most)));
        }
    }

    private static List<Signal> sse(String text) throws Exception {
        return all(new SseReader(new Torn(text, 0, 1)));
    }

    private static List<Signal> all(SignalReader reader) throws Exception {
        List<Signal> all = new ArrayList<>();
        for (Signal signal = reader.next(); signal != null; signal = reader.next()) {
            all.add(signal);
        }
        return all;
    }

    private static Event event(String json) throws ProtocolException {
        return (Event) java.util.Objects.requireNonNull(SignalParser.parse(json.getBytes(StandardCharsets.UTF_8)));
    }

    private static String data(String json) throws ProtocolException {
        Bytes data = event(json).data();
        return data == null ? "(null)" : data.toText();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r", "\r\n"})
    void blocksAreReadWhateverEndsALineAndWhereverAChunk(String end) throws Exception {
        String text =
                "\uFEFFretry: 2000\nid: a\n\n: comment\n\nid:b\nevent: x\ndata: {\"id\":\"b\",\ndata:\"type\":\"x\",\"data\":1}\n\n"
                        + "event: stream-gap\nid: c\ndata: {\"control\":\"gap\",\"id\":\"c\",\"reason\":\"slow\",\"partition\":2,"
                        + "\"from\":3,\"to\":5,\"count\":2}\n\nid: d\n\nunknown\ndata\n: :\nid\n\n";
        String whole = text.substring(0, text.length() - "unknown\ndata\n: :\nid\n\n".length())
                .replace("\n", end);
        for (int most : new int[] {1, 2, 3, 7, 10_000}) {
            for (int seed = 0; seed < 20; seed++) {
                List<Signal> all = all(new SseReader(new Torn(whole, seed, most)));
                assertThat(all).hasSize(4);
                assertThat(all.get(0)).isEqualTo(new Signal.Open("a", List.of()));
                assertThat(((Event) all.get(1)).type()).isEqualTo("x");
                assertThat(((Event) all.get(1)).data()).isEqualTo(Bytes.utf8("1"));
                assertThat(all.get(2)).isEqualTo(new Signal.Gap("c", Signal.Reason.SLOW, 2, 3, 5, OptionalLong.of(2)));
                assertThat(all.get(3)).isEqualTo(new Signal.Heartbeat("d", 0));
            }
        }
    }

    @Test
    void aBlockThatIsNotWholeIsLeftOut() throws Exception {
        String event = "data: {\"id\":\"1\",\"data\":1}\n";
        assertThat(sse(event)).isEmpty();
        assertThat(sse(event + "\n")).hasSize(1);
        assertThat(all(new NdjsonReader(new Torn("{\"id\":\"1\",\"data\":12}", 0, 1))))
                .isEmpty();
    }

    @Test
    void everyBorderOfTwoChunksIsReadAlike() throws Exception {
        String text = "\uFEFFid: a\r\n\r\nid: é1\revent: x\r\ndata: {\"id\":\"é1\",\r\ndata:\"data\":\"é😀\"}\r\r"
                + "data: {\"control\":\"end\",\"id\":\"é1\",\"events\":1}\r\n\r\n";
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        for (int border = 1; border < bytes.length; border++) {
            InputStream first = new ByteArrayInputStream(bytes, 0, border);
            InputStream second = new ByteArrayInputStream(bytes, border, bytes.length - border);
            List<Signal> all = all(new SseReader(new SequenceInputStream(first, second)));
            assertThat(all).as("border at " + border).extracting(Signal::id).containsExactly("a", "é1", "é1");
            assertThat(((Event) all.get(1)).data()).isEqualTo(Bytes.utf8("é😀"));
            assertThat(all.get(2)).isEqualTo(new Signal.End("é1", 1));
        }
    }

    @Test
    void aByteOrderMarkIsLeftOutAtTheStartAlone() throws Exception {
        assertThat(sse("\uFEFFid: a\n\n")).containsExactly(new Signal.Open("a", List.of()));
        assertThat(sse("\uFEFF\uFEFFid: a\n\nid: b\n\n")).containsExactly(new Signal.Open("b", List.of()));
        assertThat(sse("id: a\n\n\uFEFFid: b\n\n")).containsExactly(new Signal.Open("a", List.of()));
        assertThat(sse("\uFEFF\n\nid: a\n\n")).containsExactly(new Signal.Open("a", List.of()));
    }

    @Test
    void fieldsAreReadToTheLetter() throws Exception {
        assertThat(sse("id: a\nid: b\0c\n\n")).containsExactly(new Signal.Open("a", List.of()));
        assertThat(sse("id: b\0c\n\n")).isEmpty();
        assertThat(sse("ID: a\n id: b\nids: c\n:id: d\n\n")).isEmpty();
        assertThat(sse("id:a\n\n")).containsExactly(new Signal.Open("a", List.of()));
        assertThat(sse("id:  a\n\n")).containsExactly(new Signal.Open(" a", List.of()));
        assertThat(sse("id: a:b\nnonsense\nfoo: bar\n: \n\n")).containsExactly(new Signal.Open("a:b", List.of()));
        assertThat(sse("event: message\n\n")).isEmpty();
    }

    @Test
    void theTimeToComeBackIsThatOfTheLastValidRetry() throws Exception {
        SseReader reader = new SseReader(new Torn("retry: 70\nretry: 7s\nretry: -1\nretry\nid: a\n\n", 0, 3));
        assertThat(reader.retryAfter()).isEqualTo(Duration.ofSeconds(2));
        assertThat(reader.next()).isNotNull();
        assertThat(reader.retryAfter()).isEqualTo(Duration.ofMillis(70));
    }

    @Test
    void aLineIsGivenBeforeTheByteAfterItsReturn() throws Exception {
        InputStream in = new InputStream() {
            private final byte[] bytes = "data: {\"data\":1}\r\r".getBytes(StandardCharsets.US_ASCII);
            private int next;

            @Override
            public int read() {
                throw new AssertionError("reads go by chunks");
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (next == bytes.length) {
                    throw new IOException("read too far");
                }
                target[offset] = bytes[next++];
                return 1;
            }
        };
        assertThat(new SseReader(in).next()).isInstanceOf(Event.class);
    }

    @Test
    void linesOfJsonAreSignals() throws Exception {
        String text =
                "{\"control\":\"open\",\"id\":\"0\",\"columns\":[\"a\",\"b\"]}\n\n{\"id\":\"1\",\"data\":{\"a\": [1, 2]}}\n"
                        + "{\"control\":\"song\",\"notes\":[{}]}\n{\"control\":\"heartbeat\",\"id\":\"1\",\"superseded\":7}\n"
                        + "{\"control\":\"gap\",\"reason\":\"item-failed\",\"partition\":0,\"from\":1,\"to\":2,\"count\":null}\n"
                        + "{\"control\":\"stop\",\"id\":\"1\",\"code\":\"shutdown\",\"message\":\"bye\",\"retryable\":true,\"retryAfterMs\":1500}\n"
                        + "{\"control\":\"end\",\"id\":\"1\",\"events\":1}\n";
        for (int most : new int[] {1, 5, 10_000}) {
            List<Signal> all = all(new NdjsonReader(new Torn(text, most, most)));
            assertThat(all).hasSize(6);
            assertThat(all.get(0)).isEqualTo(new Signal.Open("0", List.of("a", "b")));
            assertThat(((Event) all.get(1)).data()).isEqualTo(Bytes.utf8("{\"a\": [1, 2]}"));
            assertThat(all.get(2)).isEqualTo(new Signal.Heartbeat("1", 7));
            assertThat(all.get(3))
                    .isEqualTo(new Signal.Gap("", Signal.Reason.ITEM_FAILED, 0, 1, 2, OptionalLong.empty()));
            assertThat(all.get(4)).isEqualTo(new Signal.Stop("1", Code.SHUTDOWN, "bye", Duration.ofMillis(1500)));
            assertThat(all.get(5)).isEqualTo(new Signal.End("1", 1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1",
                "-1.50e3",
                "true",
                "false",
                "{}",
                "[]",
                "{\"é\": [1, {\"b\":\"😀\"}] }",
                "[\"\\u00e9\", null]",
                "0"
            })
    void dataThatStandAsJsonKeepTheirText(String value) throws Exception {
        for (String space : new String[] {"", " "}) {
            String json = "{\"key\":\"é😀\",\"data\":" + space + value + space + ",\"id\":\"1\"}";
            assertThat(data(json)).isEqualTo(value);
            assertThat(data("{\"data\":" + space + value + space + "}")).isEqualTo(value);
        }
    }

    @Test
    void stringsBase64AndNothing() throws Exception {
        assertThat(data("{\"data\":\"a\\n\\u00e9\\ud83d\\ude00\"}")).isEqualTo("a\né😀");
        assertThat(data("{\"data\":\"\"}")).isEmpty();
        assertThat(event("{\"data\":\"/wA=\",\"encoding\":\"base64\"}").data())
                .isEqualTo(Bytes.owned(new byte[] {(byte) 0xff, 0}));
        assertThat(event("{\"type\":\"delete\",\"key\":\"k\",\"data\":null}").data())
                .isNull();
        assertThat(data("{\"type\":\"x\",\"data\":null}")).isEqualTo("null");
    }

    @Test
    void keyTimeAndHeadersSurvive() throws Exception {
        Event event = event("{\"id\":\"7\",\"type\":\"t\",\"key\":\"/w==\",\"keyEncoding\":\"base64\","
                + "\"time\":\"2026-01-31T12:00:00.123Z\",\"data\":1,\"headers\":[{\"name\":\"a\",\"value\":\"x\"},"
                + "{\"name\":\"b\",\"value\":null},{\"name\":\"c\",\"value\":\"/w==\",\"encoding\":\"base64\"}]}");
        assertThat(event.key()).isEqualTo(Bytes.owned(new byte[] {(byte) 0xff}));
        assertThat(event.timeMillis())
                .isEqualTo(Instant.parse("2026-01-31T12:00:00.123Z").toEpochMilli());
        assertThat(event.headers())
                .containsExactly(
                        new Header("a", Bytes.utf8("x")),
                        new Header("b", null),
                        new Header("c", Bytes.owned(new byte[] {(byte) 0xff})));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "1",
                "[]",
                "{",
                "{\"id\":\"1\"}",
                "{\"data\":1",
                "{\"data\":1,}",
                "{\"data\":\"?\",\"encoding\":\"base64\"}",
                "{\"data\":\"x\",\"encoding\":\"rot13\"}",
                "{\"data\":1,\"time\":\"noon\"}",
                "{\"control\":\"end\",\"events\":\"x\"}"
            })
    void whatIsNoSignalIsToldApart(String json) {
        assertThatThrownBy(() -> SignalParser.parse(json.getBytes(StandardCharsets.UTF_8)))
                .isInstanceOf(ProtocolException.class);
    }
}
