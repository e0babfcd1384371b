package dev.weir.server.logging;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.joran.JoranConfigurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.Encoder;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.nio.charset.StandardCharsets;
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
    void eachEntryOfTheLogIsALine() throws Exception {
        LoggerContext context = new LoggerContext();
        JoranConfigurator configuration = new JoranConfigurator();
        configuration.setContext(context);
        configuration.doConfigure(OneLine.class.getResource("/logback.xml"));
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        Encoder<ILoggingEvent> encoder = ((ConsoleAppender<ILoggingEvent>) root.getAppender("stderr")).getEncoder();

        String entry = new String(
                encoder.encode(new LoggingEvent(
                        "", root, Level.WARN, "first\nsecond", new IllegalStateException("third"), null)),
                StandardCharsets.UTF_8);

        assertThat(entry.lines()).hasSize(1);
        assertThat(entry)
                .contains("first\\nsecond\\njava.lang.IllegalStateException: third")
                .endsWith(System.lineSeparator());
    }

    @Test
    void aVeryLongLineIsCut() {
        assertThat(OneLine.escaped("x".repeat(100_000))).hasSizeLessThan(17_000).endsWith("...");
    }
}
