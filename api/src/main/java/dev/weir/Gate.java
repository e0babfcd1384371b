package dev.weir;

import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.ReentrantLock;
import java.util.stream.Collectors;

/** Counts the streams of a server against its {@link Limits}. */
final class Gate {

    private static final long SECOND = 1_000_000_000;

    private final Limits limits;
    private final ReentrantLock counting = new ReentrantLock();

    // guarded by counting
    private final Map<Object, Share> addresses = new HashMap<>();
    private final Share all = new Share();
    private long swept = System.nanoTime();

    Gate(Limits limits) {
        this.limits = limits;
    }

    /** What one address, or all together, have open and have begun in the present second. */
    private static final class Share {

        private int streams;
        private int starts;
        private long since;

        /** Whether so many starts a second leave room for another, which then counts. */
        boolean starts(int allowed, long now) {
            if (now - since >= SECOND) {
                since = now;
                starts = 0;
            }
            return allowed == 0 || ++starts <= allowed;
        }
    }

    /** One attempt of a caller: counted for its address, then admitted or not, and given back once. */
    final class Pass {

        private final Share ofAddress;
        private boolean admitted;
        private boolean over;

        private Pass(Share ofAddress) {
            this.ofAddress = ofAddress;
        }

        /**
         * Counts the stream among all.
         *
         * @throws Refusal overloaded
         */
        void admit() {
            counting.lock();
            try {
                if (limits.streams() > 0 && all.streams >= limits.streams()) {
                    throw refusal(Code.OVERLOADED, "the server has its " + limits.streams() + " streams");
                }
                if (!all.starts(limits.startsPerSecond(), System.nanoTime())) {
                    throw refusal(
                            Code.OVERLOADED,
                            "the server begins " + limits.startsPerSecond() + " streams a second at the most");
                }
                all.streams++;
                admitted = true;
            } finally {
                counting.unlock();
            }
        }

        /** The stream is over, or did not begin. Idempotent. */
        void leave() {
            counting.lock();
            try {
                if (!over) {
                    over = true;
                    all.streams -= admitted ? 1 : 0;
                    ofAddress.streams--;
                }
            } finally {
                counting.unlock();
            }
        }
    }

    /**
     * Counts an attempt for the caller's address.
     *
     * @throws Refusal quota
     */
    Pass enter(Caller caller) {
        Object address = address(caller.peer());
        long now = System.nanoTime();
        counting.lock();
        try {
            sweep(now);
            Share share = addresses.computeIfAbsent(address, any -> new Share());
            if (!share.starts(limits.startsPerSecondPerAddress(), now)) {
                throw refusal(
                        Code.QUOTA,
                        "this address may begin " + limits.startsPerSecondPerAddress() + " streams a second");
            }
            if (limits.streamsPerAddress() > 0 && share.streams >= limits.streamsPerAddress()) {
                throw refusal(Code.QUOTA, "this address has its " + limits.streamsPerAddress() + " streams; close one");
            }
            share.streams++;
            return new Pass(share);
        } finally {
            counting.unlock();
        }
    }

    /**
     * What the subscriber asks for, if it may. Where catching up is not allowed, who asks for nothing gets the first policy that
     * is, lest it got by default what is not allowed.
     *
     * @throws Refusal bad-request, naming what is allowed
     */
    Subscription allowed(Subscription asked) {
        Subscription.Slow slow = asked.slow().orElse(null);
        if (slow == null) {
            return limits.slow().contains(Subscription.Slow.LAG)
                    ? asked
                    : asked.with(limits.slow().stream()
                            .min(Comparator.naturalOrder())
                            .orElseThrow());
        }
        if (!limits.slow().contains(slow)) {
            String allowed =
                    limits.slow().stream().sorted().map(Object::toString).collect(Collectors.joining(", "));
            throw new Refusal(
                    Code.BAD_REQUEST, "slow=" + slow + ": this server does not allow it; allowed are " + allowed);
        }
        return asked;
    }

    /** How long a stream may last, each one another time, zero for ever. */
    Duration duration() {
        long most = limits.duration().toMillis();
        return Duration.ofMillis(most - ThreadLocalRandom.current().nextLong(most / 10 + 1));
    }

    private void sweep(long now) {
        if (now - swept > 10 * SECOND) {
            swept = now;
            addresses.values().removeIf(share -> share.streams == 0 && now - share.since > SECOND);
        }
    }

    private static Object address(SocketAddress peer) {
        return peer instanceof InetSocketAddress internet && internet.getAddress() != null
                ? internet.getAddress()
                : peer;
    }

    /** Each client comes back at another time, between one and three seconds from now. */
    private static Refusal refusal(Code code, String message) {
        return new Refusal(
                code,
                message + "; come back later",
                Duration.ofMillis(ThreadLocalRandom.current().nextLong(1_000, 3_001)));
    }
}
