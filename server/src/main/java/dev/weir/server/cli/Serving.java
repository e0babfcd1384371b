package dev.weir.server.cli;

import dev.weir.server.run.Ready;
import dev.weir.server.run.Stopper;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;

/** What a server tells, from ready to the end. */
final class Serving {

    private Serving() {}

    /** Tells where the server is, and blocks until the process is asked to end. */
    static void untilAsked(
            Ready ready, @Nullable Path file, Stopper stopper, CommandSpec spec, Function<Ready, String> welcome)
            throws InterruptedException {
        if (file != null) {
            ready.writeTo(file);
        }
        spec.commandLine().getOut().print(welcome.apply(ready));
        spec.commandLine().getOut().flush();
        long millis = System.currentTimeMillis()
                - ManagementFactory.getRuntimeMXBean().getStartTime();
        spec.commandLine().getErr().println("weir: ready after " + millis / 100 / 10.0 + " s");
        stopper.await();
        if (file != null) {
            Ready.forget(file);
        }
        spec.commandLine().getErr().println("weir: ending; once more ends at once");
    }
}
