package dev.weir.transport.chunked;

import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Parameters;
import dev.weir.Refusal;
import dev.weir.Subscription;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.BiFunction;

/** The formats of chunked streams, the preferred one first. A client chooses one by {@code format=} or by what it accepts. */
@SuppressWarnings("ImmutableEnumChecker") // the lists are unmodifiable, the functions have no state
enum Layout {
    /** Lines of JSON. */
    NDJSON(
            JsonCodec::lines,
            "application/x-ndjson",
            "application/ndjson",
            "application/jsonl",
            "application/json-lines",
            "application/x-jsonlines"),
    /** JSON text sequences (RFC 7464). */
    JSON_SEQ(JsonCodec::sequence, "application/json-seq"),
    /** The data of each event as a line of text. */
    TEXT(BareCodec::text, "text/plain"),
    /** Rows (RFC 4180). */
    CSV(CsvCodec::of, "text/csv"),
    /** The data as they are, one after the other. */
    RAW(BareCodec::raw, "application/octet-stream");

    static final String PARAMETER = "format";

    private final BiFunction<String, Subscription, Codec> codecs;
    private final List<String> mediaTypes;

    Layout(BiFunction<String, Subscription, Codec> codecs, String... mediaTypes) {
        this.codecs = codecs;
        this.mediaTypes = List.of(mediaTypes);
    }

    static List<String> allMediaTypes() {
        return Arrays.stream(values())
                .flatMap(layout -> layout.mediaTypes.stream())
                .toList();
    }

    /** The media type for a value of the parameter. */
    static String mediaType(String format) {
        return Arrays.stream(values())
                .filter(layout -> layout.toString().equals(format))
                .findFirst()
                .orElseThrow(() -> new Refusal(
                        Code.BAD_REQUEST,
                        PARAMETER + "=" + Parameters.shown(format) + ": allowed are "
                                + String.join(
                                        ", ",
                                        Arrays.stream(values())
                                                .map(Layout::toString)
                                                .toList())))
                .mediaTypes
                .get(0);
    }

    /** The codec for a media type of {@link #allMediaTypes}, which it is called by. */
    static Codec codec(String mediaType, Subscription subscription) {
        Layout chosen = Arrays.stream(values())
                .filter(layout -> layout.mediaTypes.contains(mediaType))
                .findFirst()
                .orElseThrow();
        for (String parameter : chosen == CSV ? List.<String>of() : CsvCodec.PARAMETERS) {
            if (subscription.parameters().containsKey(parameter)) {
                throw new Refusal(Code.BAD_REQUEST, parameter + ": allowed with format=csv alone");
            }
        }
        return chosen.codecs.apply(mediaType, subscription);
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
