package dev.weir;

import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a subscriber asked for, the same on every transport. Immutable.
 *
 * @param names the sources wanted, one or more
 * @param start where to begin
 * @param until end at what is the latest at open, or at a time; empty: never
 * @param limit end after so many events
 * @param waiting end after this time (parameter {@code wait})
 * @param filter which events
 * @param heartbeat longest silence, 1 to 60 seconds
 * @param onGap what to do where events are lost
 * @param slow what happens when the log overtakes this subscriber; empty: what the source does by itself
 * @param format how signals are written
 * @param parameters what else was given, for the source
 * @param body the body of the request, empty if none
 * @param caller who asks
 */
public record Subscription(
        List<String> names,
        Start start,
        Optional<Until> until,
        OptionalLong limit,
        Optional<Duration> waiting,
        Filter filter,
        Duration heartbeat,
        OnGap onGap,
        Optional<Slow> slow,
        Format format,
        Map<String, String> parameters,
        Bytes body,
        Caller caller) {

    /** The most bytes of a body. */
    public static final int MAX_BODY = 1 << 20;

    private static final int DEFAULT_HEARTBEAT_SECONDS = 15;
    private static final String HEADER = "header.";

    /** Parameter {@code on-gap}. */
    public enum OnGap {
        /** Tell the client and go on. */
        CONTINUE,
        /** Refuse before the first byte, or stop. */
        FAIL
    }

    /**
     * Parameter {@code slow}: what happens to a subscriber that the log has overtaken. A stream that is made for one caller waits
     * for it, whatever it asks for.
     */
    public enum Slow {
        /** It catches up from what is stored, and loses nothing. Topics of Kafka only, whose default it is. */
        LAG,
        /** It goes on with the oldest event still held, and is told a gap. The default of topics in the process. */
        DROP_OLDEST,
        /** Of the events that wait for it, it gets the newest of each key; how many others were left out stands in heartbeats. */
        CONFLATE,
        /** It is stopped with {@code slow-consumer}, and may come back with its last id. */
        DISCONNECT;

        /** As in the parameter, such as {@code drop-oldest}. */
        @Override
        public String toString() {
            return Words.ofConstant(this);
        }
    }

    /**
     * Parameter {@code until}: a cut that is fixed when the stream is opened.
     *
     * @param time events before this time; null: what is there at open
     */
    public record Until(@Nullable Instant time) {}

    /**
     * A subscription by the program itself, with every default.
     *
     * @param name the source
     * @return from the latest event on, without an end
     */
    public static Subscription to(String name) {
        return of(List.of(name), Map.of(), Bytes.EMPTY, Caller.at(new InetSocketAddress(0)));
    }

    /**
     * Reads {@code name?parameter=value&...}, percent-encoded as in a URL.
     *
     * @param nameAndQuery the name of a source and parameters; {@code topic} may name more sources
     * @param body the body of the request, {@link #MAX_BODY} at the most
     * @param caller who asks; its header {@code last-event-id} overrides where to begin
     * @return the subscription
     * @throws Refusal bad-request, conflict or too-large, naming the parameter and what is allowed
     */
    public static Subscription parse(String nameAndQuery, Bytes body, Caller caller) {
        int mark = nameAndQuery.indexOf('?');
        String name = Parameters.decode(mark < 0 ? nameAndQuery : nameAndQuery.substring(0, mark), false);
        return of(
                name.isEmpty() ? List.of() : List.of(name),
                Parameters.ofQuery(mark < 0 ? "" : nameAndQuery.substring(mark + 1)),
                body,
                caller);
    }

    /**
     * Reads parameters that are decoded already.
     *
     * @param names names of sources; the parameter {@code topic} adds to them
     * @param given values by name of the parameter
     * @param body the body of the request, {@link #MAX_BODY} at the most
     * @param caller who asks; its header {@code last-event-id} overrides where to begin
     * @return the subscription
     * @throws Refusal bad-request, conflict or too-large, naming the parameter and what is allowed
     */
    public static Subscription of(List<String> names, Map<String, List<String>> given, Bytes body, Caller caller) {
        if (body.length() > MAX_BODY) {
            throw new Refusal(Code.TOO_LARGE, "body: allowed are " + MAX_BODY + " bytes");
        }
        Parameters parameters = new Parameters(given);
        Set<String> all = new TreeSet<>(names);
        all.addAll(parameters.all("topic"));
        if (all.contains("")) {
            throw new Refusal(Code.BAD_REQUEST, "topic: empty; name the source to read");
        }
        if (all.isEmpty()) {
            throw new Refusal(Code.BAD_REQUEST, "topic: missing; name the source to read");
        }
        long limit = parameters.number("limit", 1, Long.MAX_VALUE, 0);
        long wait = parameters.number("wait", 1, 3600, 0);
        OnGap onGap = parameters.choice("on-gap", OnGap.class);
        Format.Encoding encoding = parameters.choice("encoding", Format.Encoding.class);
        return new Subscription(
                List.copyOf(all),
                start(parameters, caller),
                until(parameters.one("until")),
                limit == 0 ? OptionalLong.empty() : OptionalLong.of(limit),
                wait == 0 ? Optional.empty() : Optional.of(Duration.ofSeconds(wait)),
                new Filter(Set.copyOf(parameters.all("type")), bytes(parameters.all("key")), headers(parameters)),
                Duration.ofSeconds(parameters.number("heartbeat", 1, 60, DEFAULT_HEARTBEAT_SECONDS)),
                onGap == null ? OnGap.CONTINUE : onGap,
                Optional.ofNullable(parameters.choice("slow", Slow.class)),
                new Format(
                        parameters.choice("envelope", Format.Envelope.class),
                        encoding == null ? Format.Encoding.AUTO : encoding,
                        parameters.choice("heartbeat-as", Format.Heartbeats.class)),
                parameters.rest(),
                body,
                caller);
    }

    private static Set<Bytes> bytes(List<String> texts) {
        return texts.stream().map(Bytes::utf8).collect(Collectors.toUnmodifiableSet());
    }

    private static Map<String, Set<Bytes>> headers(Parameters parameters) {
        Map<String, Set<Bytes>> wanted = new HashMap<>();
        for (String parameter : parameters.startingWith(HEADER)) {
            String name = parameter.substring(HEADER.length());
            if (name.isEmpty()) {
                throw new Refusal(
                        Code.BAD_REQUEST, "header.: the name of a header is missing; allowed is header.<name>");
            }
            wanted.put(name, bytes(parameters.all(parameter)));
        }
        return wanted;
    }

    private static Start start(Parameters parameters, Caller caller) {
        String from = parameters.one("from");
        String after = parameters.one("after");
        if (from != null && after != null) {
            throw new Refusal(Code.CONFLICT, "from and after: two starts; give one of them");
        }
        String last = caller.header().apply("last-event-id");
        if (last != null && !last.isEmpty()) {
            return Start.after("Last-Event-ID", last);
        }
        if (after != null) {
            return Start.after("after", after);
        }
        return from == null ? new Start.Latest() : Start.parse(from);
    }

    private static Optional<Until> until(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        if (text.equals("latest")) {
            return Optional.of(new Until(null));
        }
        return Optional.of(new Until(Start.pastTime("until", text, "latest or an RFC 3339 time")));
    }

    /**
     * The source asked for, as a source sees it: where a connection reads several, each is opened with a subscription of its own.
     *
     * @return the first of the names
     */
    public String name() {
        return names.get(0);
    }

    /**
     * Whether the stream has an end that was asked for.
     *
     * @return true with {@code limit}, {@code until} or {@code wait}
     */
    public boolean bounded() {
        return limit.isPresent() || until.isPresent() || waiting.isPresent();
    }

    /**
     * A parameter that this source needs.
     *
     * @param parameter its name
     * @return its value
     * @throws Refusal bad-request if it was not given
     */
    public String required(String parameter) {
        String value = parameters.get(parameter);
        if (value == null) {
            throw new Refusal(Code.BAD_REQUEST, parameter + ": missing; " + name() + " needs it");
        }
        return value;
    }

    /**
     * A number among the parameters of this source.
     *
     * @param parameter its name
     * @param least smallest value
     * @param most largest value
     * @param usual without the parameter
     * @return its value
     * @throws Refusal bad-request if it is no such number, naming what is allowed
     */
    public long number(String parameter, long least, long most, long usual) {
        String value = parameters.get(parameter);
        return value == null ? usual : Parameters.number(parameter, "", value, least, most);
    }

    /**
     * For sources that know their parameters, so that a misspelt one is told.
     *
     * @param own the names of those of this source
     * @throws Refusal bad-request if there is any other
     */
    public void refuseOtherParameters(String... own) {
        Set<String> others = new TreeSet<>(parameters.keySet());
        List.of(own).forEach(others::remove);
        if (!others.isEmpty()) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    Parameters.shown(others.iterator().next()) + ": unknown parameter; allowed are "
                            + (own.length == 0 ? "" : String.join(", ", own) + ", ")
                            + "topic, from, after, limit, until, wait, type, key, header.<name>, slow, on-gap, heartbeat,"
                            + " heartbeat-as, envelope, encoding; over HTTP also compress, format, footer, formulas, done");
        }
    }

    /**
     * For sources that read no body, so that what a client sends is not passed over in silence.
     *
     * @throws Refusal bad-request if there is one
     */
    public void refuseBody() {
        if (body.length() > 0) {
            throw new Refusal(Code.BAD_REQUEST, "body: " + name() + " takes none; leave it out");
        }
    }

    /**
     * For sources that can only be read from their beginning to their own end.
     *
     * @throws Refusal bad-request if the client wants to begin elsewhere, or an end that the source doesn't know
     */
    public void refuseOtherBounds() {
        if (!(start instanceof Start.Latest || start instanceof Start.Earliest)) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "from, after, or Last-Event-ID: " + name()
                            + " can't be resumed; ask for all of it, without them or with from=earliest");
        }
        refuseUntil();
    }

    /**
     * For sources that don't know where a time, or what is there at open, would end them.
     *
     * @throws Refusal bad-request if the client wants an end there
     */
    public void refuseUntil() {
        if (until.isPresent()) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "until: " + name() + " knows no such end; leave it out, or ask for a limit or a wait");
        }
    }

    /**
     * The same with another start.
     *
     * @param start where to begin
     * @return a new subscription
     */
    public Subscription withStart(Start start) {
        return copy(names, start, onGap, slow);
    }

    /**
     * The same with another answer to gaps.
     *
     * @param onGap what to do where events are lost
     * @return a new subscription
     */
    public Subscription withOnGap(OnGap onGap) {
        return copy(names, start, onGap, slow);
    }

    /**
     * The same without parameters that are not for the source, because a transport has read them.
     *
     * @param taken their names
     * @return a new subscription
     */
    public Subscription without(Set<String> taken) {
        Map<String, String> rest = new LinkedHashMap<>(parameters);
        rest.keySet().removeAll(taken);
        return new Subscription(
                names, start, until, limit, waiting, filter, heartbeat, onGap, slow, format, rest, body, caller);
    }

    Subscription with(Slow policy) {
        return copy(names, start, onGap, Optional.of(policy));
    }

    /** One of the sources that a connection reads together. */
    Subscription of(String name, Start where) {
        return copy(List.of(name), where, onGap, slow);
    }

    private Subscription copy(List<String> names, Start start, OnGap onGap, Optional<Slow> slow) {
        return new Subscription(
                names, start, until, limit, waiting, filter, heartbeat, onGap, slow, format, parameters, body, caller);
    }
}
