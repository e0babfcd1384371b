package dev.weir.transport.chunked;

import io.helidon.http.HeaderName;
import io.helidon.http.HeaderNames;
import io.helidon.http.ServerRequestHeaders;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/**
 * What a client may compare a file with, and the conditions it may put on a request (RFC 9110, section 13).
 *
 * @param tag a strong entity tag, quoted
 * @param modified to the second
 */
record Validators(String tag, Instant modified) {

    /** With two digits for the day (RFC 9110, section 5.6.7). */
    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH);

    enum Verdict {
        SEND,
        NOT_MODIFIED,
        FAILED
    }

    static Validators of(BasicFileAttributes file) {
        Instant modified = file.lastModifiedTime().toInstant();
        String tag = '"'
                + Long.toHexString(file.size())
                + '-'
                + Integer.toHexString(String.valueOf(file.fileKey()).hashCode())
                + '-'
                + Long.toHexString(modified.getEpochSecond())
                + '-'
                + Integer.toHexString(modified.getNano())
                + '"';
        return new Validators(tag, modified.truncatedTo(ChronoUnit.SECONDS));
    }

    String modifiedText() {
        return HTTP_DATE.format(modified.atZone(ZoneOffset.UTC));
    }

    Verdict judge(ServerRequestHeaders headers) {
        Optional<String> match = headers.first(HeaderNames.IF_MATCH);
        if (match.isPresent() ? !names(match.get(), false) : before(headers, HeaderNames.IF_UNMODIFIED_SINCE)) {
            return Verdict.FAILED;
        }
        Optional<String> none = headers.first(HeaderNames.IF_NONE_MATCH);
        if (none.isPresent() ? names(none.get(), true) : notAfter(headers, HeaderNames.IF_MODIFIED_SINCE)) {
            return Verdict.NOT_MODIFIED;
        }
        return Verdict.SEND;
    }

    /** Whether a range may be sent: the client's part is of this very file. A date can't tell, as a file may change twice in a second. */
    boolean allowsRange(ServerRequestHeaders headers) {
        return headers.first(HeaderNames.IF_RANGE).map(tag::equals).orElse(true);
    }

    private boolean names(String condition, boolean weakly) {
        return condition.strip().equals("*")
                || Arrays.stream(condition.split(","))
                        .map(String::strip)
                        .map(one -> weakly && one.startsWith("W/") ? one.substring(2) : one)
                        .anyMatch(tag::equals);
    }

    private boolean before(ServerRequestHeaders headers, HeaderName name) {
        return headers.first(name)
                .flatMap(Validators::time)
                .filter(modified::isAfter)
                .isPresent();
    }

    private boolean notAfter(ServerRequestHeaders headers, HeaderName name) {
        return headers.first(name)
                .flatMap(Validators::time)
                .filter(time -> !modified.isAfter(time))
                .isPresent();
    }

    private static Optional<Instant> time(String text) {
        try {
            return Optional.of(ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                    .toInstant());
        } catch (DateTimeException malformed) {
            return Optional.empty();
        }
    }
}
