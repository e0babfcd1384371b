package dev.weir.transport.chunked;

import dev.weir.Code;
import dev.weir.Parameters;
import dev.weir.Refusal;
import dev.weir.transport.http.Problem;
import dev.weir.transport.http.ResponseBody;
import dev.weir.transport.http.StallWatch;
import dev.weir.transport.http.StreamService;
import io.helidon.common.media.type.MediaTypes;
import io.helidon.http.HeaderNames;
import io.helidon.http.HeaderValues;
import io.helidon.http.Method;
import io.helidon.http.Status;
import io.helidon.webserver.CloseConnectionException;
import io.helidon.webserver.http.HttpRules;
import io.helidon.webserver.http.HttpService;
import io.helidon.webserver.http.ServerRequest;
import io.helidon.webserver.http.ServerResponse;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The files below a folder on a listener of the application's: {@code routing.register("/files", new FileService(folder))} serves
 * {@code GET /files/{path}}, whole or one range of it, as a download. Nothing outside of the folder can be reached: links are not
 * followed, and what is no regular file is not found. A file that changes while it is sent breaks the answer, so that its parts are
 * never of two files; with {@code If-Range} a client goes on only where it is still the same. (RFC 9110; RFC 6266; RFC 8187.)
 */
public final class FileService implements HttpService {

    /** The least that may be in memory of a file for each download, in bytes. */
    public static final int LEAST_CHUNK = 8 << 10;

    /** The most that may be in memory of a file for each download, in bytes. */
    public static final int MOST_CHUNK = 64 << 10;

    private static final String METHODS = "GET, HEAD, OPTIONS";
    private static final int LONGEST_NAME = 255;

    private static final int MOST_IDLE_BUFFERS = 64;
    private static final Duration RETRY = Duration.ofSeconds(2);

    /** Of the process, whose descriptors they are. */
    private static final Semaphore PLACES = new Semaphore(500);

    private final Semaphore places;
    private final Queue<ByteBuffer> buffers = new ArrayBlockingQueue<>(MOST_IDLE_BUFFERS);
    private final AtomicInteger downloads = new AtomicInteger();
    private volatile @Nullable Refusal stopped;
    private final Folder folder;
    private final int chunk;
    private final Duration maxWriteStall;

    /**
     * With chunks of 64 KiB and the patience of streams that have an end.
     *
     * @param folder what may be read
     * @throws UncheckedIOException there is no such folder, or its file system can't keep its readers inside
     */
    public FileService(Path folder) {
        this(folder, MOST_CHUNK, StreamService.MAX_BOUNDED_STALL);
    }

    /**
     * A service.
     *
     * @param folder what may be read
     * @param chunk how much of a file is in memory at a time, from {@link #LEAST_CHUNK} to {@link #MOST_CHUNK} bytes
     * @param maxWriteStall how long a client may take nothing before its download is cut
     * @throws UncheckedIOException there is no such folder, or its file system can't keep its readers inside
     * @throws IllegalArgumentException the size is not such
     */
    public FileService(Path folder, int chunk, Duration maxWriteStall) {
        this(folder, chunk, maxWriteStall, PLACES);
    }

    /** @param places a permit for each download that may be under way */
    FileService(Path folder, int chunk, Duration maxWriteStall, Semaphore places) {
        if (chunk < LEAST_CHUNK || chunk > MOST_CHUNK) {
            throw new IllegalArgumentException(
                    "chunk=" + chunk + ": allowed are " + LEAST_CHUNK + " to " + MOST_CHUNK + " bytes");
        }
        this.chunk = chunk;
        this.maxWriteStall = maxWriteStall;
        this.places = places;
        try {
            this.folder = new Folder(folder);
        } catch (IOException failure) {
            throw new UncheckedIOException("folder " + folder + " can't be served", failure);
        }
    }

    /**
     * How many downloads are under way.
     *
     * @return 0 or more
     */
    public int downloads() {
        return downloads.get();
    }

