package dev.weir.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.tck.Stage;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is read of a process. */
class WatchTest {

    @Test
    void everyCollectorTellsItsHeap() {
        assertThat(Watch.used(List.of(
                        "4711:",
                        " garbage-first heap   total reserved 6174720K, committed 385024K, used 17408K [0x0, 0x1)",
                        "  region size 2048K, 9 young (18432K), 0 survivors (0K)",
                        " Metaspace       used 9512K, committed 9728K, reserved 1114112K",
                        "  class space    used 1024K, committed 1152K, reserved 1048576K")))
                .hasValue(17408 << 10);
        assertThat(Watch.used(List.of(
                        " def new generation   total 9792K, used 1024K [0x0, 0x1)",
                        "  eden space 8704K,   11% used [0x0, 0x1)",
                        " tenured generation   total 21888K, used 2M [0x0, 0x1)")))
                .hasValue(3 << 20);
        assertThat(Watch.used(List.of(" ZHeap           used 20M, capacity 128M, max capacity 8G")))
                .hasValue(20 << 20);
        assertThat(Watch.used(List.of("no heap here"))).isEmpty();
    }

    @Test
    void aJvmIsAskedForItsHeap() {
        assertThat(Watch.self().heapAfterGc().orElse(0)).isPositive();
    }

    @Test
    void aProcessThatIsNoJvmIsNotAskedForItsHeapAndLives() throws IOException {
        Process process = new ProcessBuilder("sleep", "60").start();
        try {
            Watch watch = new Watch(process.pid());
            assertThat(watch.isJvm()).isFalse();
            assertThat(watch.heapAfterGc()).isEmpty();
            assertThat(watch.use().rssBytes()).isPositive();
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    @Test
    @Timeout(30)
    void aCommandThatDoesNotEndIsEnded() {
        assertThat(Watch.run(List.of("sh", "-c", "echo begun; exec sleep 86321"), Duration.ofMillis(300)))
                .isEmpty();
        Stage.await(
                "its end",
                Duration.ofSeconds(20),
                () -> ProcessHandle.current().children().noneMatch(WatchTest::sleeps));
        assertThat(Watch.run(List.of("echo", "said"))).containsExactly("said");
    }

    private static boolean sleeps(ProcessHandle process) {
        return process.info().commandLine().orElse("").contains("86321");
    }

    @Test
    void cpuTimeGrows() {
        Watch watch = Watch.self();
        Watch.Use before = watch.use();
        long end = System.nanoTime() + 200_000_000;
        long spun = 0;
        while (System.nanoTime() < end) {
            spun++;
        }
        assertThat(spun).isPositive();
        assertThat(watch.use().cpuMicros() - before.cpuMicros()).isGreaterThan(20_000);
        assertThat(watch.use().threads()).isPositive();
        assertThat(watch.isJvm()).isTrue();
    }
}
