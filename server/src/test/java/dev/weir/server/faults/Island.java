package dev.weir.server.faults;

import java.io.IOException;
import java.io.UncheckedIOException;

/** A network namespace behind a pair of virtual interfaces: a place from which a peer can vanish without a word. Needs root. */
final class Island implements AutoCloseable {

    /** The server's end. */
    static final String HERE = "10.213.7.1";

    private static final String NAME = "weir-island";
    private static final String THERE = "10.213.7.2";

    private Island() {}

    /** Makes one; false if this system or user can't. */
    static boolean possible() {
        return run("ip", "netns", "add", NAME + "-probe") && run("ip", "netns", "del", NAME + "-probe");
    }

    static Island make() {
        Island island = new Island();
        island.close();
        require("ip", "netns", "add", NAME);
        require("ip", "link", "add", "weir0", "type", "veth", "peer", "name", "weir1", "netns", NAME);
        require("ip", "addr", "add", HERE + "/30", "dev", "weir0");
        require("ip", "link", "set", "weir0", "up");
        require("ip", "netns", "exec", NAME, "ip", "addr", "add", THERE + "/30", "dev", "weir1");
        require("ip", "netns", "exec", NAME, "ip", "link", "set", "weir1", "up");
        return island;
    }

    /** A program that runs there. */
    Process start(String... command) {
        String[] all = new String[command.length + 4];
        System.arraycopy(new String[] {"ip", "netns", "exec", NAME}, 0, all, 0, 4);
        System.arraycopy(command, 0, all, 4, command.length);
        try {
            return new ProcessBuilder(all)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .redirectError(ProcessBuilder.Redirect.DISCARD)
                    .start();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** From now on nothing comes from there, and nothing gets there. */
    void vanish() {
        require("ip", "netns", "exec", NAME, "ip", "link", "set", "weir1", "down");
    }

    private static void require(String... command) {
        if (!run(command)) {
            throw new IllegalStateException("failed: " + String.join(" ", command));
        }
    }

    private static boolean run(String... command) {
        try {
            return new ProcessBuilder(command)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException missing) {
            return false;
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    @Override
    public void close() {
        run("ip", "netns", "del", NAME);
        run("ip", "link", "del", "weir0");
    }
}
