package dev.weir.benchmarks;

import dev.weir.client.RemoteSource.Via;
import dev.weir.hub.Pace;
import java.net.URI;
import java.time.Duration;
import java.util.List;

/**
 * What is to be measured over one transport.
 *
 * @param via the transport
 * @param server where it is, scheme, host and port
 * @param topic what is read
 * @param path for HTTP, instead of the transport's usual path for the topic; else empty
 * @param subscribers how many streams
 * @param connections how many channels of gRPC they share
 * @param warmup before measuring
 * @param duration of measuring; of a bounded run the longest
 * @param slow the share of subscribers that read at {@code slowRate}, 0 to 1
 * @param slowRate in bytes a second
 * @param stalled the share of subscribers that read nothing after the head, 0 to 1
 * @param storm whether all connections are cut at half time
 * @param resume the mean time after which each subscriber leaves and comes back; zero for never
 * @param limit each subscriber reads so many events from the earliest on, as fast as it can; 0 for live streams
 * @param steps counts of idle connections whose memory is measured, instead of events; else empty
 * @param threads that read
 * @param publishing of events to the topic while it is read live
 */
record Plan(
        Via via,
        URI server,
        String topic,
        String path,
        int subscribers,
        int connections,
        Duration warmup,
        Duration duration,
        double slow,
        int slowRate,
        double stalled,
        boolean storm,
        Duration resume,
        long limit,
        List<Integer> steps,
        int threads,
        Publishing publishing) {

    /**
     * What the rig publishes to the topic itself.
     *
     * @param to where, over HTTP
     * @param pace with a rate of 0 for a topic that fills itself
     */
    record Publishing(URI to, Pace pace) {}

    /** Streams that are read on one thread, all that comes and until they are closed. */
    static Plan reading(Via via, URI server, String topic, int subscribers, int connections) {
        return new Plan(
                via,
                server,
                topic,
                "",
                subscribers,
                connections,
                Duration.ZERO,
                Duration.ZERO,
                0,
                0,
                0,
                false,
                Duration.ZERO,
                0,
                List.of(),
                1,
                new Publishing(server, new Pace(0, 0, 0)));
    }

    /** The appetite of the subscriber with this number: first the stalled, then the slow, then the others. */
    Subscriber.Appetite appetite(int number) {
        long stalledUntil = Math.round(stalled * subscribers);
        if (number < stalledUntil) {
            return Subscriber.Appetite.STALLED;
        }
        return number < stalledUntil + Math.round(slow * subscribers)
                ? Subscriber.Appetite.SLOW
                : Subscriber.Appetite.FULL;
    }

    /** How many sockets it takes; readers of gRPC that are slow or stalled have one each. */
    int sockets() {
        return via == Via.GRPC ? connections + (int) Math.round((slow + stalled) * subscribers) : subscribers;
    }

    /** What is read, for people. */
    String what() {
        return path.isEmpty() ? "topic " + topic : path;
    }

    String pathOfTopic() {
        if (!path.isEmpty()) {
            return path;
        }
        return (via == Via.SSE ? "/events/" : "/streams/") + topic;
    }

    Readers readers(Tally tally) {
        return via == Via.GRPC ? new GrpcReaders(this, tally) : new HttpReaders(this, tally);
    }
}
