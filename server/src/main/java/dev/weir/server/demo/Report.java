package dev.weir.server.demo;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Start;
import dev.weir.Subscription;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * An export from an embedded database, whose cursor makes a row when the client has taken the one before: a million rows take no more
 * memory than a hundred. The id of a row is its key, so that an export goes on where it was cut.
 */
final class Report implements EventSource {

    static final String NAME = "report";

    private static final long MOST = 1_000_000;
    private static final Pattern ID = Pattern.compile("report\\.([1-9]\\d{0,6})");
    private static final List<String> COLUMNS = List.of("id", "day", "product", "pieces", "price");

    /** Without the option the database would compute the whole result before its first row. */
    private static final String DATABASE = "jdbc:h2:mem:;LAZY_QUERY_EXECUTION=1";

    private static final String ROWS = """
            SELECT X, DATEADD(DAY, MOD(X, 365), DATE '2026-01-01'),
                   CASE MOD(X, 4) WHEN 0 THEN 'boat' WHEN 1 THEN 'oar' WHEN 2 THEN 'rope' ELSE 'anchor' END,
                   MOD(X * 7919, 97) + 1, CAST(MOD(X * 104729, 100000) / 100.0 AS DECIMAL(10, 2))
            FROM SYSTEM_RANGE(?, ?)""";

    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters("rows");
        subscription.refuseBody();
        subscription.refuseUntil();
        long rows = subscription.number("rows", 0, MOST, MOST);
        long before = before(subscription.start());
        if (before > rows) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "after, or Last-Event-ID: " + NAME + "." + before + " is no row of a report of " + rows
                            + "; allowed is the id of one that it has");
        }
        return Cold.run(COLUMNS, out -> export(before + 1, rows, out));
    }

    private static long before(Start start) {
        if (start instanceof Start.Latest || start instanceof Start.Earliest) {
            return 0;
        }
        Matcher id = ID.matcher(start instanceof Start.After after ? after.id() : "");
        if (!id.matches()) {
            throw new Refusal(
                    Code.BAD_REQUEST,
                    "from, after, or Last-Event-ID: allowed are from=earliest and the id of a row, unchanged");
        }
        return Long.parseLong(id.group(1));
    }

    private static void export(long first, long last, Cold.Emitter out) throws SQLException, InterruptedException {
        try (Connection database = DriverManager.getConnection(DATABASE);
                PreparedStatement query = database.prepareStatement(ROWS)) {
            query.setLong(1, first);
            query.setLong(2, last);
            try (ResultSet rows = query.executeQuery()) {
                while (rows.next()) {
                    out.emit(Event.of("row", json(rows)).withId(NAME + "." + rows.getLong(1)));
                }
            }
        }
    }

    private static String json(ResultSet row) throws SQLException {
        return "[" + row.getLong(1) + ",\"" + row.getDate(2) + "\",\"" + row.getString(3) + "\"," + row.getLong(4) + ","
                + row.getBigDecimal(5).toPlainString() + "]";
    }
}
