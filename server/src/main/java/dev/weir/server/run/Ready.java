package dev.weir.server.run;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;

/**
 * Where a server that accepts connections can be reached.
 *
 * @param pid the server's process
 * @param http the base of HTTP's URLs
 * @param grpc {@code host:port}
 * @param kafka {@code host:port} of the brokers, several with commas between; empty: there is no cluster
 * @param admin the base of the admin listener's URLs, if it has one
 */
public record Ready(long pid, String http, String grpc, String kafka, Optional<String> admin) {

    private static final ObjectMapper JSON = new ObjectMapper();

    static Ready of(InetSocketAddress http, InetSocketAddress grpc, String kafka, Optional<InetSocketAddress> admin) {
        return new Ready(ProcessHandle.current().pid(), url(http), address(grpc), kafka, admin.map(Ready::url));
    }

    private static String url(InetSocketAddress address) {
        return "http://" + address(address);
    }

    static String address(InetSocketAddress address) {
        String host = address.getAddress().isAnyLocalAddress()
                ? "127.0.0.1"
                : address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    /**
     * The ready file's content.
     *
     * @return one JSON object
     */
    public String json() {
        ObjectNode json =
                JSON.createObjectNode().put("pid", pid).put("http", http).put("grpc", grpc);
        if (!kafka.isEmpty()) {
            json.put("kafka", kafka);
        }
        admin.ifPresent(url -> json.put("admin", url));
        return json.toString();
    }

    /**
     * Removes what an earlier server left, so that nobody takes it for this one. Blocks.
     *
     * @param file may be missing
     */
    public static void forget(Path file) {
        try {
            Files.deleteIfExists(file);
        } catch (IOException failure) {
            throw new CannotStart("cannot remove " + file + ": " + failure + "; choose another --ready-file");
        }
    }

    /**
     * Writes {@link #json} so that a reader sees all of it or nothing. Blocks.
     *
     * @param file replaced if it exists
     */
    public void writeTo(Path file) {
        Path absolute = file.toAbsolutePath();
        Path unfinished = absolute.resolveSibling(absolute.getFileName() + "." + pid + ".tmp");
        try {
            Files.writeString(unfinished, json() + "\n");
            Files.move(unfinished, absolute, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException failure) {
            throw new CannotStart("cannot write " + file + ": " + failure + "; choose another --ready-file");
        }
    }
}
