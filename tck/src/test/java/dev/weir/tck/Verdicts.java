package dev.weir.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.platform.engine.discovery.DiscoverySelectors.selectMethod;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** What the contract says of broken things, each at its rule. */
final class Verdicts {

    private final Map<String, TestExecutionResult> results = new ConcurrentHashMap<>();

    private Verdicts() {}

    /** Runs all at once, because what is broken is mostly waited for. */
    static Verdicts of(Stream<Broken> all) {
        Verdicts verdicts = new Verdicts();
        LauncherDiscoveryRequestBuilder request = LauncherDiscoveryRequestBuilder.request()
                .configurationParameter("junit.jupiter.execution.parallel.enabled", "true")
                .configurationParameter("junit.jupiter.execution.parallel.mode.default", "concurrent")
                .configurationParameter("junit.jupiter.execution.parallel.config.strategy", "fixed")
                .configurationParameter("junit.jupiter.execution.parallel.config.fixed.parallelism", "20");
        all.forEach(each -> request.selectors(selectMethod(each.thing(), each.rule(), Stage.class.getName())));
        LauncherFactory.create().execute(request.build(), new TestExecutionListener() {
            @Override
            public void executionFinished(TestIdentifier test, TestExecutionResult result) {
                if (test.isTest()) {
                    verdicts.results.put(test.getUniqueId(), result);
                }
            }
        });
        return verdicts;
    }

    /** The rule's test has failed, and says so in words that help. */
    void assertRed(Broken broken) {
        TestExecutionResult result = of(broken);
        assertThat(result.getStatus()).isEqualTo(TestExecutionResult.Status.FAILED);
        Throwable why = result.getThrowable().orElseThrow();
        assertThat(why).isInstanceOf(AssertionError.class);
        assertThat(why.getMessage().replaceAll("\\s+", " ")).contains(broken.says());
    }

    /** The rule's test has passed. */
    void assertGreen(Broken whole) {
        assertThat(of(whole)).isEqualTo(TestExecutionResult.successful());
    }

    private TestExecutionResult of(Broken broken) {
        return results.entrySet().stream()
                .filter(each -> each.getKey().contains("$" + broken.thing().getSimpleName() + "]")
                        && each.getKey().contains(":" + broken.rule() + "("))
                .map(Map.Entry::getValue)
                .findAny()
                .orElseThrow(() -> new AssertionError("was not run: " + broken + " of " + results.keySet()));
    }
}
