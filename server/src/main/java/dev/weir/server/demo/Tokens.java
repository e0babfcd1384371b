package dev.weir.server.demo;

import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Subscription;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Tokens one by one, as language models send them. The model is a Markov chain over pairs of words, trained when it is made on the text
 * that ships with it: it shows the stream, not intelligence. The prompt is the body of the request or the parameter {@code prompt}.
 */
final class Tokens implements EventSource {

    static final String NAME = "tokens";

    private static final String TYPE = "token";
    private static final Pattern TOKEN = Pattern.compile("[\\p{L}'-]+|[.,;:]");
    private static final String END = ".";

    /** The end of a prompt that has its last two tokens. */
    private static final int LOOKED_AT = 1_000;

    /** What may follow two tokens, as often as it does. */
    private final Map<String, List<String>> following = new HashMap<>();

    Tokens() {
        try (InputStream in = Objects.requireNonNull(Tokens.class.getResourceAsStream("rivers.txt"))) {
            List<String> tokens = tokens(new String(in.readAllBytes(), StandardCharsets.UTF_8));
            for (int i = 2; i < tokens.size(); i++) {
                following
                        .computeIfAbsent(pair(tokens.get(i - 2), tokens.get(i - 1)), any -> new ArrayList<>())
                        .add(tokens.get(i));
                following
                        .computeIfAbsent(tokens.get(i - 1), any -> new ArrayList<>())
                        .add(tokens.get(i));
            }
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters("prompt", "tokens", "rate", "seed");
        subscription.refuseOtherBounds();
        String prompt = prompt(subscription);
        long count = subscription.number("tokens", 1, 10_000, 100);
        long rate = subscription.number("rate", 1, 1_000, 20);
        Random random = new Random(subscription.number("seed", 0, Long.MAX_VALUE, System.nanoTime() & Long.MAX_VALUE));
        List<String> before = tokens(prompt.substring(Math.max(0, prompt.length() - LOOKED_AT)));
        String first = before.size() < 2 ? END : before.get(before.size() - 2);
        String second = before.isEmpty() ? END : before.get(before.size() - 1);
        return Cold.run(out -> generate(first, second, count, random, out.paced(rate)));
    }

    private static String prompt(Subscription subscription) {
        String given = subscription.parameters().get("prompt");
        if (given != null) {
            subscription.refuseBody();
            return given;
        }
        return subscription.body().toText();
    }

    private void generate(String before, String last, long count, Random random, Cold.Emitter out)
            throws InterruptedException {
        String first = before;
        String second = last;
        for (long n = 0; n < count; n++) {
            String token = after(first, second, random);
            boolean word = Character.isLetter(token.charAt(0));
            out.emit(Event.of(TYPE, (word && n > 0 ? " " : "") + token));
            first = second;
            second = token;
        }
    }

    private String after(String first, String second, Random random) {
        List<String> choice = following.getOrDefault(
                pair(first, second), following.getOrDefault(second, Objects.requireNonNull(following.get(END))));
        return choice.get(random.nextInt(choice.size()));
    }

    private static List<String> tokens(String text) {
        List<String> tokens = new ArrayList<>();
        for (Matcher token = TOKEN.matcher(text); token.find(); ) {
            tokens.add(token.group());
        }
        return tokens;
    }

    private static String pair(String first, String second) {
        return first + " " + second;
    }
}