    /**
     * Refuses downloads from now on. Those that are under way may finish. Any thread.
     *
     * @param why what clients are told, with when to come back
     */
    public void stop(Refusal why) {
        stopped = why;
    }

    @Override
    public void routing(HttpRules rules) {
        rules.any(this::handle);
    }

    private void handle(ServerRequest request, ServerResponse response) {
        Method method = request.prologue().method();
        try {
            if (method.equals(Method.OPTIONS)) {
                response.status(Status.NO_CONTENT_204)
                        .header(HeaderNames.ALLOW, METHODS)
                        .send();
            } else if (method.equals(Method.GET) || method.equals(Method.HEAD)) {
                download(request, response);
            } else {
                response.header(HeaderNames.ALLOW, METHODS);
                throw new Refusal(Code.METHOD, method.text() + ": allowed are " + METHODS);
            }
        } catch (Refusal no) {
            Problem.of(no).send(response, method.equals(Method.HEAD));
        } catch (IOException | UncheckedIOException broken) {
            throw new CloseConnectionException("a file could not be sent", broken);
        }
        if (request.headers().containsToken(HeaderValues.CONNECTION_CLOSE)) {
            throw new CloseConnectionException("the client wants no more");
        }
    }

    /** A download holds descriptors that streams need too. */
    private void download(ServerRequest request, ServerResponse response) throws IOException {
        List<String> names = names(request);
        downloads.incrementAndGet();
        try {
            Refusal no = stopped;
            if (no != null) {
                throw no;
            }
            if (!places.tryAcquire()) {
                throw full();
            }
            try (Folder.Opened file = open(names)) {
                answer(request, response, file);
            } finally {
                places.release();
            }
        } finally {
            downloads.decrementAndGet();
        }
    }

    private static Refusal full() {
        return new Refusal(Code.OVERLOADED, "too many downloads; come back later", RETRY);
    }

    private Folder.Opened open(List<String> names) throws IOException {
        try {
            return folder.open(names);
        } catch (FileSystemException none) {
            if (String.valueOf(none.getReason()).startsWith("Too many open files")) {
                throw full();
            }
            throw new Refusal(Code.NOT_FOUND, "no such file");
        } catch (InvalidPathException none) {
            throw new Refusal(Code.NOT_FOUND, "no such file");
        }
    }

    /** The segments below the folder, each a name that can stand there; the path that a route is told is decoded loosely. */
    private static List<String> names(ServerRequest request) {
        String below = request.path().path();
        String[] segments = request.prologue().uriPath().rawPath().split("/", -1);
        List<String> names = new ArrayList<>();
        for (int i = 1; i < segments.length; i++) {
            names.add(name(segments[i]));
        }
        int count = (int) below.chars().filter(c -> c == '/').count();
        if (below.length() < 2 || count == 0 || count > names.size()) {
            throw new Refusal(Code.NOT_FOUND, "no such file");
        }
        return names.subList(names.size() - count, names.size());
    }

    private static String name(String segment) {
        String name = Parameters.decode(segment, false);
        if (name.isEmpty()
                || name.equals(".")
                || name.equals("..")
                || name.indexOf('/') >= 0
                || name.indexOf('\\') >= 0
                || name.indexOf('\0') >= 0
                || name.getBytes(StandardCharsets.UTF_8).length > LONGEST_NAME) {
            throw new Refusal(Code.NOT_FOUND, "no such file");
        }
        return name;
    }

