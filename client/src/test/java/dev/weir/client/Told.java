package dev.weir.client;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weir.Event;
import dev.weir.Refusal;
import dev.weir.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/** What a listener was told, as text. */
final class Told implements Reading.Listener {

    final BlockingQueue<String> words = new LinkedBlockingQueue<>();
    volatile String last = "";

    @Override
    public void onEvent(Event event) {
        last = event.id();
        words.add(event.data() == null ? "null" : event.data().toText());
    }

    @Override
    public void onGap(Signal.Gap gap) {
        words.add("gap " + gap.reason());
    }

    @Override
    public void onError(Refusal why) {
        words.add("error " + why.code());
    }

    @Override
    public void onComplete() {
        words.add("complete");
    }

    List<String> next(int count) throws InterruptedException {
        List<String> next = new ArrayList<>();
        while (next.size() < count) {
            String word = words.poll(20, TimeUnit.SECONDS);
            assertThat(word).as("after " + next).isNotNull();
            next.add(word);
        }
        return next;
    }
}
