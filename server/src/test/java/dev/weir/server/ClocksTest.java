package dev.weir.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which clock the main code reads. A new reader of the wall clock is listed here with its reason, or it is wrong. */
class ClocksTest {

    /** Each shows or compares a point in time; none measures a duration that a stream depends on. */
    private static final Set<String> READERS_OF_THE_WALL_CLOCK = Set.of(
            "dev.weir.Event", // when an event was made
            "dev.weir.Start", // a time in the future is refused
            "dev.weir.client.HttpCaller", // Retry-After may be a point in time
            "dev.weir.hub.Feed", // when an event was meant to be sent
            "dev.weir.server.access.AccessEntry", // when a request came
            "dev.weir.server.cli.Serving", // since the start of the process, which the system tells as wall time
            "dev.weir.server.demo.Clock",
            "dev.weir.server.demo.SystemFigures",
            "dev.weir.server.http.Envelope", // when an event was published
            "dev.weir.transport.grpc.TopicsService", // likewise
            "dev.weir.transport.http.SignalJson"); // when a task told something

    private static final Pattern WALL = Pattern.compile("java\\.lang\\.System\\.currentTimeMillis"
            + "|java\\.time\\.(Instant|LocalDateTime|LocalDate|LocalTime|ZonedDateTime|OffsetDateTime)\\.now"
            + "|java\\.time\\.Clock\\.\\w+|java\\.util\\.Date\\.<init>");

    private static final JavaClasses MAIN = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ArchitectureTest.NoTestJars())
            .withImportOption(location -> !location.contains("/dev/weir/tck/"))
            .importPackages("dev.weir");

    @Test
    void l3_onlyPointsInTimeAreReadFromTheWallClock() {
        Set<String> readers = MAIN.stream()
                .filter(each ->
                        accesses(each).anyMatch(call -> WALL.matcher(call).matches()))
                .map(JavaClass::getName)
                .map(name -> name.replaceFirst("\\$.*", ""))
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(readers).isEqualTo(new TreeSet<>(READERS_OF_THE_WALL_CLOCK));
    }

    @Test
    void l3_theClockOfDurationsIsTheMonotonicOne() {
        assertThat(MAIN.stream()
                        .filter(each -> accesses(each).anyMatch("java.lang.System.nanoTime"::equals))
                        .map(JavaClass::getName))
                .contains("dev.weir.Ticker", "dev.weir.Deliveries");
    }

    @Test
    void l3_noSubscriberHasATimerOfItsOwn() {
        Set<String> timers = MAIN.stream()
                .filter(each -> each.getDirectDependenciesFromSelf().stream()
                        .map(to -> to.getTargetClass().getName())
                        .anyMatch(name -> name.equals("java.util.Timer")
                                || name.equals("java.util.concurrent.ScheduledExecutorService")
                                || name.equals("java.util.concurrent.ScheduledThreadPoolExecutor")
                                || name.equals("java.util.concurrent.DelayQueue")))
                .map(JavaClass::getName)
                .collect(Collectors.toCollection(TreeSet::new));

        assertThat(timers).isEmpty();
    }

    private static Stream<String> accesses(JavaClass each) {
        return each.getAccessesFromSelf().stream()
                .map(JavaAccess::getTarget)
                .map(target -> target.getOwner().getName() + "." + target.getName());
    }
}
