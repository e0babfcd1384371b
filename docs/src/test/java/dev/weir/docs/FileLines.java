package dev.weir.docs;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Subscription;
import java.io.BufferedReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;

// snippet:cold
/** The lines of a file, made for the one who asks: {@code GET /streams/lines?file=today.log}. */
record FileLines(Path folder, Set<String> allowed) implements EventSource {

    @Override
    public Cursor open(Subscription subscription) {
        String file = subscription.required("file"); // 400 before the first byte, on every transport
        if (!allowed.contains(file)) {
            throw new Refusal(Code.NOT_FOUND, "file: no such file");
        }
        subscription.refuseOtherBounds(); // its lines have no ids to go on behind
        return Cold.run(out -> {
            try (BufferedReader lines = Files.newBufferedReader(folder.resolve(file))) {
                for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                    out.emit(Event.of("line", line)); // waits while the client is slow
                }
            }
        });
    }
}
// end:cold
