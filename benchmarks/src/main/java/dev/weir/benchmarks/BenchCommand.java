package dev.weir.benchmarks;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code weir bench}: what Weir costs beside its baselines, on this machine. */
@Command(
        name = "weir bench",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        synopsisSubcommandLabel = "COMMAND",
        description = "Measures Weir and what one would use instead, compares results, and reports them.",
        footerHeading = "%nExit codes:%n",
        footer = {
            "    0  done",
            "    2  the command line is wrong",
            "    3  a run failed: something could not be measured, or events were lost",
            "    4  compare --fail-on-worse: something is worse, or can't be compared",
            "   65  a file is no result of weir bench",
            "   66  no such file",
            "   69  Weir can't be started",
            "   70  a failure of Weir's own",
            "   71  too few files may be open for the connections of a scenario",
            "   73  a result can't be written",
            "  130  ended by Ctrl-C, with partial results (143: SIGTERM)"
        })
public final class BenchCommand {

    private static final int WORSE = 4;
    private static final DateTimeFormatter STAMP = DateTimeFormatter.ofPattern("yyyyMMdd-HHmmss");

    private final Interruption interruption;
    private final Path home;
    private final List<String> launcher;

    @Spec
    @SuppressWarnings("NullAway.Init")
    private CommandSpec spec;

    /** What {@code quick} and {@code full} can be told. */
    static final class Wanted {

        @Option(names = "--only", split = ",", paramLabel = "SCENARIO", description = "these alone")
        private @Nullable List<String> only;

        @Option(names = "--out", paramLabel = "FILE", description = "default: target/bench/TIME.json")
        private @Nullable Path out;
    }

    /**
     * The command.
     *
     * @param home where {@code weir} lies, and {@code target/bench}
     * @param launcher the command that Weir's own commands follow
     */
    BenchCommand(Interruption interruption, Path home, List<String> launcher) {
        this.interruption = interruption;
        this.home = home;
        this.launcher = launcher;
    }

    /**
     * Runs the command and ends the process with its exit code.
     *
     * @param args the command line
     */
    public static void main(String[] args) {
        Interruption interruption = Interruption.ofThisProcess();
        Path home = Path.of(System.getProperty("weir.home", "."));
        BenchCommand command = new BenchCommand(
                interruption, home, List.of(home.resolve("weir").toString()));
        int code = command.run(Rig.printer(System.out), Rig.printer(System.err), args);
        interruption.told();
        System.exit(code);
    }

    int run(PrintWriter out, PrintWriter err, String... args) {
        CommandLine line = new CommandLine(this)
                .setUsageHelpWidth(110)
                .setOut(out)
                .setErr(err)
                .setParameterExceptionHandler((wrong, words) -> CannotMeasure.told(wrong, err))
                .setExecutionExceptionHandler((failure, command, result) -> CannotMeasure.told(failure, err));
        return line.execute(args.length == 0 ? new String[] {"--help"} : args);
    }

    @Command(
            name = "quick",
            description = "A look at most of it, in under four minutes.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    int quick(@Mixin Wanted wanted) throws IOException {
        return measure("quick", Scenarios.quick(launcher).few(), wanted);
    }

    @Command(
            name = "full",
            description = "Everything, each with three repetitions; takes a little less than an hour.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    int full(@Mixin Wanted wanted) throws IOException {
        return measure(
                "full",
                Scenarios.full(launcher, Descriptors.most(Path.of("/proc/self")))
                        .all(),
                wanted);
    }

    @Command(
            name = "compare",
            description = "Tells what differs between two results: where the intervals do not overlap.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    int compare(
            @Parameters(paramLabel = "BEFORE", description = "a result of quick or full") Path before,
            @Parameters(paramLabel = "AFTER", description = "another") Path after,
            @Option(names = "--fail-on-worse", description = "exits with 4 if anything is worse, or can't be compared")
                    boolean failOnWorse) {
        Evidence one = Evidence.read(before);
        Evidence other = Evidence.read(after);
        PrintWriter out = spec.commandLine().getOut();
        for (String place : List.of("mode", "machine", "java")) {
            if (!Evidence.sameIn(place, one, other)) {
                out.println("note   the two differ in " + place + ": " + Evidence.place(place, one) + " and "
                        + Evidence.place(place, other));
            }
        }
        Comparison comparison = new Comparison(one, other);
        comparison.lines().forEach(out::println);
        return failOnWorse && comparison.worse() ? WORSE : 0;
    }

