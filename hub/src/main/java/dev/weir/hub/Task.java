package dev.weir.hub;

import dev.weir.Code;
import dev.weir.Cold;
import dev.weir.Cursor;
import dev.weir.Event;
import dev.weir.EventSource;
import dev.weir.Refusal;
import dev.weir.Subscription;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A long task that tells of its progress, to as many watchers as there are. Each begins with how far it is, and gets the newest
 * state whenever it has taken the last one: events of type {@code progress} with data {@code {"done":1,"total":3}}, the last of
 * which also has the {@code "result"}; then the end, or a stop if the task has failed. Safe for any number of threads.
 */
public final class Task implements EventSource, AutoCloseable {

    private static final Logger LOG = System.getLogger(Task.class.getName());
    private static final String TYPE = "progress";

    private final String name;
    private final Thread worker;
    private volatile boolean closed;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    // guarded by the lock
    private State state = new State(0, 0, 0, null, null, false);

    /** What is to be done. */
    @FunctionalInterface
    public interface Work {

        /**
         * Does all of it. Called once, on a thread of its own, where it may block; interrupted when the task is closed.
         *
         * @param progress is told how far it is
         * @return the result as one JSON value, which is passed on as it is; null: there is none
         * @throws Exception it has failed; watchers are told the code and the message of a {@link Refusal}, and of anything else that
         *     it is internal, or once the task is closed, that it was ended
         */
        @Nullable
        String run(Progress progress) throws Exception;
    }

    /** Is told how far the work is. */
    @FunctionalInterface
    public interface Progress {

        /**
         * Tells the watchers. Never waits for them, so it may be called as often as there is something to tell.
         *
         * @param done how much is done, 0 or more
         * @param total how much there is, as far as it is known
         */
        void report(long done, long total);
    }

    private record State(
            long version,
            long done,
            long total,
            @Nullable String result,
            @Nullable Refusal failure,
            boolean over) {}

    private Task(String name, Work work) {
        this.name = name;
        worker = Thread.ofPlatform().daemon().name("weir-task-" + name).unstarted(() -> work(work));
    }

    /**
     * Starts a task.
     *
     * @param name names its thread, and the task in messages
     * @param work what is to be done
     * @return the task, under way
     */
    public static Task start(String name, Work work) {
        Task task = new Task(name, work);
        task.worker.start();
        return task;
    }

    /**
     * Whether nothing more will happen.
     *
     * @return true once it has succeeded, failed or been closed
     */
    public boolean over() {
        return state().over;
    }

    /**
     * Watches the task. Blocks a quarter of a second at the most.
     *
     * @throws Refusal bad-request: a parameter, a start or a body, which it doesn't take; or how the task has failed
     */
    @Override
    public Cursor open(Subscription subscription) {
        subscription.refuseOtherParameters();
        subscription.refuseBody();
        subscription.refuseOtherBounds();
        return Cold.run(this::watch);
    }

    private void watch(Cold.Emitter out) throws InterruptedException {
        State seen = null;
        do {
            seen = after(seen);
            if (seen.failure != null) {
                throw seen.failure;
            }
            out.emit(Event.of(TYPE, json(seen)));
        } while (!seen.over);
    }

    private State after(@Nullable State seen) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (seen != null && state.version == seen.version) {
                changed.await();
            }
            return state;
        } finally {
            lock.unlock();
        }
    }

    private State state() {
        lock.lock();
        try {
            return state;
        } finally {
            lock.unlock();
        }
    }

    private static String json(State state) {
        return "{\"done\":" + state.done + ",\"total\":" + state.total
                + (state.result == null ? "" : ",\"result\":" + state.result) + "}";
    }

    private void work(Work work) {
        try {
            String result = work.run((done, total) -> change(done, total, null, null, false));
            end(result, null);
        } catch (Refusal told) {
            end(null, told);
        } catch (Exception | Error failure) {
            end(null, closed || failure instanceof InterruptedException ? ended(failure) : failed(failure));
        }
    }

    /** Interrupted in a channel or a socket, work throws other things than {@link InterruptedException}. */
    private Refusal ended(Throwable why) {
        LOG.log(Level.DEBUG, "task " + name + " was ended", why);
        return closed();
    }

    private Refusal closed() {
        return new Refusal(Code.SHUTDOWN, "task " + name + " was ended; start it again");
    }

    private Refusal failed(Throwable why) {
        LOG.log(Level.ERROR, "task " + name + " has failed", why);
        return new Refusal(Code.INTERNAL, "task " + name + " has failed; start it again");
    }

    private void end(@Nullable String result, @Nullable Refusal failure) {
        State last = state();
        change(last.done, last.total, result, failure, true);
    }

    private void change(long done, long total, @Nullable String result, @Nullable Refusal failure, boolean over) {
        lock.lock();
        try {
            if (!state.over) {
                state = new State(state.version + 1, done, total, result, failure, over);
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /** Ends the task if it is still under way; its watchers are told. Does not wait for the work. Idempotent. */
    @Override
    public void close() {
        closed = true;
        worker.interrupt();
        end(null, closed());
    }
}
