package dev.weir.server.config;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.weir.Limits;
import dev.weir.Subscription;
import dev.weir.hub.Pace;
import dev.weir.hub.Retention;
import dev.weir.transport.chunked.FileService;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Reads a configuration from YAML. What it doesn't know is an error that names the key, its line and what is allowed. */
public final class ConfigFile {

    private static final Pattern TOPIC = Pattern.compile("[A-Za-z0-9._-]{1,249}");
    private static final String KEYS =
            "kafka, topics, generators, files, bind, http-port, grpc-port, admin-bind, admin-port, hosts, access-topic, limits, drain, linger-ms";
    private static final String LIMITS =
            "max-event-bytes, max-body-bytes, file-chunk-bytes, max-streams, max-streams-per-address, max-starts-per-second,"
                    + " max-starts-per-second-per-address, max-duration, slow";

    private static final String GENERATOR = "rate, size, burst, keep, kafka";

    private final Path file;
    private final JsonParser yaml;
    private int line = 1;

    private final Map<String, String> kafka = new TreeMap<>();
    private final Set<String> topics = new TreeSet<>();
    private final Map<String, Config.Generated> generators = new TreeMap<>();
    private final Map<String, Path> files = new TreeMap<>();
    private final Set<String> hosts = new TreeSet<>();
    private String bind = Config.DEFAULT.listeners().bind();
    private String adminBind = Config.DEFAULT.listeners().adminBind();
    private int http = Config.DEFAULT.listeners().http();
    private int grpc = Config.DEFAULT.listeners().grpc();
    private OptionalInt admin = OptionalInt.empty();
    private int maxEventBytes = Config.DEFAULT.limits().maxEventBytes();
    private int maxBodyBytes = Config.DEFAULT.limits().maxBodyBytes();
    private int fileChunk = Config.DEFAULT.limits().fileChunk();
    private int streams = Config.DEFAULT.limits().streams().streams();
    private int streamsPerAddress;
    private int startsPerSecond;
    private int startsPerSecondPerAddress;
    private int maxDuration;
    private Set<Subscription.Slow> slow = Config.DEFAULT.limits().streams().slow();
    private int drain = (int) Config.DEFAULT.drain().toSeconds();
    private Optional<String> accessTopic = Optional.empty();
    private int lingerMillis;

    private ConfigFile(Path file, JsonParser yaml) {
        this.file = file;
        this.yaml = yaml;
    }

    /**
     * Reads a file. Blocks.
     *
     * @param file the file
     * @return what it says, over the defaults
     * @throws ConfigException it can't be read, is no YAML, or says what is not allowed
     */
    public static Config read(Path file) {
        try (JsonParser yaml = new YAMLFactory().createParser(Files.readAllBytes(file))) {
            return new ConfigFile(file, yaml).config();
        } catch (NoSuchFileException missing) {
            throw new ConfigException(file + ": there is no such file");
        } catch (JsonProcessingException malformed) {
            var where = malformed.getLocation();
            throw new ConfigException(file + (where == null ? "" : ":" + where.getLineNr()) + ": no YAML: "
                    + malformed.getOriginalMessage().lines().findFirst().orElse(""));
        } catch (IOException unreadable) {
            throw new ConfigException(file + ": cannot be read: " + unreadable.getMessage());
        }
    }