    @Command(
            name = "report",
            description = "Writes a page with charts, index.html, and report.md.",
            mixinStandardHelpOptions = true,
            versionProvider = Version.class)
    int report(
            @Parameters(arity = "0..1", paramLabel = "RESULT", description = "default: the newest in target/bench")
                    @Nullable
                    Path result,
            @Option(names = "--out", paramLabel = "DIR", description = "default: target/bench/report") @Nullable
                    Path out)
            throws IOException {
        Path from = result == null ? newest() : result;
        Path to = out == null ? results().resolve("report") : out;
        new Report(Evidence.read(from)).writeTo(to);
        spec.commandLine().getOut().println(to.resolve("index.html") + " and report.md, from " + from);
        return 0;
    }

    private int measure(String mode, List<Scenario> all, Wanted wanted) throws IOException {
        List<Scenario> scenarios = wanted.only == null
                ? all
                : wanted.only.stream().map(name -> named(name, all)).toList();
        Path file = wanted.out == null
                ? results().resolve(LocalDateTime.now(ZoneId.systemDefault()).format(STAMP) + ".json")
                : wanted.out;
        int files = scenarios.stream().mapToInt(Scenario::files).max().orElse(0);
        Descriptors.require(Path.of("/proc/self"), "each process here", files, "choose other scenarios with --only");
        PrintWriter err = spec.commandLine().getErr();
        Evidence evidence = Evidence.begin(mode);
        evidence.writeTo(file);
        build();
        try (Lab lab = new Lab(interruption, err)) {
            for (Scenario scenario : scenarios) {
                if (!interruption.asked()) {
                    lab.run(scenario, evidence);
                    evidence.writeTo(file);
                }
            }
        }
        if (!interruption.asked()) {
            evidence.complete();
            evidence.writeTo(file);
        }
        tell(evidence, file);
        return evidence.measurements().stream().allMatch(one -> one.failures().isEmpty()) ? 0 : Rig.FAILED;
    }

    static Scenario named(String name, List<Scenario> all) {
        return all.stream()
                .filter(scenario -> scenario.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new CannotMeasure(
                        CannotMeasure.USAGE,
                        "--only=" + name + ": allowed are "
                                + String.join(
                                        ", ", all.stream().map(Scenario::name).toList())));
    }

    /** The launcher builds the server if it must, which no measurement may wait for. */
    private void build() throws IOException {
        Path directory = Files.createTempDirectory("weir-build");
        List<String> version =
                Stream.concat(launcher.stream(), Stream.of("--version")).toList();
        Child building = Child.start("weir", version, directory);
        try {
            if (building.ended(interruption) && building.exitCode() != 0) {
                throw new CannotMeasure(CannotMeasure.UNREACHABLE, "Weir can't be started" + building.said());
            }
        } finally {
            Child.end(List.of(building));
            Lab.remove(directory);
        }
    }

    private void tell(Evidence evidence, Path file) {
        PrintWriter out = spec.commandLine().getOut();
        for (Target target : Target.all()) {
            Target.Outcome outcome = target.in(evidence);
            if (outcome.verdict() != Target.Verdict.UNKNOWN) {
                out.println(target.number() + "  " + outcome.verdict().word() + "  " + target.what() + ": "
                        + outcome.shown() + ", " + target.limitText()
                        + (outcome.why().isEmpty() ? "" : "; " + outcome.why()));
            }
        }
        if (evidence.isQuick()) {
            out.println(Evidence.A_LOOK);
        }
        out.println((evidence.isPartial() ? "PARTIAL: " : "") + file + "; ./weir bench report " + file
                + " makes a page of it");
    }

    private Path results() {
        return home.resolve("target").resolve("bench");
    }

    private Path newest() throws IOException {
        Path folder = results();
        if (Files.isDirectory(folder)) {
            try (Stream<Path> files = Files.list(folder)) {
                var newest = files.filter(file -> file.toString().endsWith(".json"))
                        .max(Comparator.comparingLong(BenchCommand::modified));
                if (newest.isPresent()) {
                    return newest.get();
                }
            }
        }
        throw new CannotMeasure(CannotMeasure.NO_FILE, folder + ": no results yet; `weir bench quick` makes one");
    }

    private static long modified(Path file) {
        try {
            return Files.getLastModifiedTime(file).toMillis();
        } catch (IOException gone) {
            throw new UncheckedIOException(gone);
        }
    }
}
