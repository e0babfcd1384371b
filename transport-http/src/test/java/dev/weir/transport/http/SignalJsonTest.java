package dev.weir.transport.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Header;
import dev.weir.Signal;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SignalJsonTest {

    private static final long TIME = 1_767_225_600_007L;

    private static String json(Signal signal) {
        return json(signal, Format.Encoding.AUTO);
    }

    private static String json(Signal signal, Format.Encoding encoding) {
        FrameWriter out = new FrameWriter(8);
        SignalJson.write(out, signal, encoding);
        return out.toBytes().toText();
    }

    private static Event event(byte[] data) {
        return new Event("1.a", 0, 1, TIME, "t", null, List.of(), Bytes.owned(data));
    }

    private static Event event(String data) {
        return event(data.getBytes(StandardCharsets.UTF_8));
    }

    @Test
    void anEventWithEverything() {
        Event event = new Event(
                "1.a.b.c",
                3,
                7,
                TIME,
                "order.paid",
                Bytes.utf8("k\u00e9y"),
                List.of(
                        new Header("trace", Bytes.utf8("a\"b")),
                        new Header("raw", Bytes.owned(new byte[] {(byte) 0xff})),
                        new Header("none", null)),
                Bytes.utf8("{\"n\":1}"));
        assertThat(json(event)).isEqualTo("""
                {"id":"1.a.b.c","type":"order.paid","key":"kéy","time":"2026-01-01T00:00:00.007Z","data":{"n":1},\
                "headers":[{"name":"trace","value":"a\\"b"},{"name":"raw","value":"/w==","encoding":"base64"},\
                {"name":"none","value":null}]}""");
    }

    @Test
    void whatThereIsNoneOfIsLeftOut() {
        assertThat(json(new Event("", 0, 0, TIME, null, null, List.of(), Bytes.utf8("1"))))
                .isEqualTo("{\"time\":\"2026-01-01T00:00:00.007Z\",\"data\":1}");
        assertThat(json(new Event("", 0, 0, Long.MIN_VALUE, null, null, List.of(), Bytes.utf8("1"))))
                .isEqualTo("{\"data\":1}");
        assertThat(json(new Event("i", 0, 0, -1, null, Bytes.EMPTY, List.of(), null)))
                .isEqualTo(
                        "{\"id\":\"i\",\"type\":\"delete\",\"key\":\"\",\"time\":\"1969-12-31T23:59:59.999Z\",\"data\":null}");
    }

    @Test
    void aKeyThatIsNoTextIsBase64() {
        assertThat(json(new Event("", 0, 0, TIME, null, Bytes.owned(new byte[] {-1, 0}), List.of(), Bytes.EMPTY)))
                .startsWith("{\"key\":\"/wA=\",\"keyEncoding\":\"base64\",\"time\"")
                .endsWith("\"data\":\"\"}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{}",
                "[]",
                " {\"a\" : [1, -2.5e+10, true, false, null, \"\\u00e9\\ud800\"]} ",
                "\"\u2028\u00e9\ud83d\ude00\"",
                "0",
                "-0.0E1",
                "{\"a\":1,\"a\":2}",
                "123456789012345678901234567890123456789012345678901234567890",
            })
    void jsonStandsAsItIs(String data) {
        assertThat(json(event(data))).contains("\"data\":" + data + "}");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "{",
                "{} {}",
                "1 2",
                "1,",
                "{\"a\":1,}",
                "[1,]",
                "01",
                "1.",
                ".5",
                "+1",
                "NaN",
                "'a'",
                "{a:1}",
                "\"\u0001\"",
                "\"\t\"",
                "\"a",
                "tru",
                "nul",
                "/*c*/1",
                "\ufeff{}",
                "1\u0000",
                "\u00001",
                "\u0000\u0000\u00001",
                "\u00a01",
                "\"\\x\"",
                "\"\\u12\"",
                "]",
                "[}",
                "{\"a\"}",
                "plain text",
            })
    void otherTextIsAString(String data) throws IOException {
        String json = json(event(data));
        assertThat(parsed(json)).isEqualTo(data);
        assertThat(json).doesNotContain("encoding");
    }

    @Test
    void lineBreaksBetweenTokensAreSpaces() {
        assertThat(json(event("{\r\n\"a\":\n\"\\n\"\r}\n"))).contains("\"data\":{  \"a\": \"\\n\" } }");
    }

    @Test
    void depthIsBounded() {
        String deep = "[".repeat(1_000) + "]".repeat(1_000);
        assertThat(json(event(deep))).contains("\"data\":[[");
        assertThat(json(event("[" + deep + "]"))).contains("\"data\":\"[[");
        String much = "[".repeat(1_000_000);
        assertThat(json(event(much))).contains("\"data\":\"[[");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ff",
                "c0af",
                "c1bf",
                "80",
                "e0809f",
                "e08080",
                "eda080",
                "edbfbf",
                "f08080af",
                "f4908080",
                "f5808080",
                "c3",
                "e282",
                "f09f98",
                "c328",
                "e28228",
                "7bff7d",
                "22c0802200",
                "fe",
                "f8888080"
            })
    void whatIsNoUtf8IsBase64(String hex) {
        byte[] data = HexFormat.of().parseHex(hex);
        assertThat(new String(data, StandardCharsets.UTF_8)).contains("\ufffd");
        String encoded = Base64.getEncoder().encodeToString(data);
        assertThat(json(event(data))).endsWith("\"data\":\"" + encoded + "\",\"encoding\":\"base64\"}");
    }

    @Test
    void utf8IsJudgedLikeTheJdkJudgesIt() {
        Random random = new Random(7);
        int[] leads = {0x41, 0x80, 0xbf, 0xc2, 0xdf, 0xe0, 0xe1, 0xed, 0xef, 0xf0, 0xf1, 0xf4, 0xf5, 0x9f, 0xa0, 0x90};
        for (int n = 0; n < 200_000; n++) {
            byte[] data = new byte[n % 2 == 0 ? 1 + random.nextInt(5) : 8 + random.nextInt(32)];
            Arrays.fill(data, (byte) 'a');
            int from = n % 2 == 0 ? 0 : random.nextInt(data.length);
            int to = Math.min(data.length, from + 5);
            for (int i = from; i < to; i++) {
                data[i] = (byte) leads[random.nextInt(leads.length)];
            }
            boolean valid = !new String(data, StandardCharsets.UTF_8).contains("\ufffd") || isReplacementItself(data);
            assertThat(Payload.of(Bytes.owned(data)).isText())
                    .as(HexFormat.of().formatHex(data))
                    .isEqualTo(valid);
        }
    }

    private static boolean isReplacementItself(byte[] data) {
        byte[] again = new String(data, StandardCharsets.UTF_8).getBytes(StandardCharsets.UTF_8);
        return Arrays.equals(again, data);
    }

    @Test
    void whateverTheDataAreTheyCanBeReadAgain() throws IOException {
        Random random = new Random(11);
        String[] pieces = {
            "{", "}", "[", "]", "\"", ":", ",", "1", "-", "e", "\\", "u00", "\n", "\r", " ", "\0", "é", "\u2028", "t"
        };
        for (int n = 0; n < 50_000; n++) {
            StringBuilder data = new StringBuilder();
            for (int left = random.nextInt(12); left > 0; left--) {
                data.append(pieces[random.nextInt(pieces.length)]);
            }
            String json = json(event(data.toString()));
            assertThat(json).doesNotContain("\n", "\r");
            try (JsonParser parser = new JsonFactory().createParser(json)) {
                while (parser.nextToken() != null) {
                    parser.getText();
                }
            }
            if (json.contains("\"data\":\"") && !data.toString().strip().startsWith("\"")) {
                assertThat(parsed(json)).isEqualTo(data.toString());
            }
        }
    }

    @Test
    void base64OnRequest() {
        assertThat(json(event("{}"), Format.Encoding.BASE64)).endsWith("\"data\":\"e30=\",\"encoding\":\"base64\"}");
    }

    @Test
    void typesAreSafeWhateverTheyHold() throws IOException {
        String type = "a\"\\\n\r\t\u0000\u007f\u2028\ud83d\ude00\ud800x\udc00";
        Event event = new Event("i", 0, 0, TIME, type, null, List.of(), Bytes.EMPTY);
        FrameWriter out = new FrameWriter(8);
        SignalJson.write(out, event, Format.Encoding.AUTO);
        byte[] bytes = out.toBytes().toArray();
        assertThat(Payload.of(Bytes.owned(bytes)).isText()).isTrue();
        assertThat(new String(bytes, StandardCharsets.UTF_8))
                .contains("\"type\":\"a\\\"\\\\\\n\\r\\t\\u0000\u007f\u2028\ud83d\ude00\\ud800x\\udc00\"");
    }

    @Test
    void controlSignals() {
        assertThat(json(new Signal.Open("", List.of()))).isEqualTo("{\"control\":\"open\"}");
        assertThat(json(new Signal.Open("i", List.of("a", "b"))))
                .isEqualTo("{\"control\":\"open\",\"id\":\"i\",\"columns\":[\"a\",\"b\"]}");
        assertThat(json(new Signal.Heartbeat("i", 0))).isEqualTo("{\"control\":\"heartbeat\",\"id\":\"i\"}");
        assertThat(json(new Signal.Heartbeat("i", 4)))
                .isEqualTo("{\"control\":\"heartbeat\",\"id\":\"i\",\"superseded\":4}");
        assertThat(json(new Signal.Gap("i", Signal.Reason.LOG_TRUNCATED, 2, 3, 5, OptionalLong.of(2))))
                .isEqualTo(
                        "{\"control\":\"gap\",\"id\":\"i\",\"reason\":\"log-truncated\",\"partition\":2,\"from\":3,\"to\":5,\"count\":2}");
        assertThat(json(new Signal.Gap("i", Signal.Reason.SLOW, 2, 3, 5, OptionalLong.empty())))
                .endsWith("\"count\":null}");
        assertThat(json(new Signal.Stop("i", Code.SHUTDOWN, "a \"b\"", Duration.ofMillis(1_500))))
                .isEqualTo(
                        "{\"control\":\"stop\",\"id\":\"i\",\"code\":\"shutdown\",\"message\":\"a \\\"b\\\"\",\"retryable\":true,\"retryAfterMs\":1500}");
        assertThat(json(new Signal.End("i", 9))).isEqualTo("{\"control\":\"end\",\"id\":\"i\",\"events\":9}");
    }

    private static String parsed(String json) throws IOException {
        try (JsonParser parser = new JsonFactory().createParser(json)) {
            String data = "";
            while (parser.nextToken() != null) {
                if ("data".equals(parser.currentName())) {
                    data = parser.getText();
                }
            }
            return data;
        }
    }
}
