package dev.weir;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sources by name: what a server offers, and itself the source that transports open. Gives every stream what all sources have
 * in common: filter, limit, waiting time, heartbeats, and the stop at shutdown. Safe for any number of threads.
 *
 * <p>One daemon thread keeps the time of all streams; {@link #close} ends it.
 */
public final class Sources implements EventSource, AutoCloseable {

    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private final Map<String, EventSource> sources = new ConcurrentSkipListMap<>();
    private final Set<LivingCursor> living = ConcurrentHashMap.newKeySet();
    private final Ticker ticker = new Ticker(living);
    private volatile @Nullable Refusal stopped;

    /** No sources yet. Starts the thread that keeps the time. */
    public Sources() {}

    /**
     * Adds a source, or replaces the one of that name.
     *
     * @param name 1 to 249 characters of {@code A-Z a-z 0-9 . _ -}
     * @param source what is opened under that name
     * @return this
     * @throws IllegalArgumentException if the name is not such
     */
    public Sources register(String name, EventSource source) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "source name " + Parameters.shown(name) + ": allowed are 1 to 249 characters of A-Z a-z 0-9 . _ -");
        }
        sources.put(name, source);
        return this;
    }

    /**
     * The names that can be opened.
     *
     * @return in order, as of now
     */
    public SortedSet<String> names() {
        return new TreeSet<>(sources.keySet());
    }

    /**
     * How many streams are open.
     *
     * @return 0 or more
     */
    public int open() {
        return living.size();
    }

    /**
     * Refuses what opening a source of that name would be refused for. Does not block, and opens nothing.
     *
     * @param name the name asked for
     * @throws Refusal not-found with near names; after {@link #stop} what that says
     */
    public void require(String name) {
        find(name);
    }

    /**
     * Opens the source that the subscription names. Blocks as that source does.
     *
     * @throws Refusal bad-request, not-found with near names, shutdown, or what the source says
     */
    @Override
    public Cursor open(Subscription subscription) {
        Cursor cursor = find(subscription.name()).open(subscription);
        if (!subscription.filter().equals(Filter.ALL)) {
            cursor = new FilteredCursor(cursor, subscription.filter());
        }
        LivingCursor alive = new LivingCursor(cursor, subscription, ticker, living);
        Refusal refusal = stopped;
        if (refusal != null) {
            alive.stop(refusal.code(), refusal.getMessage(), refusal.retryAfter());
        }
        return subscription.bounded() || !subscription.filter().equals(Filter.ALL)
                ? new CountedCursor(alive, subscription.limit())
                : alive;
    }

    /**
     * Stops every stream that is open, each with a time to come back of its own between one and two times {@code retryAfter},
     * and refuses new ones. Returns at once; a stream whose client does not read is stopped when it is cut.
     *
     * @param code why
     * @param message what clients are told
     * @param retryAfter shortest time to wait before coming back
     */
    public void stop(Code code, String message, Duration retryAfter) {
        stopped = new Refusal(code, message, retryAfter);
        for (LivingCursor cursor : living) {
            long jitter = ThreadLocalRandom.current().nextLong(retryAfter.toMillis() + 1);
            cursor.stop(code, message, retryAfter.plusMillis(jitter));
        }
    }

    /** Ends the thread that keeps the time. Streams that are still open get no more heartbeats. Idempotent. */
    @Override
    public void close() {
        ticker.close();
    }

    private EventSource find(String name) {
        Refusal refusal = stopped;
        if (refusal != null) {
            throw refusal;
        }
        EventSource source = sources.get(name);
        if (source == null) {
            String near = near(name);
            throw new Refusal(
                    Code.NOT_FOUND,
                    "no topic " + Parameters.shown(name) + (near.isEmpty() ? "" : "; did you mean " + near + "?"));
        }
        return source;
    }

    private String near(String name) {
        Set<String> near = new TreeSet<>();
        for (String known : sources.keySet()) {
            int far = Math.max(1, known.length() / 3);
            if (Math.abs(known.length() - name.length()) <= far
                    && distance(known.toLowerCase(Locale.ROOT), name.toLowerCase(Locale.ROOT)) <= far) {
                near.add(known);
            }
        }
        return near.stream().limit(3).collect(Collectors.joining(", "));
    }

    /** Levenshtein's distance; names are short. */
    private static int distance(String a, String b) {
        int[] row = new int[b.length() + 1];
        for (int j = 0; j <= b.length(); j++) {
            row[j] = j;
        }
        for (int i = 1; i <= a.length(); i++) {
            int diagonal = row[0];
            row[0] = i;
            for (int j = 1; j <= b.length(); j++) {
                int replaced = diagonal + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
                diagonal = row[j];
                row[j] = Math.min(replaced, Math.min(row[j], row[j - 1]) + 1);
            }
        }
        return row[b.length()];
    }
}