    private void answer(ServerRequest request, ServerResponse response, Folder.Opened file) throws IOException {
        long size = file.found().size();
        Validators validators = Validators.of(file.found());
        response.header(HeaderValues.create(HeaderNames.ETAG, validators.tag()))
                .header(HeaderValues.create(HeaderNames.LAST_MODIFIED, validators.modifiedText()))
                .header(HeaderValues.create(HeaderNames.ACCEPT_RANGES, "bytes"))
                .header(HeaderValues.create("X-Content-Type-Options", "nosniff"));
        switch (validators.judge(request.headers())) {
            case NOT_MODIFIED -> {
                response.status(Status.NOT_MODIFIED_304).send();
                return;
            }
            case FAILED ->
                throw new Refusal(
                        Code.PRECONDITION_FAILED,
                        "If-Match or If-Unmodified-Since: the file is another by now; ask without them, or by its ETag");
            case SEND -> {}
        }
        Optional<ByteRange> part = part(request, response, validators, size);
        part.ifPresent(range -> response.header(
                HeaderNames.CONTENT_RANGE,
                "bytes " + range.from() + "-" + (range.from() + range.length() - 1) + "/" + size));
        ByteRange range = part.orElse(ByteRange.whole(size));
        response.status(part.isPresent() ? Status.PARTIAL_CONTENT_206 : Status.OK_200)
                .header(HeaderNames.CONTENT_TYPE, mediaType(file.name()))
                .header(HeaderNames.CONTENT_DISPOSITION, disposition(file.name()))
                .header(HeaderValues.create(HeaderNames.CONTENT_LENGTH, range.length()));
        if (request.prologue().method().equals(Method.HEAD) || range.length() == 0) {
            response.send();
        } else {
            send(request, response, file, range);
        }
    }

    /** Empty: the whole. */
    private static Optional<ByteRange> part(
            ServerRequest request, ServerResponse response, Validators validators, long size) {
        Optional<String> asked = request.headers().first(HeaderNames.RANGE);
        boolean get = request.prologue().method().equals(Method.GET);
        if (!get || asked.isEmpty() || !validators.allowsRange(request.headers())) {
            return Optional.empty();
        }
        try {
            return ByteRange.of(asked.get(), size);
        } catch (Refusal outside) {
            response.header(HeaderNames.CONTENT_RANGE, "bytes */" + size);
            throw outside;
        }
    }

    /** Each chunk is sent once it is certain that the file was still the same after it was read. */
    private void send(ServerRequest request, ServerResponse response, Folder.Opened file, ByteRange range)
            throws IOException {
        ByteBuffer idle = buffers.poll();
        ByteBuffer buffer = idle == null ? ByteBuffer.allocateDirect(chunk) : idle;
        SeekableByteChannel content = file.content().position(range.from());
        try (StallWatch watch = new StallWatch(maxWriteStall);
                ResponseBody body = ResponseBody.begin(request, response)) {
            for (long left = range.length(); left > 0; left -= buffer.limit()) {
                buffer.clear().limit((int) Math.min(buffer.capacity(), left));
                while (buffer.hasRemaining() && content.read(buffer) >= 0) {}
                if (buffer.hasRemaining() || !file.unchanged()) {
                    throw new CloseConnectionException("the file has changed while it was sent: " + file.name());
                }
                body.send(buffer.flip());
                watch.moved();
            }
        } finally {
            buffers.offer(buffer);
        }
    }

    private static String mediaType(String name) {
        return MediaTypes.detectType(name).map(type -> type.text()).orElse("application/octet-stream");
    }

    /** The name twice: with what is no plain ASCII replaced, and as it is for those who read RFC 8187. */
    private static String disposition(String name) {
        StringBuilder plain = new StringBuilder();
        StringBuilder encoded = new StringBuilder();
        for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
            boolean unreserved =
                    octet > ' ' && (Character.isLetterOrDigit(octet) || "!#$&+-.^_`|~".indexOf(octet) >= 0);
            encoded.append(unreserved ? String.valueOf((char) octet) : "%%%02X".formatted(octet & 0xff));
        }
        name.codePoints()
                .map(point -> point < ' ' || point > '~' || point == '"' || point == '\\' || point == '%' ? '_' : point)
                .forEach(plain::appendCodePoint);
        return "attachment; filename=\"" + plain + "\"; filename*=UTF-8''" + encoded;
    }
}
