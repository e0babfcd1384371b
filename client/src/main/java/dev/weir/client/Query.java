package dev.weir.client;

import dev.weir.Bytes;
import dev.weir.Start;
import dev.weir.Subscription;
import java.time.Instant;
import java.util.Locale;
import java.util.Set;

/** A subscription as the end of a URL. */
final class Query {

    /** The client reads no compressed streams, and a stream tells its end without a last line for others. */
    private static final Set<String> NOT_FOR_US = Set.of("compress", "done");

    private static final char[] HEX = "0123456789ABCDEF".toCharArray();

    private final StringBuilder text = new StringBuilder();
    private char separator = '?';

    private Query() {}

    /** {@code name?parameter=value&...}, percent-encoded (RFC 3986), with whole events. */
    static String of(Subscription subscription) {
        Query query = new Query();
        query.encode(Bytes.utf8(subscription.names().get(0)));
        query.add("envelope", "full");
        subscription.names().stream().skip(1).forEach(name -> query.add("topic", name));
        query.start(subscription.start());
        subscription.until().ifPresent(until -> {
            Instant time = until.time();
            query.add("until", time == null ? "latest" : time.toString());
        });
        subscription.limit().ifPresent(limit -> query.add("limit", Long.toString(limit)));
        subscription.waiting().ifPresent(wait -> query.add("wait", Long.toString(wait.toSeconds())));
        subscription.filter().types().forEach(type -> query.add("type", type));
        subscription.filter().keys().forEach(key -> query.add("key", key));
        subscription
                .filter()
                .headers()
                .forEach((name, values) -> values.forEach(value -> query.add("header." + name, value)));
        subscription.slow().ifPresent(slow -> query.add("slow", slow.toString()));
        query.add("heartbeat", Long.toString(subscription.heartbeat().toSeconds()));
        query.add("on-gap", word(subscription.onGap()));
        query.add("encoding", word(subscription.format().encoding()));
        subscription.without(NOT_FOR_US).parameters().forEach(query::add);
        return query.text.toString();
    }

    static String word(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** One part of a path. */
    static String segment(String text) {
        Query query = new Query();
        query.encode(Bytes.utf8(text));
        return query.text.toString();
    }

    private void start(Start start) {
        switch (start) {
            case Start.Latest latest -> add("from", "latest");
            case Start.Earliest earliest -> add("from", "earliest");
            case Start.Last last -> add("from", "last:" + last.count());
            case Start.At at -> add("from", at.instant().toString());
            case Start.After after -> add("after", after.id());
        }
    }

    private void add(String name, String value) {
        add(name, Bytes.utf8(value));
    }

    private void add(String name, Bytes value) {
        text.append(separator);
        separator = '&';
        encode(Bytes.utf8(name));
        text.append('=');
        encode(value);
    }

    private void encode(Bytes bytes) {
        for (int i = 0; i < bytes.length(); i++) {
            int octet = bytes.at(i) & 0xff;
            boolean plain = octet < 128 && (Character.isLetterOrDigit(octet) || "-._~".indexOf(octet) >= 0);
            if (plain) {
                text.append((char) octet);
            } else {
                text.append('%').append(HEX[octet >> 4]).append(HEX[octet & 15]);
            }
        }
    }
}
