package dev.weir.server.demo;

import dev.weir.Bytes;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Start;
import dev.weir.Subscription;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;

/**
 * The lines of a file that is being written to, one event each, as {@code tail -F} shows them: it goes on in the new file when the
 * file is renamed and made anew, and at the beginning when it is cut short. With {@code from=earliest} it begins with the lines that
 * are there.
 */
final class FileTail implements EventSource {

    static final String NAME = "log";

    private static final long PAUSE_MILLIS = 100;
    private static final int BUFFER = 64 << 10;
    private static final int LONGEST_LINE = 1 << 20;

    private final Path file;

    FileTail(Path file) {
        this.file = file;
    }

    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        subscription.refuseBody();
        subscription.refuseOtherBounds();
        boolean all = subscription.start() instanceof Start.Earliest;
        return Cold.live(out -> new Follower(out).follow(all));
    }

    /** For one stream. */
    private final class Follower {

        private final Cold.Emitter out;
        private final ByteBuffer buffer = ByteBuffer.allocate(BUFFER);
        private final ByteArrayOutputStream line = new ByteArrayOutputStream();

        Follower(Cold.Emitter out) {
            this.out = out;
        }

        void follow(boolean all) throws IOException, InterruptedException {
            boolean skip = !all;
            while (true) {
                String key = key();
                try (SeekableByteChannel present = Files.newByteChannel(file)) {
                    if (key.equals(key())) {
                        present.position(skip ? present.size() : 0);
                        skip = false;
                        while (!over(present, key)) {
                            Thread.sleep(PAUSE_MILLIS);
                        }
                    }
                } catch (NoSuchFileException notYet) {
                    skip = false;
                    Thread.sleep(PAUSE_MILLIS);
                }
            }
        }

        /** All lines that there are. True: the name stands for another file, and this one was read to its end. */
        private boolean over(SeekableByteChannel present, String key) throws IOException, InterruptedException {
            boolean exchanged = !key().equals(key);
            if (present.size() < present.position()) {
                present.position(0);
                line.reset();
            }
            while (present.read(buffer.clear()) > 0) {
                lines(buffer.flip());
            }
            if (exchanged && line.size() > 0) {
                emit();
            }
            return exchanged;
        }

        private void lines(ByteBuffer read) throws InterruptedException {
            while (read.hasRemaining()) {
                byte octet = read.get();
                if (octet == '\n' || line.size() == LONGEST_LINE) {
                    emit();
                }
                if (octet != '\n') {
                    line.write(octet);
                }
            }
        }

        private void emit() throws InterruptedException {
            Bytes text = Bytes.owned(line.toByteArray());
            line.reset();
            out.emit(Event.of("line", text));
        }

        /** What tells the file from others that have had its name; empty while there is none. */
        private String key() throws IOException {
            try {
                return String.valueOf(
                        Files.readAttributes(file, BasicFileAttributes.class).fileKey());
            } catch (NoSuchFileException none) {
                return "";
            }
        }
    }
}
