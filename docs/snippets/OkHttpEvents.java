import com.launchdarkly.eventsource.ConnectStrategy;
import com.launchdarkly.eventsource.ErrorStrategy;
import com.launchdarkly.eventsource.EventSource;
import com.launchdarkly.eventsource.MessageEvent;
import com.launchdarkly.eventsource.RetryDelayStrategy;
import com.launchdarkly.eventsource.StreamException;
import com.launchdarkly.eventsource.StreamHttpErrorException;
import java.net.URI;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;

/** Reads server-sent events with okhttp-eventsource, and comes back behind the last one: {@code OkHttpEvents URL}. */
public class OkHttpEvents {

    public static void main(String[] args) throws StreamException {
        // The library takes ids from what has data, so heartbeats must have some.
        URI uri = URI.create(args[0] + (args[0].contains("?") ? "&" : "?") + "heartbeat-as=event");
        try (EventSource stream = new EventSource.Builder(
                        ConnectStrategy.http(uri).readTimeout(60, TimeUnit.SECONDS))
                .errorStrategy(new UnlessRefused())
                .retryDelayStrategy(new AsTheServerSays())
                .retryDelay(2, TimeUnit.SECONDS)
                .build()) {
            while (true) {
                MessageEvent event = stream.readMessage();
                switch (event.getEventName()) {
                    case "stream-open", "stream-heartbeat" -> {}
                    case "stream-end" -> {
                        return;
                    }
                    case "stream-gap" -> System.err.println("gap " + event.getData());
                    case "stream-stop" -> {
                        if (event.getData().contains("\"retryable\":false")) {
                            throw new IllegalStateException(event.getData());
                        }
                    }
                    default -> System.out.println(event.getData());
                }
            }
        }
    }

    private static class UnlessRefused extends ErrorStrategy {
        @Override
        public Result apply(StreamException broken) {
            boolean forGood = broken instanceof StreamHttpErrorException refusal
                    && refusal.getCode() != 429
                    && refusal.getCode() < 500;
            return new Result(forGood ? Action.THROW : Action.CONTINUE, this);
        }
    }

    /** The library's own strategy comes back earlier than the server has asked for. */
    private static class AsTheServerSays extends RetryDelayStrategy {
        @Override
        public Result apply(long millis) {
            return new Result(millis + ThreadLocalRandom.current().nextLong(millis / 2 + 1), this);
        }
    }
}
