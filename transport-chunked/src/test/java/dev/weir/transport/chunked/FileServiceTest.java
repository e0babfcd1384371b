package dev.weir.transport.chunked;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weir.tck.Stage;
import dev.weir.transport.http.HttpListener;
import io.helidon.webserver.WebServer;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.URLDecoder;
import java.net.URLEncoder;
import java.net.UnixDomainSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.channels.ServerSocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.LockSupport;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class FileServiceTest {

    private static final String SECRET = "nobody may read this";
    private static final int LARGE = 16 << 20;

    @TempDir
    private Path directory;

    private Path folder;
    private byte[] content;
    private WebServer server;
    private final HttpClient http = HttpClient.newHttpClient();

    @BeforeEach
    void open() throws Exception {
        folder = Files.createDirectory(directory.resolve("folder"));
        Files.writeString(directory.resolve("secret"), SECRET);
        content = new byte[200_000];
        new Random(7).nextBytes(content);
        Files.write(folder.resolve("report.bin"), content);
        serve(new FileService(folder));
    }

    private void serve(FileService files) {
        server = HttpListener.tune(WebServer.builder())
                .bindAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
                .shutdownHook(false)
                .shutdownGracePeriod(Duration.ofMillis(100))
                .routing(routing -> routing.register("/files", files))
                .build()
                .start();
    }

    @AfterEach
    void close() {
        http.shutdownNow();
        server.stop();
    }

    private HttpResponse<byte[]> ask(String method, String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + server.port() + "/files/" + path))
                .method(method, HttpRequest.BodyPublishers.noBody())
                .timeout(Duration.ofSeconds(20));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
    }

    private HttpResponse<byte[]> get(String path, String... headers) throws Exception {
        return ask("GET", path, headers);
    }

    private static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse("");
    }

    private Socket request(String target, int receiveBuffer) throws IOException {
        Socket socket = new Socket();
        if (receiveBuffer > 0) {
            socket.setReceiveBufferSize(receiveBuffer);
        }
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), server.port()));
        socket.setSoTimeout(20_000);
        socket.getOutputStream()
                .write(("GET " + target + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                        .getBytes(StandardCharsets.UTF_8));
        return socket;
    }

    /** Until the end of the connection, or until it is reset. */
    private static byte[] rest(InputStream in) {
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try {
            in.transferTo(read);
        } catch (IOException reset) {
            // what has come so far counts
        }
        return read.toByteArray();
    }

    @Test
    void aFileIsADownloadWithItsLengthAndItsTag() throws Exception {
        HttpResponse<byte[]> whole = get("report.bin");
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(content);
        assertThat(header(whole, "Content-Length")).isEqualTo("200000");
        assertThat(header(whole, "ETag")).matches("\"[0-9a-f-]+\"");
        assertThat(header(whole, "Accept-Ranges")).isEqualTo("bytes");
        assertThat(header(whole, "Content-Type")).isEqualTo("application/octet-stream");
        assertThat(header(whole, "Content-Disposition"))
                .isEqualTo("attachment; filename=\"report.bin\"; filename*=UTF-8''report.bin");
        assertThat(header(whole, "X-Content-Type-Options")).isEqualTo("nosniff");
    }

    @Test
    void headHasTheHeadersOfGet() throws Exception {
        HttpResponse<byte[]> head = ask("HEAD", "report.bin");
        HttpResponse<byte[]> whole = get("report.bin");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
        for (String name : new String[] {"Content-Length", "ETag", "Last-Modified", "Content-Disposition"}) {
            assertThat(header(head, name)).isNotEmpty().isEqualTo(header(whole, name));
        }
    }

    @Test
    void headOfWhatThereIsNotHasNoBody() throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.getOutputStream()
                    .write(("HEAD /files/none HTTP/1.1\r\nHost: localhost\r\n\r\n"
                                    + "GET /files/report.bin HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String answers = new String(rest(socket.getInputStream()), StandardCharsets.ISO_8859_1);
            assertThat(answers).startsWith("HTTP/1.1 404 ").doesNotContain("no such file");
            assertThat(answers.substring(answers.indexOf("\r\n\r\n") + 4)).startsWith("HTTP/1.1 200 ");
        }
    }

    @Test
    void headTellsOfTheWholeWhateverRangeIsAskedFor() throws Exception {
        HttpResponse<byte[]> head = ask("HEAD", "report.bin", "Range", "bytes=0-9");
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(header(head, "Content-Length")).isEqualTo("200000");
    }

    @Test
    void theDayOfATimeHasTwoDigits() throws Exception {
        Files.setLastModifiedTime(folder.resolve("report.bin"), FileTime.from(Instant.parse("2025-06-03T04:05:06Z")));
        assertThat(header(get("report.bin"), "Last-Modified")).isEqualTo("Tue, 03 Jun 2025 04:05:06 GMT");
    }

    @Test
    void anEmptyFileIsNothing() throws Exception {
        Files.createFile(folder.resolve("empty"));
        HttpResponse<byte[]> empty = get("empty");
        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(header(empty, "Content-Length")).isEqualTo("0");
        assertThat(empty.body()).isEmpty();
        assertThat(get("empty", "Range", "bytes=0-").statusCode()).isEqualTo(416);
    }

    @Test
    void aFileInAFolderBelowIsServed() throws Exception {
        Files.createDirectories(folder.resolve("a/b"));
        Files.writeString(folder.resolve("a/b/c.txt"), "deep");
        HttpResponse<byte[]> deep = get("a/b/c.txt");
        assertThat(deep.body()).asString(StandardCharsets.UTF_8).isEqualTo("deep");
        assertThat(header(deep, "Content-Type")).startsWith("text/plain");
    }

    @ParameterizedTest
    @CsvSource({
        "bytes=0-0, 0, 1",
        "bytes=5-9, 5, 10",
        "bytes=199990-, 199990, 200000",
        "bytes=-10, 199990, 200000",
        "bytes=0-, 0, 200000",
        "bytes=-200000, 0, 200000",
        "bytes=-300000, 0, 200000",
        "bytes=100000-999999999, 100000, 200000",
        "BYTES=1-2, 1, 3",
        "bytes=65535-65536, 65535, 65537"
    })
    void aRangeIsAPart(String range, int from, int to) throws Exception {
        HttpResponse<byte[]> part = get("report.bin", "Range", range);
        assertThat(part.statusCode()).isEqualTo(206);
        assertThat(header(part, "Content-Range")).isEqualTo("bytes " + from + "-" + (to - 1) + "/200000");
        assertThat(header(part, "Content-Length")).isEqualTo(String.valueOf(to - from));
        assertThat(part.body()).isEqualTo(Arrays.copyOfRange(content, from, to));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bytes=200000-", "bytes=999999999999-", "bytes=-0"})
    void aRangeOutsideIsRefused(String range) throws Exception {
        HttpResponse<byte[]> none = get("report.bin", "Range", range);
        assertThat(none.statusCode()).isEqualTo(416);
        assertThat(header(none, "Content-Range")).isEqualTo("bytes */200000");
        assertThat(none.body()).asString(StandardCharsets.UTF_8).contains("200000 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "bytes=5-2",
                "bytes=-",
                "bytes=a-b",
                "items=0-1",
                "bytes=0-1,3-4",
                "bytes=9999999999999999999-",
                "bytes=0-9999999999999999999",
                "bytes=--5",
                "bytes=-5-10",
                "bytes=0-9,5-14",
                "bytes=0-,0-",
                "bytes=0-0, -1",
                "bytes=1 -2",
                "bytes=0x0-0x9",
                "bytes=+1-2",
                "bytes=0",
                "bytes=",
                "bytes",
                "0-1"
            })
    void whatIsNotOneRangeIsTheWhole(String range) throws Exception {
        HttpResponse<byte[]> whole = get("report.bin", "Range", range);
        assertThat(whole.statusCode()).isEqualTo(200);
        assertThat(whole.body()).isEqualTo(content);
    }

    @Test
    void aClientThatHasTheFileIsToldSo() throws Exception {
        HttpResponse<byte[]> whole = get("report.bin");
        String tag = header(whole, "ETag");
        for (String condition : new String[] {tag, "*", "W/" + tag, "\"other\", " + tag}) {
            HttpResponse<byte[]> known = get("report.bin", "If-None-Match", condition);
            assertThat(known.statusCode()).as(condition).isEqualTo(304);
            assertThat(known.body()).isEmpty();
            assertThat(header(known, "ETag")).isEqualTo(tag);
        }
        String time = header(whole, "Last-Modified");
        assertThat(get("report.bin", "If-Modified-Since", time).statusCode()).isEqualTo(304);
        assertThat(get("report.bin", "If-None-Match", "\"other\"", "If-Modified-Since", time)
                        .statusCode())
                .isEqualTo(200);
        assertThat(get("report.bin", "If-Modified-Since", "no time").statusCode())
                .isEqualTo(200);
    }

    @Test
    void aClientThatWantsAnotherFileIsRefused() throws Exception {
        String tag = header(get("report.bin"), "ETag");
        assertThat(get("report.bin", "If-Match", "\"other\"").statusCode()).isEqualTo(412);
        assertThat(get("report.bin", "If-Match", "W/" + tag).statusCode()).isEqualTo(412);
        assertThat(get("report.bin", "If-Match", tag).statusCode()).isEqualTo(200);
        assertThat(get("report.bin", "If-Unmodified-Since", "Sun, 06 Nov 1994 08:49:37 GMT")
                        .statusCode())
                .isEqualTo(412);
    }

    @Test
    void aClientGoesOnOnlyInTheSameFile() throws Exception {
        HttpResponse<byte[]> whole = get("report.bin");
        String tag = header(whole, "ETag");
        String time = header(whole, "Last-Modified");
        assertThat(get("report.bin", "Range", "bytes=5-", "If-Range", tag).statusCode())
                .isEqualTo(206);
        for (String other : new String[] {time, "\"other\"", "W/" + tag, "Sun, 06 Nov 1994 08:49:37 GMT", "nonsense"}) {
            assertThat(get("report.bin", "Range", "bytes=5-", "If-Range", other).statusCode())
                    .as(other)
                    .isEqualTo(200);
        }
        Files.write(folder.resolve("report.bin"), new byte[content.length]);
        HttpResponse<byte[]> changed = get("report.bin", "Range", "bytes=5-", "If-Range", tag);
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(header(changed, "ETag")).isNotEqualTo(tag);
    }

    @ParameterizedTest
    @CsvSource({
        "GET, bytes=5-9, , , 206",
        "GET, bytes=5-9, same, , 206",
        "GET, bytes=5-9, other, , 200",
        "GET, bytes=300000-, other, , 200",
        "GET, bytes=300000-, same, , 416",
        "GET, , same, , 200",
        "GET, , other, , 200",
        "GET, 'bytes=5-9,1-2', same, , 200",
        "GET, bytes=5-9, same, If-None-Match: same, 304",
        "GET, bytes=5-9, other, If-None-Match: same, 304",
        "GET, bytes=300000-, , If-None-Match: same, 304",
        "GET, bytes=5-9, , If-None-Match: other, 206",
        "GET, bytes=5-9, same, If-Match: other, 412",
        "GET, bytes=300000-, , If-Match: other, 412",
        "GET, bytes=5-9, , If-Match: same, 206",
        "HEAD, , , If-None-Match: same, 304",
        "HEAD, , , If-Match: other, 412",
        "HEAD, bytes=300000-, same, , 200"
    })
    void conditionsGoBeforeRanges(String method, String range, String ifRange, String condition, int status)
            throws Exception {
        String tag = header(get("report.bin"), "ETag");
        List<String> headers = new ArrayList<>(List.of("X-Any", "x"));
        if (range != null) {
            headers.addAll(List.of("Range", range));
        }
        if (ifRange != null) {
            headers.addAll(List.of("If-Range", ifRange.equals("same") ? tag : "\"other\""));
        }
        if (condition != null) {
            String[] parts = condition.split(": ");
            headers.addAll(List.of(parts[0], parts[1].equals("same") ? tag : "\"other\""));
        }
        HttpResponse<byte[]> answer = ask(method, "report.bin", headers.toArray(String[]::new));
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(header(answer, "ETag")).isEqualTo(tag);
        if (status == 304 || method.equals("HEAD")) {
            assertThat(answer.body()).isEmpty();
        } else if (status == 412) {
            assertThat(answer.body()).asString().contains("\"code\":\"precondition-failed\"");
        } else if (status == 200) {
            assertThat(answer.body()).isEqualTo(content);
        }
    }

    @Test
    void aConnectionServesItsNextRequestWhateverTheAnswerWas() throws Exception {
        String tag = header(get("report.bin"), "ETag");
        String[] requests = {
            "GET /files/report.bin HTTP/1.1\r\nIf-None-Match: " + tag,
            "HEAD /files/report.bin HTTP/1.1",
            "GET /files/report.bin HTTP/1.1\r\nIf-Match: \"other\"",
            "GET /files/report.bin HTTP/1.1\r\nRange: bytes=200000-",
            "GET /files/report.bin HTTP/1.1\r\nRange: bytes=1-2\r\nRange: bytes=3-4",
            "HEAD /files/report.bin HTTP/1.1\r\nIf-None-Match: *",
            "GET /files/none HTTP/1.1",
            "OPTIONS /files/report.bin HTTP/1.1",
            "GET /files/report.bin HTTP/1.1\r\nRange: bytes=5-9\r\nConnection: close"
        };
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port())) {
            socket.setSoTimeout(20_000);
            for (String request : requests) {
                socket.getOutputStream()
                        .write((request + "\r\nHost: localhost\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            }
            String answers = new String(rest(socket.getInputStream()), StandardCharsets.ISO_8859_1);
            assertThat(Pattern.compile("HTTP/1\\.1 (\\d+) ")
                            .matcher(answers)
                            .results()
                            .map(answer -> answer.group(1)))
                    .containsExactly("304", "200", "412", "416", "206", "304", "404", "204", "206");
            assertThat(answers).endsWith(new String(content, 5, 5, StandardCharsets.ISO_8859_1));
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/files/../secret",
                "/files/..%2fsecret",
                "/files/%2e%2e/secret",
                "/files/%2e%2e%2fsecret",
                "/files/%2E%2E%5Csecret",
                "/files/..%5csecret",
                "/files/%252e%252e/secret",
                "/files/a/../../secret",
                "/files//secret",
                "/files/./../secret",
                "/files/..;/secret",
                "/files/%c0%ae%c0%ae/secret",
                "/files/%e0%80%ae%e0%80%ae/secret",
                "/files/..%c0%afsecret",
                "/files/..%00/secret",
                "/files/report.bin%00.txt",
                "/files/report.bin/",
                "/files/report.bin/x",
                "/files/%ff",
                "/files/%zz",
                "/files/%2",
                "/files/",
                "/files",
                "/files/.",
                "/files/..",
                "/files//etc/passwd",
                "/files/%2fetc%2fpasswd",
                "/files/link",
                "/files/linked/secret",
                "/files/linked/folder/report.bin",
                "/files/inner",
                "/files/sub",
                "/files/device",
                "/files/pipe",
                "/files/socket",
                "/files/..\\secret",
                "/files/%f0%80%80%ae%f0%80%80%ae/secret",
                "/files/%c1%9c..%c1%9csecret",
                "/files/%ed%a0%80",
                "/files/%u002e%u002e/secret",
                "/files/\u0000",
                "/files/report.bin%20",
                "/files/report.bin%0a",
                "/files/%0d%0aX-Injected:%201",
                "/files/report.bin::$DATA",
                "/files/sub/../../secret",
                "/files/none"
            })
    void nothingElseCanBeReached(String target) throws Exception {
        Files.createSymbolicLink(folder.resolve("link"), directory.resolve("secret"));
        Files.createSymbolicLink(folder.resolve("linked"), directory);
        Files.createSymbolicLink(folder.resolve("inner"), folder.resolve("report.bin"));
        Files.createSymbolicLink(folder.resolve("device"), Path.of("/dev/zero"));
        Files.createDirectory(folder.resolve("sub"));
        assertThat(new ProcessBuilder("mkfifo", folder.resolve("pipe").toString())
                        .start()
                        .waitFor())
                .isZero();
        try (ServerSocketChannel bound = ServerSocketChannel.open(StandardProtocolFamily.UNIX)
                        .bind(UnixDomainSocketAddress.of(folder.resolve("socket")));
                Socket socket = request(target, 0)) {
            // What is refused before any route is asked leaves the connection open.
            socket.setSoTimeout(1_000);
            String answer = new String(rest(socket.getInputStream()), StandardCharsets.ISO_8859_1);
            assertThat(answer).matches("(?s)HTTP/1\\.1 (400|404) .*").doesNotContain(SECRET, "root:", "X-Injected");
        }
    }

    @Test
    void aNameThatIsTooLongIsNotFound() throws Exception {
        assertThat(get("x".repeat(300)).statusCode()).isEqualTo(404);
        assertThat(get("%c3%bc".repeat(130)).statusCode()).isEqualTo(404);
        assertThat(get("a/".repeat(3_000) + "x").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "zero", "full", "random", "tty", "shm", "fd/0", "stdin"})
    void noDeviceIsServedEvenFromItsOwnFolder(String name) throws Exception {
        server.stop();
        serve(new FileService(Path.of("/dev")));
        assertThat(get(name).statusCode()).isEqualTo(404);
    }

    @Test
    void theFolderItselfMayBeALinkButNothingBelowIt() throws Exception {
        server.stop();
        Path link = Files.createSymbolicLink(directory.resolve("linked"), folder);
        Files.writeString(Files.createDirectory(folder.resolve("sub")).resolve("secret"), "for all");
        serve(new FileService(link));
        assertThat(get("report.bin").statusCode()).isEqualTo(200);
        assertThat(get("sub/secret").body()).asString().isEqualTo("for all");
        Files.delete(folder.resolve("sub/secret"));
        Files.delete(folder.resolve("sub"));
        Files.createSymbolicLink(folder.resolve("sub"), directory);
        assertThat(get("sub/secret").statusCode()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "say \"hi\".txt",
                "two\nlines\r.txt",
                "\ud83d\ude00 und \u00fc.txt",
                "a;b=c,d.txt",
                "100%41.txt",
                "back'tick`.txt",
                "x\r\nX-Injected: 1",
                "tab\tand\u007f.txt",
                "\u202egnp.exe",
                "%2e%2e%2fsecret",
                "...",
                "~root"
            })
    void everyNameThatAFileMayHaveIsServedAndTold(String name) throws Exception {
        Files.writeString(folder.resolve(name), "named");
        HttpResponse<byte[]> named =
                get(URLEncoder.encode(name, StandardCharsets.UTF_8).replace("+", "%20"));
        assertThat(named.statusCode()).isEqualTo(200);
        assertThat(named.body()).asString(StandardCharsets.UTF_8).isEqualTo("named");
        assertThat(named.headers().map()).doesNotContainKey("x-injected");
        String disposition = header(named, "Content-Disposition");
        assertThat(disposition).matches("attachment; filename=\"[ -~&&[^\"\\\\]]+\"; filename\\*=UTF-8''[!-~]+");
        assertThat(URLDecoder.decode(
                        disposition.substring(disposition.indexOf("''") + 2).replace("+", "%2B"),
                        StandardCharsets.UTF_8))
                .isEqualTo(name);
    }

    @Test
    void otherMethodsAreRefused() throws Exception {
        HttpResponse<byte[]> post = ask("POST", "report.bin");
        assertThat(post.statusCode()).isEqualTo(405);
        assertThat(header(post, "Allow")).isEqualTo("GET, HEAD, OPTIONS");
        assertThat(ask("OPTIONS", "report.bin").statusCode()).isEqualTo(204);
    }

    private Path large() throws IOException {
        return Files.write(folder.resolve("large"), new byte[LARGE]);
    }

    @Test
    void aFileThatChangesBreaksTheDownload() throws Exception {
        Path large = large();
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            Files.write(large, new byte[] {1}, StandardOpenOption.WRITE);
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aFileThatIsExchangedBreaksTheDownload() throws Exception {
        Path large = large();
        Path other = Files.write(folder.resolve("other"), new byte[LARGE]);
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            Files.setLastModifiedTime(other, Files.getLastModifiedTime(large));
            Files.move(other, large, java.nio.file.StandardCopyOption.REPLACE_EXISTING);
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aFileThatIsRemovedBreaksTheDownload() throws Exception {
        Path large = large();
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            Files.delete(large);
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aFileThatGrowsBreaksTheDownload() throws Exception {
        Path large = large();
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            Files.write(large, new byte[] {1}, StandardOpenOption.APPEND);
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aFileThatIsCutShortBreaksTheDownload() throws Exception {
        Path large = large();
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            Files.write(large, new byte[10]);
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aClientThatTakesNothingIsCut() throws Exception {
        server.stop();
        serve(new FileService(folder, 8 << 10, Duration.ofMillis(300)));
        large();
        try (Socket socket = request("/files/large", 4096)) {
            assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
            long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
            while (downloads() > 0) {
                assertThat(System.nanoTime()).as("it is cut").isLessThan(deadline);
                Thread.onSpinWait();
            }
            assertThat(rest(socket.getInputStream()).length).isLessThan(LARGE - 1000);
        }
    }

    @Test
    void aClientThatLeavesInTheMiddleLeavesNoFileOpen() throws Exception {
        large();
        for (int n = 0; n < 3; n++) {
            try (Socket socket = request("/files/large", 4096)) {
                assertThat(socket.getInputStream().readNBytes(1000)).hasSize(1000);
                assertThat(openFiles("large")).isPositive();
            }
        }
        Stage.await("the file is closed", Duration.ofSeconds(10), () -> openFiles("large") == 0);
        assertThat(get("report.bin").body()).isEqualTo(content);
    }

    private static long openFiles(String name) {
        try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
            return open.filter(each -> leadsTo(each, name)).count();
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private static boolean leadsTo(Path descriptor, String name) {
        try {
            return Files.readSymbolicLink(descriptor).endsWith(name);
        } catch (IOException closedMeanwhile) {
            return false;
        }
    }

    /** Connections that the server has: the operating system knows when one was closed. */
    private long downloads() throws IOException {
        String port = "%04X".formatted(server.port());
        return Files.readAllLines(Path.of("/proc/self/net/tcp6")).stream()
                .map(line -> line.strip().split("\\s+"))
                .filter(fields -> fields[1].endsWith(":" + port) && fields[3].equals("01"))
                .count();
    }

    @Test
    void aClientThatTakesALittleNowAndThenIsNotCut() throws Exception {
        server.stop();
        serve(new FileService(folder, 8 << 10, Duration.ofMillis(700)));
        byte[] large = new byte[1 << 20];
        Files.write(folder.resolve("slow"), large);
        try (Socket socket = request("/files/slow", 4096)) {
            InputStream in = socket.getInputStream();
            long read = 0;
            for (int part = in.read(new byte[16 << 10]); part >= 0; part = in.read(new byte[16 << 10])) {
                read += part;
                LockSupport.parkNanos(10_000_000);
            }
            assertThat(read).isGreaterThan(large.length);
        }
    }

    @Test
    void onlySoManyAreSentAtOnce() throws Exception {
        server.stop();
        serve(new FileService(folder, 64 << 10, Duration.ofSeconds(30), new Semaphore(3)));
        large();
        List<Socket> slow = new ArrayList<>();
        try {
            for (int n = 0; n < 3; n++) {
                slow.add(request("/files/large", 4096));
            }
            Stage.await("all are under way", Duration.ofSeconds(20), () -> openFiles("large") == 3);
            HttpResponse<byte[]> refused = get("report.bin");
            assertThat(refused.statusCode()).isEqualTo(503);
            assertThat(header(refused, "retry-after")).isEqualTo("2");
            assertThat(refused.body()).asString().contains("\"code\":\"overloaded\"");
            slow.getFirst().close();
            Stage.await("there is a place again", Duration.ofSeconds(20), this::isServed);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
    }

    private boolean isServed() {
        try {
            return get("report.bin").statusCode() == 200;
        } catch (Exception failure) {
            throw new AssertionError(failure);
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {8 << 10, 64 << 10})
    void everyLengthAroundAChunkIsWhole(int chunk) throws Exception {
        server.stop();
        serve(new FileService(folder, chunk, Duration.ofSeconds(10)));
        for (int length : new int[] {1, chunk - 1, chunk, chunk + 1, 2 * chunk - 1, 2 * chunk, 2 * chunk + 1}) {
            byte[] part = Arrays.copyOf(content, length);
            Files.write(folder.resolve("part"), part);
            assertThat(get("part").body()).as("%d bytes", length).isEqualTo(part);
            HttpResponse<byte[]> last = get("report.bin", "Range", "bytes=-" + length);
            assertThat(last.body())
                    .as("the last %d bytes", length)
                    .isEqualTo(Arrays.copyOfRange(content, content.length - length, content.length));
        }
    }

    @Test
    void whatCannotBeServedIsToldAtOnce() {
        assertThatThrownBy(() -> new FileService(directory.resolve("none")))
                .isInstanceOf(UncheckedIOException.class)
                .hasMessageContaining("none can't be served");
        assertThatThrownBy(() -> new FileService(folder, 4096, Duration.ofSeconds(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("chunk=4096: allowed are 8192 to 65536 bytes");
    }
}
