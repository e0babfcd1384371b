package dev.weir.transport.chunked;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import de.siegmar.fastcsv.writer.CsvWriter;
import de.siegmar.fastcsv.writer.LineDelimiter;
import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Codec;
import dev.weir.Event;
import dev.weir.Format;
import dev.weir.Parameters;
import dev.weir.Refusal;
import dev.weir.Signal;
import dev.weir.Subscription;
import dev.weir.transport.http.Payload;
import java.io.IOException;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Rows (RFC 4180), separated by commas and ended by CR LF. An event is a row if its data are a JSON array: texts and numbers as they
 * stand, null as an empty cell, what is nested as JSON. The columns of the source are the header row. There is no word for any other
 * signal but the end, if a footer is asked for: a stream that was stopped ends without its last chunk.
 */
final class CsvCodec implements Codec {

    private static final String FOOTER = "footer";
    private static final String FORMULAS = "formulas";

    /** What only this format has. */
    static final List<String> PARAMETERS = List.of(FOOTER, FORMULAS);

    private static final String MEDIA_TYPE = "text/csv;charset=utf-8";
    private static final String STARTS_OF_FORMULAS = "=+-@\t\r\n\uff1d\uff0b\uff0d\uff20";
    private static final List<String> ONE_EMPTY_CELL = List.of("");

    /** A blank line is no row to most who read them. */
    private static final Bytes QUOTES = Bytes.utf8("\"\"\r\n");

    private static final JsonFactory JSON = JsonFactory.builder()
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES)
            .recyclerPool(JsonRecyclerPools.sharedConcurrentDequePool())
            .build();
    private static final CsvCodec[] CODECS = {
        new CsvCodec(false, false), new CsvCodec(false, true), new CsvCodec(true, false), new CsvCodec(true, true)
    };

    private final boolean keepsFormulas;
    private final boolean footer;

    private CsvCodec(boolean keepsFormulas, boolean footer) {
        this.keepsFormulas = keepsFormulas;
        this.footer = footer;
    }

    static CsvCodec of(String mediaType, Subscription subscription) {
        Format format = subscription.format();
        BareCodec.refuseEnvelope(Layout.CSV, format);
        BareCodec.refuseHeartbeats(Layout.CSV, format);
        if (format.encoding() != Format.Encoding.AUTO) {
            throw new Refusal(Code.BAD_REQUEST, "encoding=base64: allowed with format=csv is auto");
        }
        boolean keep = choice(subscription, FORMULAS, "guard", "keep").equals("keep");
        boolean footer = choice(subscription, FOOTER, "false", "true").equals("true");
        return CODECS[(keep ? 2 : 0) + (footer ? 1 : 0)];
    }

    private static String choice(Subscription subscription, String parameter, String usual, String other) {
        String value = subscription.parameters().getOrDefault(parameter, usual);
        if (!Set.of(usual, other).contains(value)) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    parameter + "=" + Parameters.shown(value) + ": allowed are " + usual + " (the default), " + other);
        }
        return value;
    }

    @Override
    public String mediaType() {
        return MEDIA_TYPE;
    }

    @Override
    public Codec ofEvents() {
        return CODECS[keepsFormulas ? 2 : 0];
    }

    @Override
    public boolean tellsGaps() {
        return false;
    }

    @Override
    public @Nullable Bytes encode(Signal signal) {
        return switch (signal) {
            case Event event -> {
                List<String> cells = cells(event);
                yield cells == null ? null : row(cells);
            }
            case Signal.Open open ->
                open.columns().isEmpty()
                        ? null
                        : row(open.columns().stream().map(this::guarded).toList());
            case Signal.End end -> footer ? row(List.of("#end", Long.toString(end.events()))) : null;
            default -> null;
        };
    }

    private static Bytes row(List<String> cells) {
        if (cells.equals(ONE_EMPTY_CELL)) {
            return QUOTES;
        }
        StringWriter row = new StringWriter();
        try (CsvWriter out =
                CsvWriter.builder().lineDelimiter(LineDelimiter.CRLF).build(row)) {
            out.writeRecord(cells);
        } catch (IOException impossible) {
            throw new IllegalStateException("a row could not be written to memory", impossible);
        }
        return Bytes.utf8(row.toString());
    }

    /** Null: not exactly one JSON array, or one without cells, which would be no row. */
    private @Nullable List<String> cells(Event event) {
        Bytes data = event.data();
        if (data == null) {
            return null;
        }
        Payload payload = Payload.of(data);
        if (!payload.isText() || !payload.isJson()) {
            return null;
        }
        try (JsonParser parser = JSON.createParser(data.toArray())) {
            if (parser.nextToken() != JsonToken.START_ARRAY) {
                return null;
            }
            List<String> cells = new ArrayList<>();
            for (JsonToken token = parser.nextToken(); token != JsonToken.END_ARRAY; token = parser.nextToken()) {
                cells.add(cell(parser, token));
            }
            return cells.isEmpty() ? null : cells;
        } catch (IOException malformed) {
            return null;
        }
    }

    private String cell(JsonParser parser, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_NULL) {
            return "";
        }
        if (token.isStructStart()) {
            StringWriter nested = new StringWriter();
            try (JsonGenerator out = JSON.createGenerator(nested)) {
                out.copyCurrentStructure(parser);
            }
            return nested.toString();
        }
        String text = parser.getText();
        return token == JsonToken.VALUE_STRING ? guarded(text) : text;
    }

    /** A spreadsheet takes a text that begins like this for a formula, and runs it; behind an apostrophe it stays a text. */
    private String guarded(String text) {
        return !keepsFormulas && !text.isEmpty() && STARTS_OF_FORMULAS.indexOf(text.charAt(0)) >= 0 ? "'" + text : text;
    }
}
