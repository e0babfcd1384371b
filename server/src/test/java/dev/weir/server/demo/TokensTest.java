package dev.weir.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(30)
class TokensTest {

    private final Tokens tokens = new Tokens();

    private List<String> generate(String query, String body) {
        return Streams.all(Streams.open(tokens, "?rate=1000" + query, body));
    }

    @Test
    void aSeedMakesTheSameTextAgain() {
        List<String> text = generate("&seed=7&tokens=50", "");
        assertThat(text).hasSize(50).isEqualTo(generate("&seed=7&tokens=50", ""));
        assertThat(text).isNotEqualTo(generate("&seed=8&tokens=50", ""));
    }

    @Test
    void tokensTogetherAreText() {
        String text = String.join("", generate("&seed=1&tokens=60", ""));
        assertThat(text).matches("[A-Z][\\p{L}' .,;:-]+").doesNotContain(" .", " ,", "  ");
    }

    @Test
    void thePromptIsGoneOnWith() {
        assertThat(generate("&tokens=1", "fish go")).containsExactly("up");
        assertThat(generate("&tokens=1&prompt=Boats", "")).containsExactly("wait");
        assertThat(generate("&tokens=3", "\ud83d\ude00 12")).hasSize(3);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "?tokens=0",
                "?tokens=10001",
                "?rate=0",
                "?rate=x",
                "?seed=-1",
                "?colour=red",
                "?after=1.a.b.c",
                "?until=latest"
            })
    void whatIsNotAllowedIsRefused(String query) {
        Streams.assertRefused(tokens, query, "");
    }
}
