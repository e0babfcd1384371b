package dev.weir.benchmarks;

import java.util.Locale;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar on a terminal, and nothing elsewhere. One thread. */
final class Progress implements AutoCloseable {

    private final boolean terminal;
    private @Nullable ProgressBar bar;
    private String phase = "";

    private Progress(boolean terminal) {
        this.terminal = terminal;
    }

    /** {@code ./weir} says whether standard error is a terminal. */
    static Progress onTerminal() {
        return new Progress(Boolean.getBoolean("weir.terminal"));
    }

    void show(Plan plan, String what, long nanos, long of, Tally tally) {
        if (!terminal) {
            return;
        }
        ProgressBar shown = bar;
        if (shown == null || !phase.equals(what)) {
            close();
            phase = what;
            shown = new ProgressBarBuilder()
                    .setTaskName(plan.via().toString().toLowerCase(Locale.ROOT) + ", " + what)
                    .setStyle(ProgressBarStyle.ASCII)
                    .setUnit(" s", 1_000)
                    .setUpdateIntervalMillis(250)
                    .hideEta()
                    .build();
            bar = shown;
        }
        shown.maxHint(of / 1_000_000);
        shown.stepTo(nanos / 1_000_000);
        shown.setExtraMessage(
                String.format(Locale.ROOT, " %,d streams, %,d events", tally.opened.sum(), tally.delivered.sum()));
    }

    @Override
    public void close() {
        if (bar != null) {
            bar.close();
            bar = null;
        }
    }
}
