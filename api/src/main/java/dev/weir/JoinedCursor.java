package dev.weir;

import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Several sources read as one. They are asked in turn, and the id of every signal is the position in all of them: {@code 1.} and,
 * joined by {@code ~}, what follows in the id of each, in the order of their names (rule I1).
 */
final class JoinedCursor implements Cursor {

    private static final String VERSION = "1.";
    private static final String SEPARATOR = "~";
    private static final Pattern ONE = Pattern.compile("1\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]+");
    private static final int MOST_TOPICS = 16;
    private static final int MOST_PARTITIONS = 128;

    private final List<String> names;
    private final List<Cursor> cursors = new ArrayList<>();
    private final List<String> positions = new ArrayList<>();
    private final boolean[] ended;

    // the subscriber's thread
    private int turn;
    private int open;
    private long events;

    private JoinedCursor(List<String> names) {
        this.names = names;
        ended = new boolean[names.size()];
        open = names.size();
    }

    /**
     * Opens every source of the subscription. Blocks as they do.
     *
     * @throws Refusal what a source says; bad-request for one that can't be read together with others
     */
    static Cursor open(Subscription asked, Function<String, EventSource> sources) {
        if (asked.names().size() > MOST_TOPICS) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "topic: " + asked.names().size() + " given; allowed are " + MOST_TOPICS + " on one connection");
        }
        JoinedCursor joined = new JoinedCursor(asked.names());
        List<Start> starts = starts(asked.start(), asked.names());
        try {
            int partitions = 0;
            for (int n = 0; n < asked.names().size(); n++) {
                String name = asked.names().get(n);
                Cursor cursor = sources.apply(name).open(asked.of(name, starts.get(n)));
                joined.cursors.add(cursor);
                joined.positions.add(position(name, cursor));
                partitions += partitions(cursor.position());
                if (partitions > MOST_PARTITIONS) {
                    throw new Refusal(
                            Code.BAD_REQUEST,
                            "topic: these have more than " + MOST_PARTITIONS
                                    + " partitions together, the most that a connection reads; ask for fewer");
                }
            }
            return joined;
        } catch (RuntimeException | Error refused) {
            joined.close();
            throw refused;
        }
    }

    private static String position(String name, Cursor cursor) {
        String position = cursor.position();
        if (!ONE.matcher(position).matches()) {
            throw new Refusal(
                    Code.BAD_REQUEST, "topic=" + name + ": it has no place in a common id; read it by itself");
        }
        return position;
    }

    /** Two numbers for each partition, of which only the last octet has no continuation bit. */
    private static int partitions(String position) {
        int numbers = 0;
        for (byte octet : Base64.getUrlDecoder().decode(position.substring(position.lastIndexOf('.') + 1))) {
            numbers += octet >= 0 ? 1 : 0;
        }
        return numbers / 2;
    }

    private static List<Start> starts(Start where, List<String> names) {
        List<Start> starts = new ArrayList<>();
        List<String> parts = where instanceof Start.After after ? parts(after.id(), names.size()) : List.of();
        for (int n = 0; n < names.size(); n++) {
            if (where instanceof Start.After) {
                starts.add(new Start.After(VERSION + parts.get(n)));
            } else if (where instanceof Start.Last last) {
                int share = last.count() / names.size() + (n < last.count() % names.size() ? 1 : 0);
                starts.add(share == 0 ? new Start.Latest() : new Start.Last(share));
            } else {
                starts.add(where);
            }
        }
        return starts;
    }

    private static List<String> parts(String id, int expected) {
        List<String> parts =
                id.startsWith(VERSION) ? List.of(id.substring(VERSION.length()).split(SEPARATOR, -1)) : List.of();
        if (parts.size() != expected) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "after, or Last-Event-ID: " + Parameters.shown(id) + " is no id of these " + expected
                            + " topics; allowed are ids that a stream of the same topics gave");
        }
        return parts;
    }

    @Override
    public void onReady(Runnable wake) {
        cursors.forEach(cursor -> cursor.onReady(wake));
    }

    @Override
    public void onReady(Runnable wake, Executor loop) {
        cursors.forEach(cursor -> cursor.onReady(wake, loop));
    }

    @Override
    public @Nullable Signal poll() {
        for (int asked = cursors.size(); asked > 0; asked--) {
            int n = turn;
            turn = n + 1 == cursors.size() ? 0 : n + 1;
            if (!ended[n]) {
                Signal signal = cursors.get(n).poll();
                positions.set(n, signal == null ? cursors.get(n).position() : signal.id());
                if (signal instanceof Signal.End) {
                    ended[n] = true;
                    open--;
                } else if (signal != null) {
                    return joined(signal, names.get(n));
                }
            }
        }
        return open == 0 ? new Signal.End(position(), events) : null;
    }

    private Signal joined(Signal signal, String topic) {
        String id = position();
        return switch (signal) {
            case Event event -> {
                events++;
                yield event.joined(topic, id);
            }
            case Signal.Gap gap ->
                new Signal.Gap(id, gap.reason(), gap.partition(), gap.from(), gap.to(), gap.count(), topic);
            case Signal.Stop stop -> new Signal.Stop(id, stop.code(), stop.message(), stop.retryAfter());
            case Signal.Heartbeat heartbeat -> new Signal.Heartbeat(id, superseded());
            case Signal.Open again -> new Signal.Open(id, again.columns());
            case Signal.End end -> new Signal.End(id, events);
        };
    }

    @Override
    public String position() {
        StringBuilder id = new StringBuilder(VERSION);
        String separator = "";
        for (String position : positions) {
            id.append(separator).append(position, VERSION.length(), position.length());
            separator = SEPARATOR;
        }
        return id.toString();
    }

    @Override
    public long superseded() {
        return cursors.stream().mapToLong(Cursor::superseded).sum();
    }

    @Override
    public boolean bounded() {
        return cursors.stream().allMatch(Cursor::bounded);
    }

    @Override
    public void close() {
        RuntimeException failed = null;
        for (Cursor cursor : cursors) {
            try {
                cursor.close();
            } catch (RuntimeException failure) {
                failed = failure;
            }
        }
        if (failed != null) {
            throw failed;
        }
    }
}
