package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

class LeaksTest {

    @Test
    void namesAThreadThatIsLeftBehind() throws Exception {
        Leaks before = Leaks.now();
        CountDownLatch over = new CountDownLatch(1);
        Thread left = Thread.ofPlatform().name("left-behind").start(() -> await(over));
        assertThat(Leaks.now().since(before)).contains("left-behind");
        over.countDown();
        left.join();
        assertThat(Leaks.now().since(before)).isEmpty();
    }

    @Test
    void countsSocketsThatAreLeftOpen() throws Exception {
        assumeThat(Files.isDirectory(Path.of("/proc/self/fd"))).isTrue();
        new ServerSocket(0, 1, InetAddress.getLoopbackAddress()).close();
        Leaks before = Leaks.now();
        try (ServerSocket left = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThat(left.isBound()).isTrue();
            assertThat(Leaks.now().since(before)).contains("sockets: 1");
        }
        assertThat(Leaks.now().since(before)).isEmpty();
    }

    private static void await(CountDownLatch over) {
        try {
            over.await();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }
}
