package dev.weir.docs;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/** The clients to copy, and how each is started. */
enum Client {
    CURL {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(Client::dataOfLines, folder, "sh", snippet("lines.sh"), url(port, "streams", topic));
        }
    },
    PYTHON {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(folder, "python3", snippet("events.py"), url(port, "events", topic));
        }
    },
    NODE {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(folder, "node", snippet("lines.mjs"), url(port, "streams", topic));
        }
    },
    NPM_EVENTSOURCE {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(folder, "node", installed("eventsource.mjs"), url(port, "events", topic));
        }
    },
    JAVA_HTTP_CLIENT {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(folder, JAVA, snippet("Events.java"), url(port, "events", topic));
        }
    },
    OKHTTP_EVENTSOURCE {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(folder, JAVA, "-cp", CLASS_PATH, snippet("OkHttpEvents.java"), url(port, "events", topic));
        }
    },
    JAVA_GRPC {
        @Override
        Copy start(int port, String topic, Path folder) throws IOException {
            return program(
                    folder, JAVA, "-cp", CLASS_PATH, snippet("Subscriber.java"), "127.0.0.1:" + port, topic, "4");
        }
    },
    BROWSER_EVENTSOURCE {
        @Override
        Copy start(int port, String topic, Path folder) {
            return page("events.html", port, topic, folder);
        }
    },
    BROWSER_FETCH {
        @Override
        Copy start(int port, String topic, Path folder) {
            return page("fetch.html", port, topic, folder);
        }
    };

    private static final String JAVA =
            Path.of(System.getProperty("java.home"), "bin", "java").toString();
    private static final String CLASS_PATH =
            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path"));
    private static final String QUERY = "limit=4&heartbeat=1";
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * Starts it. It begins at the newest, and ends after four events on one connection.
     *
     * @param port the server's
     * @param folder an empty one for its files
     */
    abstract Copy start(int port, String topic, Path folder) throws IOException;

    private static Copy program(Path folder, String... command) throws IOException {
        return program(UnaryOperator.identity(), folder, command);
    }

    private static Copy program(UnaryOperator<String> data, Path folder, String... command) throws IOException {
        return new RunningProgram(List.of(command), folder, data);
    }

    /** A page knows its topic; another is one that the page has no server for. */
    private static Copy page(String name, int port, String topic, Path folder) {
        String query = topic.equals(ClientsTest.TOPIC) ? QUERY : "topic=" + topic;
        return new OpenPage("http://127.0.0.1:" + port + "/" + name + "?" + query, folder);
    }

    private static String url(int port, String path, String topic) {
        return "http://127.0.0.1:" + port + "/" + path + "/" + topic + "?" + QUERY;
    }

    private static String snippet(String name) {
        return ClientsTest.SNIPPETS.resolve(name).toString();
    }

    /** A copy beside the packages that it needs, which npm brings. */
    private static String installed(String name) throws IOException {
        Path folder = Files.createDirectories(Pages.HOME.resolve("docs/target/snippets"));
        for (String file : List.of("package.json", "package-lock.json", name)) {
            Files.copy(ClientsTest.SNIPPETS.resolve(file), folder.resolve(file), StandardCopyOption.REPLACE_EXISTING);
        }
        Path log = folder.resolve("npm.log");
        Process npm = new ProcessBuilder("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(npm.onExit().join().exitValue())
                .as(() -> "npm ci: " + Pages.read(log))
                .isZero();
        return folder.resolve(name).toString();
    }

    private static String dataOfLines(String lines) {
        return lines.lines().map(Client::data).collect(Collectors.joining());
    }

    private static String data(String line) {
        try {
            return JSON.readTree(line).get("data").asText() + "\n";
        } catch (JsonProcessingException none) {
            throw new IllegalStateException(line, none);
        }
    }
}