    /**
     * A configuration with comments.
     *
     * @return YAML
     */
    public static String example() {
        try (InputStream in = Objects.requireNonNull(ConfigFile.class.getResourceAsStream("example.yaml"))) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable);
        }
    }

    private Config config() throws IOException {
        if (yaml.nextToken() != null) {
            map("", KEYS, this::top);
        }
        return new Config(
                kafka,
                topics,
                generators,
                files,
                new Config.Listeners(bind, http, grpc, adminBind, admin),
                new Config.Limits(
                        maxEventBytes,
                        maxBodyBytes,
                        fileChunk,
                        new Limits(
                                streams,
                                streamsPerAddress,
                                startsPerSecond,
                                startsPerSecondPerAddress,
                                Duration.ofSeconds(maxDuration),
                                slow)),
                Duration.ofSeconds(drain),
                hosts,
                accessTopic,
                Duration.ofMillis(lingerMillis));
    }

    private void top(String key) throws IOException {
        switch (key) {
            case "kafka" ->
                map(
                        key,
                        "properties of Kafka's clients, such as bootstrap.servers",
                        name -> kafka.put(name, scalar(key + "." + name)));
            case "topics" -> list(key, topics);
            case "generators" -> map(key, "topics by name, each with some of " + GENERATOR, this::generator);
            case "files" -> map(key, "folders by name", this::folder);
            case "hosts" -> list(key, hosts);
            case "bind" -> bind = scalar(key);
            case "admin-bind" -> adminBind = scalar(key);
            case "http-port" -> http = number(key, 0, 65_535);
            case "grpc-port" -> grpc = number(key, 0, 65_535);
            case "admin-port" -> admin = OptionalInt.of(number(key, 0, 65_535));
            case "access-topic" -> accessTopic = Optional.of(topic(key));
            case "limits" -> map(key, LIMITS, this::limit);
            case "drain" -> drain = number(key, 0, 3600);
            case "linger-ms" -> lingerMillis = number(key, 0, 1000);
            default -> throw wrong(key + ": unknown key; allowed are " + KEYS);
        }
    }

    private void limit(String key) throws IOException {
        switch (key) {
            case "max-event-bytes" -> maxEventBytes = number("limits." + key, 1, 64 << 20);
            case "max-body-bytes" -> maxBodyBytes = number("limits." + key, 1, 64 << 20);
            case "file-chunk-bytes" ->
                fileChunk = number("limits." + key, FileService.LEAST_CHUNK, FileService.MOST_CHUNK);
            case "max-streams" -> streams = number("limits." + key, 0, Integer.MAX_VALUE);
            case "max-streams-per-address" -> streamsPerAddress = number("limits." + key, 0, Integer.MAX_VALUE);
            case "max-starts-per-second" -> startsPerSecond = number("limits." + key, 0, Integer.MAX_VALUE);
            case "max-starts-per-second-per-address" ->
                startsPerSecondPerAddress = number("limits." + key, 0, Integer.MAX_VALUE);
            case "max-duration" -> maxDuration = number("limits." + key, 0, Integer.MAX_VALUE);
            case "slow" -> slow = policies();
            default -> throw wrong("limits." + key + ": unknown key; allowed are " + LIMITS);
        }
    }

    private void generator(String name) throws IOException {
        Generator told = new Generator("generators." + name);
        map(told.name, GENERATOR, told::entry);
        generators.put(valid("generators", name), told.generated());
    }

    /** Relative ones are seen from where the configuration is. */
    private void folder(String name) throws IOException {
        Path folder = file.toAbsolutePath().resolveSibling(scalar("files." + name));
        if (!TOPIC.matcher(name).matches() || name.startsWith(".")) {
            throw wrong(
                    "files: " + name
                            + " is no name of a folder; allowed are 1 to 249 characters of A-Z a-z 0-9 . _ -, the first no dot");
        }
        if (!Files.isDirectory(folder)) {
            throw wrong("files." + name + ": there is no folder " + folder);
        }
        files.put(name, folder);
    }

    /** What is said of one generator. */
    private final class Generator {

        private final String name;
        private int rate = Config.Generated.USUAL.rate();
        private int size = Config.Generated.USUAL.size();
        private int burst = Config.Generated.USUAL.burst();
        private OptionalInt keep = OptionalInt.empty();
        private boolean kafka;

        Generator(String name) {
            this.name = name;
        }

        void entry(String key) throws IOException {
            String full = name + "." + key;
            switch (key) {
                case "rate" -> rate = number(full, 0, Pace.MOST_RATE);
                case "size" -> size = number(full, 0, Pace.MOST_SIZE);
                case "burst" -> burst = number(full, 0, Pace.MOST_BURST);
                case "keep" -> keep = OptionalInt.of(number(full, 1, Retention.MOST_EVENTS));
                case "kafka" -> kafka = truth(full);
                default -> throw wrong(full + ": unknown key; allowed are " + GENERATOR);
            }
        }

        Config.Generated generated() {
            if (kafka && keep.isPresent()) {
                throw wrong(name + ".keep: the cluster decides how much it keeps of a topic; leave out keep or kafka");
            }
            return new Config.Generated(new Pace(rate, size, burst), keep, kafka);
        }
    }

    private Set<Subscription.Slow> policies() throws IOException {
        Set<String> words = new TreeSet<>();
        list("limits.slow", words);
        Set<Subscription.Slow> policies = EnumSet.noneOf(Subscription.Slow.class);
        for (String word : words) {
            policies.add(Stream.of(Subscription.Slow.values())
                    .filter(policy -> policy.toString().equals(word))
                    .findFirst()
                    .orElseThrow(() -> wrong("limits.slow: " + word
                            + " is not allowed; allowed are lag, drop-oldest, conflate, disconnect")));
        }
        if (policies.isEmpty()) {
            throw wrong(
                    "limits.slow: the list is empty; allowed are one or more of lag, drop-oldest, conflate, disconnect");
        }
        return policies;
    }

    private interface Entry {
        void read(String key) throws IOException;
    }

    private void map(String of, String allowed, Entry entry) throws IOException {
        if (yaml.currentToken() != JsonToken.START_OBJECT) {
            throw wrong((of.isEmpty() ? "the file" : of) + ": allowed is a map of " + allowed);
        }
        Set<String> seen = new HashSet<>();
        while (yaml.nextToken() == JsonToken.FIELD_NAME) {
            String key = yaml.currentName();
            line = yaml.currentTokenLocation().getLineNr();
            if (!seen.add(key)) {
                throw wrong(key + ": given twice");
            }
            yaml.nextToken();
            entry.read(key);
        }
    }

    private void list(String key, Set<String> into) throws IOException {
        if (yaml.currentToken() != JsonToken.START_ARRAY) {
            throw wrong(key + ": allowed is a list, such as [one, another]");
        }
        while (yaml.nextToken() != JsonToken.END_ARRAY) {
            line = yaml.currentTokenLocation().getLineNr();
            into.add(key.equals("topics") ? topic(key) : scalar(key));
        }
    }

    private String topic(String key) throws IOException {
        return valid(key, scalar(key));
    }

    private String valid(String key, String name) {
        if (!TOPIC.matcher(name).matches()) {
            throw wrong(
                    key + ": " + name + " is no name of a topic; allowed are 1 to 249 characters of A-Z a-z 0-9 . _ -");
        }
        return name;
    }

    private String scalar(String key) throws IOException {
        @Nullable JsonToken token = yaml.currentToken();
        if (token == null || !token.isScalarValue() || token == JsonToken.VALUE_NULL) {
            throw wrong(key + ": allowed is a plain value");
        }
        return yaml.getText();
    }

    private int number(String key, int least, int most) throws IOException {
        String text = scalar(key);
        try {
            int number = Integer.parseInt(text.replace("_", ""));
            if (number >= least && number <= most) {
                return number;
            }
        } catch (NumberFormatException malformed) {
            // told below, like a number out of range
        }
        throw wrong(key + ": " + text + " is not allowed; allowed are whole numbers from " + least + " to " + most);
    }

    private boolean truth(String key) throws IOException {
        String text = scalar(key);
        if (!text.equals("true") && !text.equals("false")) {
            throw wrong(key + ": " + text + " is not allowed; allowed are true, false");
        }
        return text.equals("true");
    }

    private ConfigException wrong(String what) {
        return new ConfigException(file + ":" + line + ": " + what);
    }
}
