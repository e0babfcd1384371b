package dev.weir;

import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Sources by name: what a server offers, and itself the source that transports open. Gives every stream what all sources have
 * in common: several topics on one connection, limits, filter, waiting time, heartbeats, longest duration, and the stop at
 * shutdown. Safe for any number of threads.
 *
 * <p>One daemon thread keeps the time of all streams; {@link #close} ends it.
 */
public final class Sources implements EventSource, AutoCloseable {

    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,249}");

    private final Map<String, EventSource> sources = new ConcurrentSkipListMap<>();
    private final Set<LivingCursor> living = ConcurrentHashMap.newKeySet();
    private final Ticker ticker = new Ticker(living);
    private final Gate gate;
    private final LongAdder opened = new LongAdder();
    private final LongAdder superseded = new LongAdder();
    private final Tally endings = new Tally();
    private final Tally gaps = new Tally();
    private final Tally refusals = new Tally();
    private volatile @Nullable Refusal stopped;

    /** No sources yet, and no limits. Starts the thread that keeps the time. */
    public Sources() {
        this(Limits.NONE);
    }

    /**
     * No sources yet. Starts the thread that keeps the time.
     *
     * @param limits what all streams together may take
     */
    public Sources(Limits limits) {
        gate = new Gate(limits);
    }

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
     * How many streams have been opened since the start.
     *
     * @return 0 or more; those that have ended and those that are open add up to it
     */
    public long opened() {
        return opened.sum();
    }

    /**
     * How many streams have ended since the start, and how: {@code end} for those that were complete, {@code gone} for those whose
     * client went or was cut, and the code of their stop for all others.
     *
     * @return counts by word
     */
    public SortedMap<String, Long> endings() {
        return endings.counts();
    }

    /**
     * How many streams have been refused since the start, by the code of the refusal.
     *
     * @return counts by word
     */
    public SortedMap<String, Long> refusals() {
        return refusals.counts();
    }

    /**
     * How many gaps have been told since the start, by their reason.
     *
     * @return counts by word
     */
    public SortedMap<String, Long> gaps() {
        return gaps.counts();
    }

    /**
     * How many events were left out under {@code slow=conflate} on streams that have ended.
     *
     * @return 0 or more
     */
    public long superseded() {
        return superseded.sum();
    }

    void counted(Signal.Gap gap) {
        gaps.add(gap.reason().toString(), 1);
    }

    void ended(LivingCursor stream, String ending) {
        if (living.remove(stream)) {
            endings.add(ending, 1);
            superseded.add(stream.superseded());
        }
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
     * Opens the sources that the subscription names. Blocks as they do.
     *
     * @throws Refusal quota, not-found with near names, overloaded, shutdown, bad-request, or what the source says
     */
    @Override
    public Cursor open(Subscription subscription) {
        try {
            return admitted(subscription);
        } catch (Refusal refused) {
            refusals.add(refused.code().toString(), 1);
            throw refused;
        }
    }

    private Cursor admitted(Subscription subscription) {
        Gate.Pass pass = gate.enter(subscription.caller());
        try {
            subscription.names().forEach(this::find);
            Subscription allowed = gate.allowed(subscription);
            requireUnfiltered(allowed);
            pass.admit();
            return living(allowed, pass);
        } catch (RuntimeException | Error refused) {
            pass.leave();
            throw refused;
        }
    }

    private static void requireUnfiltered(Subscription subscription) {
        Filter filter = subscription.filter();
        if (subscription.slow().equals(Optional.of(Subscription.Slow.CONFLATE))
                && !(filter.types().isEmpty() && filter.headers().isEmpty())) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "slow=conflate: not together with type or header.<name>, because what supersedes an event may be filtered"
                            + " out; allowed is key");
        }
    }

    private Cursor living(Subscription subscription, Gate.Pass pass) {
        Cursor cursor = subscription.names().size() == 1
                ? find(subscription.name()).open(subscription)
                : JoinedCursor.open(subscription, this::find);
        if (!subscription.filter().equals(Filter.ALL)) {
            cursor = new FilteredCursor(cursor, subscription.filter());
        }
        if (subscription.bounded() || !subscription.filter().equals(Filter.ALL)) {
            cursor = new CountedCursor(cursor, subscription.limit());
        }
        LivingCursor alive = new LivingCursor(cursor, subscription, this, ticker, pass);
        opened.increment();
        living.add(alive);
        Duration longest = gate.duration();
        if (!longest.isZero()) {
            alive.stop(
                    Code.MAX_DURATION,
                    "the stream has reached its longest duration; come back with the last id",
                    jittered(RETRY),
                    longest,
                    longest);
        }
        Refusal refusal = stopped;
        if (refusal != null) {
            alive.stop(
                    refusal.code(), refusal.getMessage(), jittered(refusal.retryAfter()), Duration.ZERO, Duration.ZERO);
        }
        return alive;
    }

    /**
     * Refuses new streams and stops those that are open, all at once, each with a time to come back of its own between one and two
     * times {@code retryAfter}. Returns at once; a stream whose client has not taken its stop within a second is cut soon after.
     *
     * @param code why
     * @param message what clients are told
     * @param retryAfter shortest time to wait before coming back
     */
    public void stop(Code code, String message, Duration retryAfter) {
        stop(code, message, retryAfter, Duration.ZERO);
    }

    /**
     * Refuses new streams and stops those that are open, each with a time to come back of its own between one and two times
     * {@code retryAfter}. Returns at once; a stream whose client has not taken its stop within a second is cut soon after.
     *
     * @param code why
     * @param message what clients are told
     * @param retryAfter shortest time to wait before coming back
     * @param over live streams are stopped at any time within it, so that not all come back together; those with an end of their
     *     own are left all of it
     */
    public void stop(Code code, String message, Duration retryAfter, Duration over) {
        stopped = new Refusal(code, message, retryAfter);
        for (LivingCursor cursor : living) {
            Duration in = Duration.ofMillis(ThreadLocalRandom.current().nextLong(over.toMillis() + 1));
            cursor.stop(code, message, jittered(retryAfter), in, over);
        }
    }

    private static Duration jittered(Duration least) {
        return least.plusMillis(ThreadLocalRandom.current().nextLong(least.toMillis() + 1));
    }

    /** Ends the thread that keeps the time. Streams that are still open get no more heartbeats. Idempotent. */
    @Override
    public void close() {
        ticker.close();
    }

    private EventSource find(String name) {
        Refusal refusal = stopped;
        if (refusal != null) {
            throw new Refusal(refusal.code(), refusal.getMessage(), jittered(refusal.retryAfter()));
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
