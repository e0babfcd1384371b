package dev.weir.hub;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class WakerTest {

    private static final int DEADLINE_SECONDS = 10;
    private static final int ROUNDS = 50_000;

    @Test
    void wakesOnceForEachTimeItWasArmed() throws Exception {
        try (Waker waker = new Waker("test", Duration.ZERO)) {
            Counting waiter = new Counting();
            for (int n = 0; n < 100; n++) {
                waker.arm(waiter);
                waker.arm(waiter);
                waker.signal();
                assertThat(waiter.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
            }
            assertThat(waiter.wakes.availablePermits()).isZero();
        }
    }

    @Test
    void neverWakesOnTheThreadThatSignals() throws Exception {
        try (Waker waker = new Waker("test", Duration.ZERO)) {
            Counting waiter = new Counting();
            waker.arm(waiter);
            waker.signal();
            assertThat(waiter.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(waiter.by).isNotEqualTo(Thread.currentThread());
            assertThat(waiter.by.isVirtual()).isTrue();
        }
    }

    @Test
    void readersOfOneLoopAreWokenThereByOneStep() throws Exception {
        LinkedBlockingQueue<Runnable> steps = new LinkedBlockingQueue<>();
        Executor loop = steps::add;
        Executor another = steps::add;
        try (Waker waker = new Waker("test", Duration.ZERO)) {
            Counting one = new Counting();
            Counting other = new Counting();
            for (int n = 0; n < 100; n++) {
                waker.of(another).arm(new Counting());
                waker.of(loop).arm(one);
                waker.of(loop).arm(one);
                waker.of(loop).arm(other);
                waker.signal();
                for (int loops = 0; loops < 2; loops++) {
                    Runnable step = steps.poll(DEADLINE_SECONDS, TimeUnit.SECONDS);
                    assertThat(step).isNotNull();
                    step.run();
                }
                assertThat(steps).isEmpty();
                assertThat(one.by).isEqualTo(Thread.currentThread());
                assertThat(one.wakes.tryAcquire()).isTrue();
                assertThat(other.wakes.tryAcquire()).isTrue();
            }
            assertThat(one.wakes.availablePermits()).isZero();
        }
    }

    @Test
    void aReaderIsOwedItsWakeThoughAnotherOfItsLoopIsJustArming() throws Exception {
        AtomicLong round = new AtomicLong();
        Counting other = new Counting();
        Counting one = new Counting();
        try (Waker waker = new Waker("test", Duration.ZERO)) {
            Waker.Crowd crowd = waker.of(Runnable::run);
            Thread arming = Thread.ofPlatform().daemon().start(() -> {
                for (long seen = 0; seen < ROUNDS; seen++) {
                    while (round.get() == seen) {
                        Thread.yield();
                    }
                    crowd.arm(other);
                }
            });
            try {
                for (long n = 1; n <= ROUNDS; n++) {
                    round.set(n);
                    crowd.arm(one);
                    waker.signal();
                    assertThat(one.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                            .as("woken in round %d", n)
                            .isTrue();
                }
            } finally {
                round.set(ROUNDS);
                arming.join();
            }
        }
    }

    @Test
    void aWakeThatFailsDoesNotKeepTheOthersFromTheirs() throws Exception {
        try (Waker waker = new Waker("test", Duration.ZERO)) {
            Counting before = new Counting();
            Counting after = new Counting();
            for (int n = 0; n < 2; n++) {
                waker.arm(before);
                waker.arm(new Failing(new IllegalStateException("a loop that is shut down")));
                waker.arm(new Failing(new OutOfMemoryError("unable to create native thread")));
                waker.arm(after);
                waker.signal();
                assertThat(before.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
                assertThat(after.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                        .isTrue();
            }
        }
    }

    @Test
    void whatFollowsWithinTheLingerIsOneRound() throws Exception {
        Duration linger = Duration.ofMillis(200);
        try (Waker waker = new Waker("test", linger)) {
            Counting waiter = new Counting();
            long start = System.nanoTime();
            waker.arm(waiter);
            waker.signal();
            assertThat(waiter.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            for (int n = 0; n < 5; n++) {
                waker.arm(waiter);
                waker.signal();
            }
            assertThat(waiter.wakes.tryAcquire(DEADLINE_SECONDS, TimeUnit.SECONDS))
                    .isTrue();
            assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(linger);
            assertThat(waiter.wakes.availablePermits()).isZero();
        }
    }

    /** Whoever lost a wake sleeps on at the end of a round: nothing follows that could hide it. */
    @ParameterizedTest
    @CsvSource({"0, 1", "0, 2", "0, 3", "300, 4", "2000, 5"})
    void noWakeIsLost(long lingerMicros, long seed) throws Exception {
        Random random = new Random(seed);
        AtomicLong head = new AtomicLong();
        ReentrantLock appending = new ReentrantLock();
        try (ExecutorService loop = Executors.newFixedThreadPool(2);
                Waker waker = new Waker("stress", Duration.of(lingerMicros, ChronoUnit.MICROS))) {
            List<Reader> readers = new ArrayList<>();
            for (int n = 0; n < 40; n++) {
                Consumer<Waker.Waiter> arming = n % 2 == 0 ? waker::arm : waker.of(loop)::arm;
                readers.add(new Reader(arming, head, random.nextLong()));
            }
            long end = System.nanoTime() + 600_000_000;
            long rounds = 0;
            while (System.nanoTime() < end) {
                appendFromSeveralThreads(random, waker, head, appending);
                rounds++;
                awaitHead(readers, head.get(), seed, rounds);
            }
            readers.forEach(Reader::stop);
            assertThat(rounds).isGreaterThan(10);
        }
    }

    private static void appendFromSeveralThreads(Random random, Waker waker, AtomicLong head, ReentrantLock appending)
            throws InterruptedException {
        int appenders = 1 + random.nextInt(3);
        CountDownLatch over = new CountDownLatch(appenders);
        for (int n = 0; n < appenders; n++) {
            long seed = random.nextLong();
            Thread.ofVirtual().start(() -> {
                Random own = new Random(seed);
                for (int left = own.nextInt(20); left >= 0; left--) {
                    appending.lock();
                    try {
                        head.incrementAndGet();
                        waker.signal();
                    } finally {
                        appending.unlock();
                    }
                    dawdle(own);
                }
                over.countDown();
            });
        }
        over.await();
    }

    private static void awaitHead(List<Reader> readers, long head, long seed, long round) {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(DEADLINE_SECONDS);
        for (Reader reader : readers) {
            while (reader.seen < head) {
                assertThat(System.nanoTime())
                        .as("a reader sleeps at %d before %d, seed %d, round %d", reader.seen, head, seed, round)
                        .isLessThan(deadline);
                Thread.yield();
            }
        }
    }

    private static void dawdle(Random random) {
        switch (random.nextInt(6)) {
            case 0 -> LockSupport.parkNanos(random.nextInt(100_000));
            case 1 -> Thread.yield();
            case 2 -> {
                for (int n = random.nextInt(2_000); n > 0; n--) {
                    Thread.onSpinWait();
                }
            }
            default -> {}
        }
    }

    /** Reads as a log's cursor does, and sleeps without a limit. */
    private static final class Reader extends Waker.Waiter implements Runnable {

        private final Consumer<Waker.Waiter> arming;
        private final AtomicLong head;
        private final Random random;
        private final Semaphore wakes = new Semaphore(0);
        private volatile boolean stopped;
        private volatile long seen;

        Reader(Consumer<Waker.Waiter> arming, AtomicLong head, long seed) {
            this.arming = arming;
            this.head = head;
            random = new Random(seed);
            Thread.ofVirtual().start(this);
        }

        @Override
        public void run() {
            while (!stopped) {
                if (random.nextInt(4) == 0) {
                    arming.accept(this);
                }
                if (seen == head.get()) {
                    arming.accept(this);
                    if (seen == head.get()) {
                        wakes.acquireUninterruptibly();
                        wakes.drainPermits();
                        continue;
                    }
                }
                dawdle(random);
                seen = head.get();
            }
        }

        @Override
        void wake() {
            wakes.release();
        }

        void stop() {
            stopped = true;
            wake();
        }
    }

    private static final class Counting extends Waker.Waiter {

        private final Semaphore wakes = new Semaphore(0);
        private volatile Thread by = Thread.currentThread();

        @Override
        void wake() {
            by = Thread.currentThread();
            wakes.release();
        }
    }

    private static final class Failing extends Waker.Waiter {

        private final Throwable failure;

        Failing(Throwable failure) {
            this.failure = failure;
        }

        @Override
        void wake() {
            if (failure instanceof Error error) {
                throw error;
            }
            throw (RuntimeException) failure;
        }
    }
}
