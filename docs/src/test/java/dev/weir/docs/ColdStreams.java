package dev.weir.docs;

import dev.weir.Bytes;
import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Start;
import dev.weir.Subscription;
import dev.weir.hub.Task;
import dev.weir.transport.chunked.FileService;
import io.helidon.webserver.http.HttpRouting;
import java.io.BufferedReader;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.function.DoubleSupplier;
import java.util.function.LongFunction;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The streams of the tutorial. */
final class ColdStreams {

    private ColdStreams() {}

    // snippet:numbers
    static Cursor squares(Subscription subscription) {
        subscription.refuseOtherParameters("count");
        subscription.refuseOtherBounds(); // it has no ids, so nobody can go on behind one
        long count = subscription.number("count", 1, 1_000_000, 10); // 400 before the first byte
        return Cold.run(out -> {
            for (long n = 1; n <= count; n++) {
                out.emit(Event.of("square", Long.toString(n * n))); // waits while the client is slow
            }
        });
    }
    // end:numbers

    // snippet:iterator
    static Cursor of(Iterator<String> words) {
        return Cold.run(out -> {
            while (words.hasNext()) {
                out.emit(Event.of("word", words.next()));
            }
        });
    }
    // end:iterator

    // snippet:stream
    static Cursor of(Stream<String> words) {
        return Cold.run(out -> {
            try (words) {
                for (String word : (Iterable<String>) words::iterator) {
                    out.emit(Event.of("word", word));
                }
            }
        });
    }
    // end:stream

    // snippet:input
    static Cursor of(InputStream in) {
        return Cold.run(out -> {
            try (in) {
                byte[] buffer = new byte[8192];
                for (int length = in.read(buffer); length >= 0; length = in.read(buffer)) {
                    out.emit(Event.of("part", Bytes.owned(Arrays.copyOf(buffer, length))));
                }
            }
        });
    }
    // end:input

    // snippet:stage
    static Cursor of(CompletionStage<String> answer) {
        CompletableFuture<String> future = answer.toCompletableFuture();
        return Cold.run(out -> {
            try {
                out.emit(Event.of("answer", future.get()));
            } finally {
                future.cancel(true); // if the client has left before it was there
            }
        });
    }
    // end:stage

    // snippet:batches
    record Order(long number, int pieces) {}

    static Cursor batches(LongFunction<List<Order>> after) {
        return Cold.run(List.of("number", "pieces"), out -> {
            long last = 0;
            for (List<Order> batch = after.apply(last); !batch.isEmpty(); batch = after.apply(last)) {
                for (Order order : batch) {
                    out.emit(Event.of("order", "[" + order.number() + "," + order.pieces() + "]"));
                    last = order.number();
                }
            }
        });
    }
    // end:batches

    // snippet:live
    static Cursor temperatures(DoubleSupplier sensor) {
        return Cold.live(out -> {
            Cold.Emitter slowly = out.paced(10);
            while (true) {
                slowly.emit(Event.of("temperature", Double.toString(sensor.getAsDouble())));
            }
        });
    }
    // end:live

    // snippet:tail
    static Cursor tail(Path log) {
        return Cold.live(out -> {
            try (BufferedReader lines = Files.newBufferedReader(log)) {
                while (true) {
                    String line = lines.readLine();
                    if (line == null) {
                        Thread.sleep(100); // a client that has left interrupts it here
                    } else {
                        out.emit(Event.of("line", line));
                    }
                }
            }
        });
    }
    // end:tail

    // snippet:seek
    static Cursor resumable(Subscription subscription) {
        subscription.refuseUntil();
        long first = switch (subscription.start()) {
            case Start.Latest all -> 1;
            case Start.Earliest all -> 1;
            case Start.After after
            when after.id().matches("square[.][0-9]{1,9}") ->
                Long.parseLong(after.id().substring("square.".length())) + 1;
            default ->
                throw new Refusal(Code.BAD_REQUEST, "from, after: allowed are from=earliest and the id of a square");
        };
        return Cold.run(out -> {
            for (long n = first; n <= 1_000_000; n++) {
                out.emit(Event.of("square", Long.toString(n * n)).withId("square." + n));
            }
        });
    }
    // end:seek

    // snippet:files
    static void files(HttpRouting.Builder routing, Path folder) {
        routing.register("/files", new FileService(folder));
    }
    // end:files

    // snippet:items
    static Cursor prices(List<String> texts) {
        return Cold.run(out -> {
            for (int n = 0; n < texts.size(); n++) {
                try {
                    out.emit(Event.of("price", Integer.toString(Integer.parseInt(texts.get(n)))));
                } catch (NumberFormatException noPrice) {
                    out.failed("", n); // the client is told which item is missing, and the stream goes on
                }
            }
        });
    }
    // end:items

    // snippet:task
    static Task sum(int[] numbers) {
        return Task.start("sum", progress -> {
            long sum = 0;
            for (int n = 0; n < numbers.length; n++) {
                sum += numbers[n];
                progress.report(n + 1, numbers.length);
            }
            return "{\"sum\":" + sum + "}";
        });
    }
    // end:task

    // snippet:tokens
    static Cursor answer(Subscription subscription, UnaryOperator<String> model) {
        subscription.refuseOtherBounds();
        String prompt = subscription.body().toText();
        return Cold.run(out -> {
            Cold.Emitter slowly = out.paced(20);
            for (String token : model.apply(prompt).split("(?= )")) {
                slowly.emit(Event.of("token", token)); // a client that has left interrupts it here
            }
        });
    }
    // end:tokens
}
