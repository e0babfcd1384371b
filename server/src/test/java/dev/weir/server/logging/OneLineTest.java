package dev.weir.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class OneLineTest {

    @Test
    void whateverIsLoggedIsOneLineThatAJsonStringCanHold() throws Exception {
        String hostile = "a\r\nb\u0000\u001b[31m \u202e \u2028 \u0085 \"quoted\" back\\slash \ud83d\ude00 \tx";

        String line = OneLine.escaped(hostile);

        assertThat(line).isPrintable();
        assertThat(line).doesNotContain("\n", "\r", "\u001b", "\u202e", "\u2028", "\u0085");
        assertThat(new ObjectMapper().readTree('"' + line + '"').asText()).isEqualTo(hostile);
    }

    @Test
    void aVeryLongLineIsCut() {
        assertThat(OneLine.escaped("x".repeat(100_000))).hasSizeLessThan(17_000).endsWith("...");
    }
}
